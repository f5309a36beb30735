"""Requests: the bodies that are no documents."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from eth_utils.address import is_checksum_address
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.access.scopes import SCOPES
from api.encoding import day_number
from api.patterns import ADDRESS, BYTES32, DATE, HEX, LABEL, NUMBER, ONE_LINE, REGISTRY, UNIT

ZERO = "0x" + "0" * 40


def _address(text: str) -> str:
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(text):
        raise ValueError("The address's capitals do not fit its checksum (EIP-55); copy it anew")
    if text.lower() == ZERO:
        raise ValueError("The zero address belongs to nobody; name an account")
    return text.lower()


def _purpose(text: str) -> str:
    if len(text.encode()) > 200:
        raise ValueError("The purpose has more than 200 bytes; shorten it")
    return text


def _day(text: str) -> str:
    try:
        day = day_number(text)
    except ValueError:
        raise ValueError("There is no such day; give one as in 2024-12-31") from None
    if not 0 < day < 2**16:
        raise ValueError("The day is out of range; give one from 1970-01-02 to 2149-06-06")
    return text


def _target_account(text: str) -> str:
    if len(text.encode()) > 200:
        raise ValueError("The account has more than 200 bytes; shorten it")
    return text


def _uint256(text: str) -> str:
    if int(text) >= 2**256:
        raise ValueError("The number is not below 2^256; give the one of the typed data")
    return text


def _reason(text: str) -> str:
    if len(text.encode()) > 500:
        raise ValueError("The reason has more than 500 bytes; shorten it")
    return text


Kilograms = Annotated[int, Field(gt=0, lt=2**53, description="kg CO2e.")]
Address = Annotated[
    str,
    Field(pattern=ADDRESS, json_schema_extra={"not": {"const": ZERO}}),
    AfterValidator(_address),
]
UnitName = Annotated[str, Field(pattern=UNIT, description="Token id (decimal or 0x…) or serial.")]
SignedRaw = Annotated[
    str, Field(pattern=HEX, max_length=262_146, description="A raw signed transaction.")
]

Signature = Annotated[
    str, Field(pattern=HEX, max_length=16_386, description="Signature of the typed data.")
]


#: The day numbers that the contracts can name, after the first.
Day = Annotated[
    str, Field(pattern=DATE, json_schema_extra={"format": "date"}), AfterValidator(_day)
]
QUANTITY = Field(default=None, description="Its last kilograms; without it, the whole unit.")


def _given(*names: str) -> dict[str, Any]:
    """These members are there, and not null."""
    return {"required": list(names), "properties": {n: {"not": {"type": "null"}} for n in names}}


def _one_of(*ways: tuple[str, ...]) -> ConfigDict:
    """Exactly one of several sets of members is given, as the models check and say."""
    return ConfigDict(json_schema_extra={"oneOf": [_given(*names) for names in ways]})


class Body(BaseModel):
    """A body whose members are all known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ForwardTerms(Body):
    """What a signer chose beside the action itself, as the typed data names it."""

    signer: Address
    nonce: Annotated[
        str, Field(pattern=NUMBER, description="Decimal, below 2^256."), AfterValidator(_uint256)
    ]
    deadline: int = Field(gt=0, lt=2**48, description="UNIX seconds.")
    gas: int = Field(gt=0, lt=2**53, description="Gas that the action gets.")


class ForwardCall(ForwardTerms):
    """A call that its signer lets the relayer deliver."""

    to: Address
    data: Annotated[str, Field(pattern=HEX, max_length=262_146)]


class SignatureRequest(Body):
    """The signed transaction of a task, or the signature of its typed data."""

    model_config = _one_of(("signed_transaction",), ("signature",))

    signed_transaction: SignedRaw | None = None
    signature: Signature | None = None
    request: ForwardTerms | None = Field(
        default=None, description="When the signer chose other terms than “typed_data” proposes."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.signed_transaction is None) == (self.signature is None):
            raise ValueError("Give either “signed_transaction” or “signature”")
        return self


class RelayRequest(Body):
    """A signed call of one of the registry's contracts, and the documents that it anchors: a raw
    transaction, or a request and the signature of its typed data."""

    model_config = _one_of(("signed_transaction",), ("signature", "request"))

    signed_transaction: SignedRaw | None = None
    signature: Signature | None = None
    request: ForwardCall | None = None
    documents: list[Any] = Field(
        default_factory=list, max_length=20, description="Documents whose hashes the call names."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        forwarded = (self.signature is None, self.request is None)
        if forwarded[0] != forwarded[1] or (self.signed_transaction is None) == forwarded[0]:
            raise ValueError("Give either “signed_transaction”, or “request” and “signature”")
        return self


class SignedDocument(Body):
    """A document together with the signed transaction of the call that anchors it."""

    document: Any
    signed_transaction: SignedRaw | None = None


class UnitRequest(Body):
    """What every request about units may carry."""

    signed_transaction: SignedRaw | None = None


class TransferRequest(UnitRequest):
    """Units that go to another account (OGCR 4.2.3)."""

    units: list[UnitName] = Field(min_length=1, max_length=200)
    quantity_kg: Kilograms | None = Field(
        default=None,
        description="Of a single unit, its last kilograms; without it, whole units.",
    )
    to: Address
    from_: Address | None = Field(
        default=None, alias="from", description="Their owner, when the sender wants that checked."
    )


class SplitRequest(UnitRequest):
    """A unit that is cut into consecutive parts, kg CO2e each."""

    unit: UnitName
    quantities_kg: list[Annotated[int, Field(gt=0, lt=2**53)]] = Field(min_length=2, max_length=200)


class MergeRequest(UnitRequest):
    """Consecutive units of one report, vintage and owner that become one, in order."""

    units: list[UnitName] = Field(min_length=2, max_length=200)


class Beneficiary(Body):
    """For whom units are retired: a commitment, or a name that this API only hashes."""

    model_config = _one_of(("name",), ("commitment",))

    name: str | None = Field(default=None, min_length=1, max_length=500)
    salt: str | None = Field(default=None, pattern=BYTES32)
    commitment: str | None = Field(default=None, pattern=BYTES32)


class ClaimPeriod(Body):
    """The days that a claim is for, both included."""

    start_date: Day
    end_date: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_date < self.start_date:
            raise ValueError("The claim ends before it starts; swap the two days")
        return self


class RetirementRequest(UnitRequest):
    """A retirement (OGCR 4.2.3); the purpose goes on chain and must name no person."""

    quantity_kg: Kilograms | None = QUANTITY
    reason: str = Field(
        pattern=LABEL,
        description="voluntary_claim, compliance, contribution, national_target, product_claim, "
        "other, or one that the registry added.",
        examples=["voluntary_claim"],
    )
    beneficiary: Beneficiary | None = None
    purpose: Annotated[str, AfterValidator(_purpose)] = ""
    claim_period: ClaimPeriod | None = Field(
        default=None, description="The days that the claim is for."
    )


class CancellationRequest(UnitRequest):
    """The end of units without a claim (Regulation (EU) 2025/2358 Art. 16(1)(e)); the purpose goes
    on chain and must name no person."""

    quantity_kg: Kilograms | None = QUANTITY
    reason: Literal["voluntary", "other"] = "voluntary"
    beneficiary: Beneficiary
    purpose: Annotated[str, AfterValidator(_purpose)] = Field(min_length=1)


class ExpiryRequest(UnitRequest):
    """The record that a unit's monitoring period is over."""


class ExportRequest(UnitRequest):
    """A unit, or its last kilograms, for a registry that is to take it (OGCR 2.3)."""

    quantity_kg: Kilograms | None = Field(default=None, description="Without it, the whole unit.")
    target_registry: str = Field(
        pattern=REGISTRY, description="The registry that is to take it, best its domain."
    )
    target_account: Annotated[str, AfterValidator(_target_account)] = Field(
        default="", description="The account there; it must name no person."
    )


class ExportAbortRequest(UnitRequest):
    """The end of an export before the unit has ended here; the reason must name no person."""

    reason: Annotated[str, AfterValidator(_reason)] = ""


class CompensatingUnit(Body):
    """A unit of the signer, or its last kilograms."""

    unit: UnitName
    quantity_kg: Kilograms | None = Field(default=None, description="Without it, the whole unit.")


class CompensationRequest(UnitRequest):
    """Units that are cancelled for a reversal."""

    units: list[CompensatingUnit] = Field(min_length=1, max_length=200)


class KeyWallet(Body):
    """A wallet that a key may act for; of one that you signed in with, no signature is needed."""

    address: Address
    signature: Signature | None = Field(
        default=None, description="The statement of `GET /keys/statement`, signed by the wallet."
    )


#: A key makes no keys.
KeyScope = Annotated[
    str, Field(json_schema_extra={"enum": [scope for scope in SCOPES if scope != "keys:own"]})
]


class KeyRequest(Body):
    """An API key for an organization."""

    name: str = Field(
        default="key",
        min_length=1,
        max_length=200,
        pattern=ONE_LINE,
        description="What it is for.",
    )
    organization: str = Field(min_length=1, max_length=200, pattern=ONE_LINE)
    scopes: list[KeyScope] = Field(min_length=1, max_length=50)
    wallets: list[KeyWallet] | None = Field(
        default=None, max_length=50, description="Without it, the wallets you signed in with."
    )
    days: int = Field(default=90, ge=1, le=366, description="Days that it is good for.")
    rate: str | None = Field(
        default=None,
        max_length=100,
        description="A limit of its own, as in `1200/minute`; administrators set one.",
    )

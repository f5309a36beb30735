"""Units: transfer, split, merge and every end as calls to sign (OGCR 4.2.3)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eth_utils.crypto import keccak

from api.encoding import day_number
from api.errors import Detail, MissingError, ValidationError
from api.queries.units import LIVE, UnitRow, added_reason, unit
from api.registry import Registry
from api.requests import (
    Beneficiary,
    CancellationRequest,
    MergeRequest,
    RetirementRequest,
    SplitRequest,
    TransferRequest,
)
from api.snapshot import Snapshot
from api.writes.proposals import Proposal
from api.writes.write import Write
from indexer.identity import Serial, UnitId

NOBODY = "0x" + "0" * 64


@dataclass(frozen=True)
class Commitment:
    """A beneficiary as the chain keeps it: `value` is keccak256(salt, utf8(name)); `salt` is known
    only here and to whoever is told."""

    value: str
    salt: str | None = None

    @property
    def disclosed(self) -> dict[str, str | None]:
        """What the answer to whoever asked for it tells."""
        return {"commitment": self.value, "salt": self.salt}


def unit_id(name: str) -> UnitId:
    """The unit that a decimal token id, `0x…` token id or serial names; `MissingError` for none."""
    try:
        return Serial.parse(name).unit if "-" in name else UnitId.from_token_id(name.lower())
    except ValueError as error:
        message = f"“{name}” names no unit; give its token id (decimal or 0x…) or its serial."
        raise MissingError(message) from error


def named_unit(snapshot: Snapshot, name: str) -> UnitRow | None:
    """The unit of that name, None without one; raises `MissingError` for a serial that says of a
    block what it is not: its type stands for how long the removal lasts."""
    row = unit(snapshot, unit_id(name).hex)
    if row is None or "-" not in name:
        return row
    said, kind = Serial.parse(name), row.unit.unit_type or "CRU"
    country = row.country or said.country
    if (said.unit_type, said.country) not in ((kind, country), (kind, "ZZ")):
        raise MissingError(
            f"There is no unit {name}; the block of that number is {country}-{kind}."
        )
    return row


def transfer(registry: Registry, snapshot: Snapshot, request: TransferRequest) -> Proposal:
    """Units that go to another account, all or none."""
    rows, findings = held_units(snapshot, request.units, "/units")
    findings += [*_repeated(request.units), *_receiver(registry, request.to)]
    owners = sorted({row.unit.owner or "" for row in rows})
    if len(owners) > 1:
        message = f"The units have several owners ({', '.join(owners)}); transfer each one's apart."
        findings.append(Detail("/units", "SEVERAL_OWNERS", message, conflict=True))
    if request.from_ and owners not in ([], [request.from_]):
        message = f"The units belong to {', '.join(owners)}, not to {request.from_}."
        findings.append(Detail("/from", "NOT_THE_OWNER", message, conflict=True))
    if request.quantity_kg is None:
        return Proposal(_transfer_write(rows, request.to), tuple(findings))
    if len(rows) > 1:
        message = "A quantity is of a single unit; name one, or leave the quantity out."
        findings.append(Detail("/quantity_kg", "SEVERAL_UNITS", message))
    kg, moved, more = last_part(rows[0], request.quantity_kg)
    arguments = {"to": request.to, "tokenId": number_of(rows[0]), "kg": kg}
    write = Write("unit_transfer", "CRU", "transferPart", arguments, f"/credits/{moved.hex}")
    return Proposal(write, (*findings, *more))


def split(snapshot: Snapshot, request: SplitRequest) -> Proposal:
    """A unit that is cut into parts, in order; they stay with the owner."""
    rows, findings = held_units(snapshot, [request.unit], "/unit")
    row, total = rows[0], sum(request.quantities_kg)
    if total != row.unit.quantity_kg:
        message = f"The parts sum to {total} kg, the unit has {row.unit.quantity_kg}; name all."
        findings.append(Detail("/quantities_kg", "SUM_MISMATCH", message))
    arguments = {"tokenId": number_of(row), "quantitiesKg": request.quantities_kg}
    write = Write("unit_split", "CRU", "split", arguments, _path(row))
    return Proposal(write, tuple(findings))


def merge(snapshot: Snapshot, request: MergeRequest) -> Proposal:
    """Consecutive units that become one."""
    rows, findings = held_units(snapshot, request.units, "/units")
    for place, (row, following) in enumerate(pairwise(rows), start=1):
        if not _follows(row, following):
            message = f"The unit does not begin where the one before it ends ({number_of(row)})."
            findings.append(Detail(f"/units/{place}", "NOT_ADJACENT", message))
        elif row.unit.owner != following.unit.owner:
            message = "The units have several owners; merge each one's apart."
            findings.append(Detail(f"/units/{place}", "SEVERAL_OWNERS", message, conflict=True))
    whole = sum(row.unit.quantity_kg or 0 for row in rows)
    first = UnitId.from_token_id(rows[0].unit.token_id)
    path = f"/credits/{UnitId(first.report_id, first.vintage, first.first_kg, whole).hex}"
    write = Write("unit_merge", "CRU", "merge", {"tokenIds": [number_of(r) for r in rows]}, path)
    return Proposal(write, tuple(findings))


def retirement(
    registry: Registry, snapshot: Snapshot, name: str, request: RetirementRequest
) -> tuple[Proposal, Commitment]:
    """The last kilograms of a unit, withdrawn for ever, and the commitment to whom they are for."""
    rows, findings = held_units(snapshot, [name], "/creditId")
    kg, retired, more = last_part(rows[0], request.quantity_kg)
    commitment = _commitment(request.beneficiary)
    claim = request.claim_period
    details = {
        "reason": _reason_code(registry, snapshot, request.reason),
        "beneficiary": commitment.value,
        "purpose": request.purpose,
        "claimStartDay": day_number(claim.start_date) if claim else 0,
        "claimEndDay": day_number(claim.end_date) if claim else 0,
    }
    arguments = {"tokenId": number_of(rows[0]), "kg": kg, "retirement": details}
    write = Write("unit_retirement", "CRU", "retire", arguments, f"/credits/{retired.hex}")
    return Proposal(write, (*findings, *more)), commitment


def cancellation(
    registry: Registry, snapshot: Snapshot, name: str, request: CancellationRequest
) -> tuple[Proposal, Commitment]:
    """The last kilograms of a unit, ended for ever without a claim by who holds them, and the
    commitment to whom that is for."""
    rows, findings = held_units(snapshot, [name], "/creditId")
    kg, cancelled, more = last_part(rows[0], request.quantity_kg)
    commitment = _commitment(request.beneficiary)
    details = {
        "reason": registry.abi.enum_words("CancellationReason").index(request.reason),
        "beneficiary": commitment.value,
        "purpose": request.purpose,
    }
    arguments = {"tokenId": number_of(rows[0]), "kg": kg, "cancellation": details}
    write = Write("unit_cancellation", "CRU", "cancel", arguments, f"/credits/{cancelled.hex}")
    return Proposal(write, (*findings, *more)), commitment


def expiry(snapshot: Snapshot, name: str) -> Proposal:
    """A unit whose monitoring period is over, recorded as expired; by anybody."""
    (row,) = _existing(snapshot, {"/creditId": name})
    findings = []
    if row.unit.status == "expired" or not row.is_over:
        state = row.status if row.status in LIVE else f"{row.status} already"
        message = f"The unit is {state}; only a unit whose monitoring period is over can expire."
        findings.append(Detail("/creditId", "UNIT_NOT_OVER", message, conflict=True))
    write = Write("unit_expiry", "CRU", "expire", {"tokenId": number_of(row)}, _path(row))
    return Proposal(write, tuple(findings))


def last_part(row: UnitRow, quantity_kg: int | None) -> tuple[int, UnitId, list[Detail]]:
    """The last kilograms of a unit, all without a quantity: how many, as which unit, and what is
    wrong with that."""
    whole = UnitId.from_token_id(row.unit.token_id)
    kg = whole.quantity_kg if quantity_kg is None else quantity_kg
    findings = []
    if kg > whole.quantity_kg:
        message = f"The unit has {whole.quantity_kg} kg, {kg} kg were asked for; ask for less."
        findings.append(Detail("/quantity_kg", "EXCEEDS_UNIT", message))
    first = whole.first_kg + max(0, whole.quantity_kg - kg)
    return kg, UnitId(whole.report_id, whole.vintage, first, kg), findings


def held_units(
    snapshot: Snapshot, names: Sequence[str], place: str
) -> tuple[list[UnitRow], list[Detail]]:
    """The units of those names, and which of them nobody can act on; `MissingError` with all that
    are not there."""
    places = [f"{place}/{index}" if place == "/units" else place for index in range(len(names))]
    rows = _existing(snapshot, dict(zip(places, names, strict=True)))
    findings = []
    for pointer, row in zip(places, rows, strict=True):
        if row.status != "held":
            message = f"The unit is {row.status}; only held units can be acted on."
            findings.append(Detail(pointer, "UNIT_NOT_HELD", message, conflict=True))
    return rows, findings


def _existing(snapshot: Snapshot, names: Mapping[str, str]) -> list[UnitRow]:
    rows, missing = [], []
    for pointer, name in names.items():
        try:
            row = named_unit(snapshot, name)
        except MissingError as error:
            missing.append(Detail(pointer, "UNIT_UNKNOWN", error.message))
            continue
        if row is None:
            message = f"There is no unit {name}; it was never issued, or it was split or merged."
            missing.append(Detail(pointer, "UNIT_UNKNOWN", message))
        else:
            rows.append(row)
    if missing:
        raise MissingError(missing[0].message, missing)
    return rows


def _reason_code(registry: Registry, snapshot: Snapshot, reason: str) -> int:
    words = registry.abi.enum_words("RetirementReason")[1:]
    if reason in words:
        return words.index(reason) + 1
    added = added_reason(snapshot, reason)
    if added is not None:
        return added.code
    message = f"“{reason}” is no reason for a retirement; give one of {', '.join(words)}."
    raise ValidationError(message, [Detail("/reason", "UNKNOWN_REASON", message)])


def _repeated(names: Sequence[str]) -> list[Detail]:
    if len({unit_id(name) for name in names}) == len(names):
        return []
    message = "A unit is named more than once; name each one once."
    return [Detail("/units", "REPEATED_UNIT", message)]


def _receiver(registry: Registry, to: str) -> list[Detail]:
    name = registry.deployments.name_of(to)
    if name is None:
        return []
    message = f"{to} is the registry's contract {name}, from where nothing comes back."
    return [Detail("/to", "INVALID_RECEIVER", message)]


def _transfer_write(rows: Sequence[UnitRow], to: str) -> Write:
    if len(rows) > 1:
        arguments = {"to": to, "tokenIds": [number_of(row) for row in rows]}
        return Write("unit_transfer", "CRU", "transferBatch", arguments)
    single = {"from": rows[0].unit.owner, "to": to, "tokenId": number_of(rows[0])}
    return Write("unit_transfer", "CRU", "safeTransferFrom", single, _path(rows[0]))


def _commitment(beneficiary: Beneficiary | None) -> Commitment:
    if beneficiary is None:
        return Commitment(NOBODY)
    if (beneficiary.name is None) == (beneficiary.commitment is None):
        message = "Give the beneficiary either as a name (and salt) or as a commitment."
        detail = Detail("/beneficiary", "NAME_OR_COMMITMENT", message)
        raise ValidationError(message, [detail])
    if beneficiary.commitment is not None:
        return Commitment(beneficiary.commitment.lower())
    salt = beneficiary.salt or "0x" + secrets.token_hex(32)
    name = (beneficiary.name or "").encode()
    return Commitment("0x" + keccak(bytes.fromhex(salt[2:]) + name).hex(), salt)


def _follows(row: UnitRow, following: UnitRow) -> bool:
    one = UnitId.from_token_id(row.unit.token_id)
    other = UnitId.from_token_id(following.unit.token_id)
    same = (one.report_id, one.vintage) == (other.report_id, other.vintage)
    return same and other.first_kg == one.last_kg + 1


def number_of(row: UnitRow) -> int:
    """The unit's token id."""
    return int(row.unit.token_id, 16)


def _path(row: UnitRow) -> str:
    return f"/credits/{row.unit.token_id}"

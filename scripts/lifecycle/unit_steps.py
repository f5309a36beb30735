"""Steps of units: issuance, split, merge, transfer and retirement (OGCR 5.2.3)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils import keccak

from api.encoding import day_number
from indexer.abi import Abi
from indexer.identity import UnitId, project_id, report_id
from indexer.settings import IndexerSettings
from scripts.accounts import OPERATOR, development_account
from scripts.lifecycle.registry_api import RegistryApi
from scripts.lifecycle.step import Call, Proposal


@dataclass(frozen=True)
class Series:
    """The units of one vintage of a report, by document ids."""

    project: str
    report: str
    vintage: int

    def unit(self, first_kg: int, quantity_kg: int) -> UnitId:
        """A block of the series."""
        return UnitId(self.report_id, self.vintage, first_kg, quantity_kg)

    @property
    def report_id(self) -> str:
        """`0x` + 28 hex digits."""
        return report_id(project_id(self.project), self.report)

    def __str__(self) -> str:
        return f"{self.report}, vintage {self.vintage}"


@dataclass(frozen=True)
class IssueUnits:
    """An operator issues what was verified; `up_to_kg` is what shall have been issued afterwards.

    One series is a `mint`, several are a `mintBatch`.
    """

    up_to_kg: Mapping[Series, int]
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "issues units of"

    @property
    def subject(self) -> str:
        """The series."""
        return "; ".join(str(series) for series in self.up_to_kg)

    def is_done(self, api: RegistryApi) -> bool:
        """Whether as much was issued."""
        return not any(self._missing(api, series) for series in self.up_to_kg)

    def request(self, api: RegistryApi) -> Call:
        """What is missing of each series."""
        requests = [
            {"reportId": series.report_id, "vintage": series.vintage, "kg": kg}
            for series in self.up_to_kg
            if (kg := self._missing(api, series))
        ]
        if len(requests) == 1:
            return Call("CRU", "mint", requests[0])
        return Call("CRU", "mintBatch", {"requests": requests})

    def _missing(self, api: RegistryApi, series: Series) -> int:
        record = api.report(series.project, series.report) or {"vintages": ()}
        issued = {one["vintage"]: one["issued_kg"] for one in record["vintages"]}
        return max(0, self.up_to_kg[series] - int(issued.get(series.vintage, 0)))


@dataclass(frozen=True)
class UnitStep:
    """A step of the holder of a block."""

    actor: int
    role: str = field(default="holder", kw_only=True)


@dataclass(frozen=True)
class SplitUnit(UnitStep):
    """One block becomes consecutive ones."""

    unit: UnitId
    quantities_kg: Sequence[int]
    action: str = "splits"

    @property
    def subject(self) -> str:
        """The amounts."""
        return f"{self.unit.quantity_kg} kg into {' + '.join(map(str, self.quantities_kg))} kg"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the block is no longer there, although the series is."""
        return is_gone(api, self.unit)

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /credits/split`."""
        body = {"unit": self.unit.hex, "quantities_kg": list(self.quantities_kg)}
        return Proposal("POST", "/credits/split", body)


@dataclass(frozen=True)
class MergeUnits(UnitStep):
    """Consecutive blocks become one."""

    units: Sequence[UnitId]
    action: str = "merges"

    @property
    def subject(self) -> str:
        """The amounts."""
        return " + ".join(f"{unit.quantity_kg} kg" for unit in self.units)

    def is_done(self, api: RegistryApi) -> bool:
        """Whether one of the blocks is no longer there."""
        return any(is_gone(api, unit) for unit in self.units)

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /credits/merge`."""
        return Proposal("POST", "/credits/merge", {"units": [unit.hex for unit in self.units]})


@dataclass(frozen=True)
class TransferUnits(UnitStep):
    """Blocks go to another account."""

    units: Sequence[UnitId]
    to: int
    action: str = "transfers"

    @property
    def subject(self) -> str:
        """The amounts and the receiver."""
        amounts = " + ".join(f"{unit.quantity_kg} kg" for unit in self.units)
        return f"{amounts} to {development_account(self.to).address}"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the sender no longer has them."""
        sender = str(development_account(self.actor).address).lower()
        return all(
            is_gone(api, unit) or owner_of(api, unit) not in (None, sender) for unit in self.units
        )

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /credits/transfer`."""
        receiver = str(development_account(self.to).address)
        body = {"units": [unit.hex for unit in self.units], "to": receiver}
        return Proposal("POST", "/credits/transfer", body)


@dataclass(frozen=True)
class RetireUnits(UnitStep):
    """Blocks end for a claim; several in one `retireBatch`, of a single one only the last kilograms
    when `quantity_kg` says so.

    The beneficiary goes on chain as a salted commitment only. The salt of the sample is derived
    from the unit, so that a broken run can be repeated; a real one is random and kept secret.
    """

    units: Sequence[UnitId]
    reason: str
    beneficiary: str
    purpose: str
    action: str = "retires"
    quantity_kg: int | None = None

    @property
    def subject(self) -> str:
        """The amounts."""
        amounts = " + ".join(f"{unit.quantity_kg} kg" for unit in self.units)
        if self.quantity_kg is not None:
            amounts = f"{self.quantity_kg} kg of {amounts}"
        return f"{amounts} ({self.reason})"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the blocks are retired, or gone."""
        return all(is_gone(api, unit) or status_of(api, unit) == "retired" for unit in self.units)

    def request(self, api: RegistryApi) -> Proposal | Call:
        """`POST /credits/{id}/retire`, or the batch call."""
        if len(self.units) == 1:
            body: dict[str, Any] = {
                "reason": self.reason,
                "beneficiary": {"name": self.beneficiary, "salt": self._salt},
                "purpose": self.purpose,
            }
            if self.quantity_kg is not None:
                body["quantity_kg"] = self.quantity_kg
            return Proposal("POST", f"/credits/{self.units[0].hex}/retire", body)
        words = Abi.load(IndexerSettings().artifacts).enum_words("RetirementReason")
        retirement = {
            "reason": words.index(self.reason),
            "beneficiary": "0x" + self._commitment.hex(),
            "purpose": self.purpose,
            "claimStartDay": 0,
            "claimEndDay": 0,
        }
        tokens = [unit.token_id for unit in self.units]
        return Call("CRU", "retireBatch", {"tokenIds": tokens, "retirement": retirement})

    @property
    def _salt(self) -> str:
        return "0x" + keccak(text=f"sample {self.units[0].hex}").hex()

    @property
    def _commitment(self) -> bytes:
        return bytes(keccak(bytes.fromhex(self._salt[2:]) + self.beneficiary.encode()))


@dataclass(frozen=True)
class CancelUnits(UnitStep):
    """The last kilograms of a block end without a claim; salted as in `RetireUnits`."""

    unit: UnitId
    quantity_kg: int
    beneficiary: str
    purpose: str
    action: str = "cancels"

    @property
    def subject(self) -> str:
        """The amount."""
        return f"{self.quantity_kg} kg of {self.unit.quantity_kg} kg"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the block was cut for it, or ended whole."""
        return is_gone(api, self.unit) or status_of(api, self.unit) == "cancelled"

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /credits/{id}/cancel`."""
        salt = "0x" + keccak(text=f"sample {self.unit.hex}").hex()
        body = {
            "quantity_kg": self.quantity_kg,
            "reason": "voluntary",
            "beneficiary": {"name": self.beneficiary, "salt": salt},
            "purpose": self.purpose,
        }
        return Proposal("POST", f"/credits/{self.unit.hex}/cancel", body)


@dataclass(frozen=True)
class ProlongMonitoring:
    """An operator moves the end of a vintage's monitoring period to a later day (UTC); the sample's
    evidence is a line of text."""

    series: Series
    until: str
    evidence: str
    uri: str
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "prolongs the monitoring of"

    @property
    def subject(self) -> str:
        """The series and its new last day."""
        return f"{self.series} until {self.until}"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether its units end no earlier."""
        path = f"/credits?report={self.series.report_id}&vintage={self.series.vintage}&limit=1"
        found = api.known(path)
        if not found or not found["features"]:
            return False
        until = found["features"][0]["properties"]["expiry"]["monitoring_end_date"]
        return str(until) >= self.until

    def request(self, api: RegistryApi) -> Call:
        """`prolong`."""
        arguments = {
            "reportId": self.series.report_id,
            "vintage": self.series.vintage,
            "monitoringEndDay": day_number(self.until),
            "evidenceHash": "0x" + hashlib.sha256(self.evidence.encode()).hexdigest(),
            "uri": self.uri,
        }
        return Call("CRU", "prolong", arguments)


def is_gone(api: RegistryApi, unit: UnitId) -> bool:
    """Whether a block that was there is split or merged away: its series is still there."""
    if api.unit(unit.hex) is not None:
        return False
    series = api.known(f"/credits?report={unit.report_id}&vintage={unit.vintage}&limit=1")
    return bool(series and series["numberMatched"])


def owner_of(api: RegistryApi, unit: UnitId) -> str | None:
    """Lower-case address of the owner of a block, None when there is no such block."""
    record = api.unit(unit.hex)
    return str(record["owner"]).lower() if record else None


def status_of(api: RegistryApi, unit: UnitId) -> str | None:
    """Status of a block, None when there is no such block."""
    record = api.unit(unit.hex)
    return str(record["status"]) if record else None

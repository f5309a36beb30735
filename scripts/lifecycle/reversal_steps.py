"""Steps of reversals: the record, what it hit, and who makes up for it (OGCR 6.2.4)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.identity import UnitId, reversal_id
from scripts.accounts import OPERATOR
from scripts.lifecycle.registry_api import Record, RegistryApi
from scripts.lifecycle.step import Call, Proposal


@dataclass(frozen=True)
class Part:
    """The last `kg` of a block."""

    unit: UnitId
    kg: int

    @property
    def portion(self) -> dict[str, int]:
        """`Portion` of contracts/interfaces/IReversalRegistry.sol."""
        return {"tokenId": self.unit.token_id, "kg": self.kg}


@dataclass(frozen=True)
class ReversalOf:
    """A reversal of a report by what shows it; the sample's evidence is a line of text."""

    report_id: str
    evidence: str

    @property
    def evidence_hash(self) -> str:
        """SHA-256 of the evidence, `0x` + 64 hex digits."""
        return "0x" + hashlib.sha256(self.evidence.encode()).hexdigest()

    @property
    def id(self) -> str:
        """As the contract derives it."""
        return reversal_id(self.report_id, self.evidence_hash)

    def record(self, api: RegistryApi) -> Record | None:
        """What the registry knows of it."""
        return api.known(f"/reversals/{self.id}")


@dataclass(frozen=True)
class RecordReversal:
    """An operator records that removals were released again; the buffer covers what it can."""

    reversal: ReversalOf
    kg: int
    avoidable: bool
    uri: str
    buffer: Sequence[Part]
    live: Sequence[Part] = ()
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "records a reversal"

    @property
    def subject(self) -> str:
        """The amount and why."""
        return f"of {self.kg} kg: {self.reversal.evidence}"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether that evidence is recorded."""
        return self.reversal.record(api) is not None

    def request(self, api: RegistryApi) -> Call:
        """Through the relay: nobody but an operator may."""
        arguments: dict[str, Any] = {
            "reportId": self.reversal.report_id,
            "kg": self.kg,
            "avoidable": self.avoidable,
            "evidenceHash": self.reversal.evidence_hash,
            "uri": self.uri,
            "buffer": [part.portion for part in self.buffer],
            "live": [part.portion for part in self.live],
        }
        return Call("ReversalRegistry", "recordReversal", arguments)


@dataclass(frozen=True)
class MarkImpaired:
    """An operator marks retired blocks that a reversal hit; they stay retired."""

    reversal: ReversalOf
    hit: Sequence[Part]
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "marks as impaired"

    @property
    def subject(self) -> str:
        """The amounts."""
        return " + ".join(f"{part.kg} kg" for part in self.hit) + " of retired units"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether each is marked."""
        marked = _integrities(self.reversal.record(api))
        return all(part.unit.token_id in marked for part in self.hit)

    def request(self, api: RegistryApi) -> Call:
        """Through the relay."""
        portions = [part.portion for part in self.hit]
        arguments = {"reversalId": self.reversal.id, "portions": portions}
        return Call("ReversalRegistry", "markImpaired", arguments)


@dataclass(frozen=True)
class CompensateReversal:
    """A holder cancels units of its own for a reversal."""

    actor: int
    reversal: ReversalOf
    parts: Sequence[Part]
    role: str = field(default="holder", kw_only=True)
    action: str = "compensates"

    @property
    def subject(self) -> str:
        """The amounts."""
        return " + ".join(f"{part.kg} kg" for part in self.parts) + " of a reversal"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether nothing is outstanding any more."""
        record = self.reversal.record(api)
        return record is not None and record["outstanding_kg"] == 0

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /reversals/{id}/compensate`."""
        units = [{"unit": part.unit.hex, "quantity_kg": part.kg} for part in self.parts]
        return Proposal("POST", f"/reversals/{self.reversal.id}/compensate", {"units": units})


@dataclass(frozen=True)
class MarkCompensated:
    """Whoever wants says that impaired units are made up for."""

    actor: int
    reversal: ReversalOf
    units: Sequence[UnitId]
    role: str = field(default="holder", kw_only=True)
    action: str = "marks as compensated"

    @property
    def subject(self) -> str:
        """How many."""
        return f"{len(self.units)} impaired unit(s)"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether each is compensated."""
        marked = _integrities(self.reversal.record(api))
        return all(marked.get(unit.token_id) == "compensated" for unit in self.units)

    def request(self, api: RegistryApi) -> Call:
        """Through the relay."""
        tokens = [unit.token_id for unit in self.units]
        arguments = {"reversalId": self.reversal.id, "tokenIds": tokens}
        return Call("ReversalRegistry", "markCompensated", arguments)


def _integrities(record: Record | None) -> dict[int, str]:
    hit = record["units_hit"] if record else ()
    return {int(one["token_id"]): one["integrity"] for one in hit}

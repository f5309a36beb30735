"""Reversals as the operator records them, and units that cross between registries."""

from __future__ import annotations

from typing import Any, NamedTuple

from .ledger import SECONDS_PER_DAY, Receipt, enum
from .reporting import Reporting, Serial
from .samples import Terms, UnitType, content_hash

CancellationReason = enum("CancellationReason")
CoverageSource = enum("CoverageSource")
ExportStatus = enum("ExportStatus")
UnitIntegrity = enum("UnitIntegrity")

#: Of every issuance 100 kg in 1000 go to the buffer.
BUFFERED = Terms(buffer_rate_bps=1_000)


class Portion(NamedTuple):
    """`Portion` of contracts/interfaces/IReversalRegistry.sol; the last `kg` of a block."""

    token_id: int
    kg: int


class Import(NamedTuple):
    """`Import` of contracts/interfaces/IUnitExchange.sol."""

    to: str
    origin_registry: str = "registry.example"
    origin_key: str = "EX-1-2021-1-500"
    origin_project: str = "EX-1"
    vintage: int = 2021
    kg: int = 500
    unit_type: int = UnitType.CRU
    granularity_kg: int = 1
    expires: bool = False
    monitoring_end_day: int = 0
    evidence_hash: bytes = content_hash("end in the origin")
    uri: str = "ipfs://origin"

    @property
    def struct(self) -> tuple[Any, ...]:
        """Its members in the order of the contract's."""
        return (*self[1:4], self.to, *self[4:])


class Reversing:
    """Issued reports, their reversals, and what is done about them, each by its proper role."""

    def __init__(self, reporting: Reporting) -> None:
        self.reporting = reporting
        self.cast = reporting.cast
        self.ledger = reporting.ledger
        self.units = reporting.units
        self.reversals = reporting.stage.registry.reversals
        self.exchange = reporting.stage.registry.exchange

    def issued(
        self, kg: int = 1_000, terms: Terms = BUFFERED, name: str = "1"
    ) -> tuple[bytes, int, int]:
        """A report all of which is issued; gives its id, the developer's block and the buffer's."""
        report_id = self.reporting.verified(kg, terms, name)
        self.units.mint(report_id, 2024, kg, sender=self.cast.operator)
        granules = -(-kg // terms.granularity_kg * terms.buffer_rate_bps // 10_000)
        buffer_kg = granules * terms.granularity_kg
        own = Serial(report_id, 2024, 0, kg - buffer_kg)
        return report_id, own.token_id, Serial(report_id, 2024, kg - buffer_kg, buffer_kg).token_id

    def record(
        self,
        report_id: bytes,
        kg: int,
        buffer: tuple[Portion, ...] = (),
        live: tuple[Portion, ...] = (),
        evidence: str = "fire",
        uri: str = "ipfs://evidence",
    ) -> Receipt:
        """Record an unavoidable reversal whose evidence is `content_hash(evidence)`."""
        return self.reversals.recordReversal(
            report_id,
            kg,
            False,
            content_hash(evidence),
            uri,
            buffer,
            live,
            sender=self.cast.operator,
        )

    def owing(self, kg: int, name: str = "1", granularity_kg: int = 1) -> tuple[bytes, bytes, int]:
        """A reversal of which `kg` are outstanding; gives its id, the report's and the developer's
        block of ten times as much."""
        terms = Terms(granularity_kg=granularity_kg)
        report_id, block, _ = self.issued(10 * kg, terms, name)
        return self.record(report_id, kg, evidence=name).value, report_id, block

    def imported(self, **given: Any) -> int:
        """Units of another registry, by default of the holder; gives the token id."""
        units = Import(**{"to": self.cast.holder, **given})
        receipt = self.exchange.importUnits(units.struct, sender=self.cast.operator)
        return int(receipt.value)

    def suspend(self, account: str) -> Receipt:
        return self.units.suspendAccount(
            account, content_hash("grounds"), "stolen key", sender=self.cast.operator
        )

    def pass_day(self, day: int) -> None:
        """Let time go on until that UTC day is over."""
        self.ledger.wait((day + 1) * SECONDS_PER_DAY - self.ledger.now)


def part(token_id: int, kg: int) -> int:
    """The last `kg` of a block as a block of its own."""
    whole = Serial.of(token_id)
    first = whole.first_kg + whole.quantity_kg - kg
    return whole._replace(first_kg=first, quantity_kg=kg).token_id


def rest(token_id: int, kg: int) -> int:
    """What stays of a block of which the last `kg` leave."""
    whole = Serial.of(token_id)
    return whole._replace(quantity_kg=whole.quantity_kg - kg).token_id

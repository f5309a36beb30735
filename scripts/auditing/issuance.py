"""Replay of issuance: never more than was verified, in whole granules, with the buffer's share."""

from dataclasses import dataclass, field

from indexer.identity import UnitId
from scripts.auditing.access import AccessReplay
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent
from scripts.auditing.methodologies import MethodologyState
from scripts.auditing.reports import ReportReplay, ReportState
from scripts.auditing.vintages import in_granules

WHOLE_BPS = 10_000
Key = tuple[str, int]


@dataclass
class IssuanceReplay:
    """kg CO2e issued by (report id, vintage), buffer included."""

    access: AccessReplay
    reports: ReportReplay
    checks: Checks
    issued: dict[Key, int] = field(default_factory=dict)
    unreported: dict[int, ChainEvent] = field(default_factory=dict)
    _open: tuple[Key, int, int, str] | None = None

    def follow(self, event: ChainEvent, unit: UnitId) -> None:
        """Check one issued block against its report, its methodology and what was issued before."""
        of = event.arguments
        self.checks.saw("sums")
        report = self.reports.states.get(unit.report_id)
        if report is None:
            self.unreported[of["tokenId"]] = event
            return
        key = (unit.report_id, unit.vintage)
        self._require_sound(event, unit, report)
        self._require_issuable(event, unit, report)
        self._require_issuer(event, report)
        self.issued[key] = self.issued.get(key, 0) + unit.quantity_kg
        self._share(key, unit.quantity_kg, of["status"] == "buffer", event)

    def require_granules(self, unit: UnitId, event: ChainEvent) -> None:
        """Name a block that is no multiple of its methodology's granularity."""
        terms = self._terms(unit.report_id)
        self.checks.expect(
            terms is None or unit.quantity_kg % terms.terms["granularityKg"] == 0,
            "units",
            f"Unit {unit.hex} of {event.place} is no multiple of its granularity.",
        )

    def granularity_kg(self, report_id: str) -> int | None:
        """The smallest amount of the report's methodology, None when it is not known."""
        terms = self._terms(report_id)
        return int(terms.terms["granularityKg"]) if terms else None

    def claim_import(self, token_id: int) -> ChainEvent | None:
        """The issuance of imported units, which no report stands for; counted from now on."""
        event = self.unreported.pop(token_id, None)
        if event is not None:
            unit = UnitId.from_token_id(token_id)
            self.issued[unit.report_id, unit.vintage] = unit.quantity_kg
        return event

    def end_transaction(self) -> None:
        """Compare the buffer's share of the last issuance with the methodology's rate, and name
        what was issued for no report and no import."""
        for event in self.unreported.values():
            sentence = f"Units were issued at {event.place} against a report nobody submitted."
            self.checks.discrepancy("units", sentence)
        self.unreported.clear()
        if self._open is None:
            return
        (report_id, vintage), held, buffered, place = self._open
        self._open = None
        methodology = self._terms(report_id)
        if methodology is None:
            return
        due = buffer_share(held + buffered, methodology)
        self.checks.expect(
            buffered == due,
            "sums",
            f"Of {held + buffered} kg issued at {place} for vintage {vintage} of "
            f"{self.reports.states[report_id].name}, {buffered} kg went to the buffer, not {due}.",
        )

    def _require_sound(self, event: ChainEvent, unit: UnitId, report: ReportState) -> None:
        of = event.arguments
        registry = self.access.deployments.contracts["CRU"].address
        owner = registry if of["status"] == "buffer" else report.project.developer
        methodology = self._terms(unit.report_id)
        self.require_granules(unit, event)
        self.checks.expect(
            of["reportId"] == unit.report_id
            and of["vintage"] == unit.vintage
            and of["kg"] == unit.quantity_kg > 0
            and of["projectId"] == report.project.id
            and of["status"] in ("held", "buffer")
            and of["to"] == owner
            and methodology is not None
            and of["unitType"] == methodology.terms["unitType"],
            "units",
            f"What CRUMinted says at {event.place} is not what the serial number, {report.name} "
            "and its methodology say.",
        )

    def _require_issuable(self, event: ChainEvent, unit: UnitId, report: ReportState) -> None:
        before = self.issued.get((unit.report_id, unit.vintage), 0)
        granule = self.granularity_kg(unit.report_id) or 1
        issuable = in_granules(report.vintages, granule).get(unit.vintage, 0)
        self.checks.expect(
            report.status == "verified" and before + unit.quantity_kg <= issuable,
            "sums",
            f"At {event.place} {before + unit.quantity_kg} kg of vintage {unit.vintage} were "
            f"issued for {report.name}, of which {issuable} kg may be by its verification.",
        )
        self.checks.expect(
            unit.first_kg == before,
            "sums",
            f"Unit {unit.hex} issued at {event.place} begins at {unit.first_kg} kg, not at the "
            f"{before} kg issued before.",
        )

    def _require_issuer(self, event: ChainEvent, report: ReportState) -> None:
        contracts = self.access.deployments.contracts
        if report.verified_in == event.transaction:
            reports = contracts["MRVRegistry"].address
            self.access.require(event, reports, ("mintOnVerification",))
        elif event.signers:
            self.access.require_one(event, event.signers, ("mint", "mintBatch"))
        elif event.target != self.access.deployments.forwarder:
            # No event names the operator: the sender of a direct call, or the contract it called.
            direct = event.target == contracts["CRU"].address
            caller = event.sender if direct else event.target
            self.access.require(event, caller, ("mint", "mintBatch"))

    def _share(self, key: Key, kg: int, is_buffer: bool, event: ChainEvent) -> None:
        if is_buffer and self._open is not None and self._open[0] == key and not self._open[2]:
            self._open = (key, self._open[1], kg, event.place)
            return
        self.end_transaction()
        self._open = (key, 0, kg, event.place) if is_buffer else (key, kg, 0, event.place)

    def _terms(self, report_id: str) -> MethodologyState | None:
        report = self.reports.states.get(report_id)
        if report is None:
            return None
        methodologies = self.reports.projects.methodologies.states
        return methodologies.get(report.project.current.methodology_key)


def buffer_share(kg: int, methodology: MethodologyState) -> int:
    """kg CO2e of an issuance that go to the buffer: rounded up, in whole granules."""
    granule = int(methodology.terms["granularityKg"])
    share = -(-kg * int(methodology.terms["bufferRateBps"]) // WHOLE_BPS)
    return min(kg, -(-share // granule) * granule)

"""Replay of what crosses between registries: never two live copies, each key used once for ever."""

from dataclasses import dataclass, field

from indexer.identity import UnitId, imported_project_id, imported_report_id
from scripts.auditing.access import AccessReplay
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent
from scripts.auditing.units import UnitReplay

#: What a block is when its export has come to that.
STATUSES = {"started": ("locked",), "aborted": ("held", "expired"), "completed": ("exported",)}


@dataclass
class ExportState:
    """The last export of a block."""

    status: str
    owner: str
    kg: int
    target_registry: str
    target_account: str
    started_by: str
    started_at: int
    started_in: str
    ended_by: str | None = None
    ended_at: int | None = None
    ended_in: str | None = None
    reason: str | None = None
    evidence_hash: str | None = None
    uri: str | None = None


@dataclass
class ImportState:
    """Units that ended in another registry."""

    token_id: int
    project_id: str
    receiver: str
    registry: str
    key: str
    project: str
    granularity_kg: int
    evidence_hash: str
    uri: str
    actor: str
    time: int
    transaction: str


@dataclass
class ExchangeReplay:
    """Every export by its token id, every import by the report id that stands for its key."""

    access: AccessReplay
    units: UnitReplay
    checks: Checks
    exports: dict[int, ExportState] = field(default_factory=dict)
    imports: dict[str, ImportState] = field(default_factory=dict)

    def started(self, event: ChainEvent) -> None:
        """Follow the start of an export: the block is locked for its target."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["actor"], ("startExport",))
        earlier = self.exports.get(of["tokenId"])
        kg = UnitId.from_token_id(of["tokenId"]).quantity_kg
        self.checks.expect(
            (earlier is None or earlier.status == "aborted")
            and of["kg"] == kg
            and 0 < len(of["targetRegistry"]) <= 100,
            "exchange",
            f"The export of unit {of['tokenId']:#066x} cannot have started at {event.place}.",
        )
        state = ExportState(
            "started",
            of["owner"],
            of["kg"],
            of["targetRegistry"],
            of["targetAccount"],
            of["actor"],
            event.time,
            event.transaction,
        )
        if earlier is not None:
            state.evidence_hash, state.uri = earlier.evidence_hash, earlier.uri
        self.exports[of["tokenId"]] = state
        self._require_block(event, state)

    def aborted(self, event: ChainEvent) -> None:
        """Follow an abort, by the owner or an operator, before the end."""
        of = event.arguments
        state = self._end(event, "aborted")
        if state is None:
            return
        operator = self.access.role_of("UnitExchange", "completeExport")
        self.checks.expect(
            of["actor"] == state.owner or self.access.holds(operator, of["actor"], event.time),
            "roles",
            f"{of['actor']} aborted an export at {event.place}, neither owner nor operator.",
        )
        state.reason = of["reason"] or None

    def completed(self, event: ChainEvent) -> None:
        """Follow the end of an export, after which the block is no more alive here."""
        of = event.arguments
        self.access.require(event, of["actor"], ("completeExport",))
        state = self._end(event, "completed")
        if state is not None:
            state.evidence_hash, state.uri = of["evidenceHash"], of["uri"]

    def imported(self, event: ChainEvent) -> None:
        """Follow an import under a key that no earlier one had, in whatever spelling."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["actor"], ("importUnits",))
        unit = UnitId.from_token_id(of["tokenId"])
        own = imported_report_id(of["originRegistry"], of["originKey"])
        self.checks.saw("exchange")
        self.checks.expect(
            of["reportId"] == own == unit.report_id
            and own not in self.imports
            and unit.first_kg == 0
            and unit.quantity_kg > 0,
            "exchange",
            f"What was imported at {event.place} from {of['originRegistry']} as "
            f"{of['originKey']} is no new unit of that key.",
        )
        project_id = imported_project_id(of["originRegistry"], of["originProject"])
        self._require_issued(event, project_id)
        self.imports[of["reportId"]] = ImportState(
            of["tokenId"],
            project_id,
            of["to"],
            of["originRegistry"],
            of["originKey"],
            of["originProject"],
            of["granularityKg"],
            of["evidenceHash"],
            of["uri"],
            of["actor"],
            event.time,
            event.transaction,
        )

    def _require_issued(self, event: ChainEvent, project_id: str) -> None:
        """One block for the receiver, in the same transaction, in whole granules."""
        of = event.arguments
        issued = self.units.issuance.claim_import(of["tokenId"])
        minted = issued.arguments if issued else {}
        unit = UnitId.from_token_id(of["tokenId"])
        self.checks.expect(
            minted.get("projectId") == project_id
            and minted.get("to") == of["to"]
            and minted.get("status") == "held"
            and minted.get("kg") == unit.quantity_kg
            and of["granularityKg"] > 0
            and unit.quantity_kg % of["granularityKg"] == 0,
            "exchange",
            f"What CRUMinted says of the units imported at {event.place} is not what their origin "
            "says.",
        )

    def _end(self, event: ChainEvent, status: str) -> ExportState | None:
        of = event.arguments
        self.access.require_running(event)
        state = self.exports.get(of["tokenId"])
        self.checks.expect(
            state is not None and state.status == "started" and state.owner == of["owner"],
            "exchange",
            f"The export of unit {of['tokenId']:#066x} was {status} at {event.place}, which was "
            f"{state.status if state else 'never started'}.",
        )
        if state is None:
            return None
        state.status, state.ended_by = status, of["actor"]
        state.ended_at, state.ended_in = event.time, event.transaction
        self._require_block(event, state)
        return state

    def _require_block(self, event: ChainEvent, state: ExportState) -> None:
        token = event.arguments["tokenId"]
        block = self.units.blocks.get(token)
        self.checks.saw("exchange")
        self.checks.expect(
            block is not None
            and block.owner == state.owner
            and block.status in STATUSES[state.status],
            "exchange",
            f"Unit {token:#066x} of an export that was {state.status} at {event.place} is "
            f"{f'{block.status} and of {block.owner}' if block else 'no existing block'}.",
        )

"""Replay of reversals: what is due, who covers it in which order, and which retired units it hit.

The rules (Regulation (EU) 2024/3012 Art. 6(2), 8(3)(i)): the buffer covers first, then the liable
account, then whoever compensates; never more than is due, never with units of another type; a
retirement is never undone.
"""

from dataclasses import dataclass, field

from indexer.identity import UnitId, reversal_id
from scripts.auditing.access import AccessReplay
from scripts.auditing.blocks import Block
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent
from scripts.auditing.reports import ReportReplay, ReportState
from scripts.auditing.units import UnitReplay

FUNCTIONS = {
    "buffer": ("recordReversal",),
    "liable_account": ("recordReversal", "drawOnLiable"),
    "compensation": ("compensate",),
}
REVERSIBLE = ("verified", "archived")


@dataclass
class Coverage:
    """A block that was cancelled for a reversal."""

    source: str
    actor: str
    kg: int
    time: int
    transaction: str


@dataclass
class Mark:
    """What a reversal did to a retired block."""

    kg: int
    actor: str
    time: int
    transaction: str
    compensated_by: str | None = None
    compensated_at: int | None = None
    compensated_in: str | None = None


@dataclass
class ReversalState:
    """A reversal at the point the replay has reached; amounts in kg CO2e.

    `expected_kg` is what the buffer had to cover, `covered` by token id.
    """

    id: str
    report_id: str
    project_id: str
    liable: str
    unit_type: str
    kg: int
    due_kg: int
    avoidable: bool
    evidence_hash: str
    uri: str
    recorded_by: str
    recorded_at: int
    block: int
    transaction: str
    expected_kg: int
    covered: dict[int, Coverage] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)
    updated_at: int = 0
    updated_in: str = ""

    @property
    def name(self) -> str:
        """For sentences."""
        return f"reversal {self.id}"

    @property
    def covered_kg(self) -> int:
        """kg CO2e that were cancelled for it."""
        return sum(one.kg for one in self.covered.values())

    @property
    def outstanding_kg(self) -> int:
        """kg CO2e that are still owed."""
        return self.due_kg - self.covered_kg

    @property
    def impaired_kg(self) -> int:
        """kg CO2e of retired units that it hit."""
        return sum(mark.kg for mark in self.marks.values())

    def touch(self, event: ChainEvent) -> None:
        """Remember the last event that changed it."""
        self.updated_at, self.updated_in = event.time, event.transaction


@dataclass
class ReversalReplay:
    """Every reversal by its id."""

    access: AccessReplay
    reports: ReportReplay
    units: UnitReplay
    checks: Checks
    states: dict[str, ReversalState] = field(default_factory=dict)
    deficits: dict[str, int] = field(default_factory=dict)
    deficit_changes: dict[str, ChainEvent] = field(default_factory=dict)
    _owing: set[str] = field(default_factory=set)
    _recorded: list[ReversalState] = field(default_factory=list)
    _used: set[int] = field(default_factory=set)

    def recorded(self, event: ChainEvent) -> None:
        """Follow a record: against what was verified and issued, once for each evidence."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["actor"], ("recordReversal",))
        report = self.reports.states.get(of["reportId"])
        if report is None:
            sentence = f"A report nobody submitted was reversed at {event.place}."
            self.checks.discrepancy("reversals", sentence)
            return
        self._require_sound(event, report)
        buffered = self._buffer_kg(report.project.id)
        state = ReversalState(
            id=of["reversalId"],
            report_id=report.id,
            project_id=of["projectId"],
            liable=of["liable"],
            unit_type=of["unitType"],
            kg=of["kg"],
            due_kg=of["dueKg"],
            avoidable=of["avoidable"],
            evidence_hash=of["evidenceHash"],
            uri=of["uri"],
            recorded_by=of["actor"],
            recorded_at=event.time,
            block=event.block,
            transaction=event.transaction,
            expected_kg=min(of["dueKg"], buffered),
        )
        state.touch(event)
        self.states[state.id] = state
        self._recorded.append(state)
        self._owing.add(state.project_id)

    def covered(self, event: ChainEvent) -> None:
        """Follow a cancellation for a reversal; each block counts once."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["actor"], FUNCTIONS[of["source"]])
        state = self._known(event)
        block = self.units.blocks.get(of["tokenId"])
        if state is None:
            return
        self._require_cancelled(event, state, block)
        kg = UnitId.from_token_id(of["tokenId"]).quantity_kg
        self.checks.expect(
            of["kg"] == kg and of["coveredKg"] == state.covered_kg + kg <= state.due_kg,
            "reversals",
            f"With unit {of['tokenId']:#066x} of {kg} kg, {of['coveredKg']} kg of the "
            f"{state.name} are said to be covered at {event.place}; {state.covered_kg} kg of "
            f"{state.due_kg} kg were before.",
        )
        cover = Coverage(of["source"], of["actor"], of["kg"], event.time, event.transaction)
        state.covered[of["tokenId"]] = cover
        self._used.add(of["tokenId"])
        self._owing.add(state.project_id)
        state.touch(event)

    def impaired(self, event: ChainEvent) -> None:
        """Follow a mark on a retired block of the report, which stays retired."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["actor"], ("markImpaired",))
        state = self._known(event)
        if state is None:
            return
        unit, block = UnitId.from_token_id(of["tokenId"]), self.units.blocks.get(of["tokenId"])
        hit = sum(one.marks[of["tokenId"]].kg for one in self._that_hit(of["tokenId"]))
        self.checks.saw("reversals")
        self.checks.expect(
            block is not None
            and block.status == "retired"
            and unit.report_id == state.report_id
            and of["tokenId"] not in state.marks
            and 0 < of["kg"] <= unit.quantity_kg - hit
            and state.impaired_kg + of["kg"] <= state.due_kg,
            "reversals",
            f"{of['kg']} kg of unit {of['tokenId']:#066x} cannot have been hit by the {state.name} "
            f"at {event.place}.",
        )
        mark = Mark(of["kg"], of["actor"], event.time, event.transaction)
        state.marks[of["tokenId"]] = mark
        state.touch(event)

    def compensated(self, event: ChainEvent) -> None:
        """Follow the end of an impairment, which takes the whole reversal to be covered."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["actor"], ("markCompensated",))
        state = self._known(event)
        mark = state.marks.get(of["tokenId"]) if state else None
        self.checks.expect(
            state is not None
            and state.outstanding_kg == 0
            and mark is not None
            and mark.compensated_at is None,
            "reversals",
            f"Unit {of['tokenId']:#066x} is said to be compensated at {event.place}, without a "
            "reversal that hit it and is covered.",
        )
        if mark is not None:
            mark.compensated_by, mark.compensated_at = of["actor"], event.time
            mark.compensated_in = event.transaction

    def deficit_changed(self, event: ChainEvent) -> None:
        """Follow what the token contract holds as a project's deficit."""
        self.access.require_running(event)
        self.deficits[event.arguments["projectId"]] = event.arguments["deficitKg"]
        self.deficit_changes[event.arguments["projectId"]] = event
        self._owing.add(event.arguments["projectId"])

    def end_transaction(self) -> None:
        """The buffer covered what it had to, and each project owes what its reversals lack."""
        for state in self._recorded:
            drawn = sum(one.kg for one in state.covered.values() if one.source == "buffer")
            self.checks.expect(
                drawn == state.expected_kg,
                "reversals",
                f"The buffer covered {drawn} kg of the {state.name}, not the "
                f"{state.expected_kg} kg that it had to.",
            )
        for project_id in sorted(self._owing):
            held, owed = self.deficits.get(project_id, 0), self.outstanding_kg(project_id)
            self.checks.expect(
                held == owed,
                "reversals",
                f"The deficit of the project {project_id} is said to be {held} kg; its reversals "
                f"lack {owed} kg.",
            )
        self._recorded.clear()
        self._owing.clear()

    def outstanding_kg(self, project_id: str) -> int:
        """kg CO2e that a project owes."""
        own = (one for one in self.states.values() if one.project_id == project_id)
        return sum(state.outstanding_kg for state in own)

    def hits_of(self, token_id: int) -> tuple[int, int]:
        """kg CO2e of a block that reversals hit, and how many of those are made up for."""
        marks = [state.marks[token_id] for state in self._that_hit(token_id)]
        made_up = sum(mark.kg for mark in marks if mark.compensated_at is not None)
        return sum(mark.kg for mark in marks), made_up

    def _that_hit(self, token_id: int) -> list[ReversalState]:
        return [state for state in self.states.values() if token_id in state.marks]

    def _known(self, event: ChainEvent) -> ReversalState | None:
        state = self.states.get(event.arguments["reversalId"])
        self.checks.saw("reversals")
        self.checks.expect(
            state is not None,
            "reversals",
            f"{event.name} at {event.place} is about a reversal that nobody recorded.",
        )
        return state

    def _buffer_kg(self, project_id: str) -> int:
        kg = 0
        for block in self.units.blocks.values():
            report = self.reports.states.get(block.unit.report_id)
            if block.status == "buffer" and report and report.project.id == project_id:
                kg += block.unit.quantity_kg
        return kg

    def _require_sound(self, event: ChainEvent, report: ReportState) -> None:
        of = event.arguments
        methodologies = self.reports.projects.methodologies.states
        terms = methodologies[report.project.current.methodology_key].terms
        granule = int(terms["granularityKg"])
        issued = sum(kg for (key, _), kg in self.units.issuance.issued.items() if key == report.id)
        before = sum(one.due_kg for one in self.states.values() if one.report_id == report.id)
        self.checks.saw("reversals")
        self.checks.expect(
            of["reversalId"] == reversal_id(report.id, of["evidenceHash"])
            and of["reversalId"] not in self.states
            and of["projectId"] == report.project.id
            and of["liable"] == report.project.developer
            and of["unitType"] == terms["unitType"]
            and report.status in REVERSIBLE,
            "reversals",
            f"What ReversalRecorded says at {event.place} is not what {report.name}, its project "
            "and the evidence say.",
        )
        self.checks.expect(
            of["dueKg"] == -(-of["kg"] // granule) * granule > 0 and before + of["dueKg"] <= issued,
            "reversals",
            f"{of['dueKg']} kg are due for {of['kg']} kg reversed at {event.place}; {before} kg "
            f"of the {issued} kg issued for {report.name} were reversed before.",
        )

    def _require_cancelled(
        self, event: ChainEvent, state: ReversalState, block: Block | None
    ) -> None:
        of = event.arguments
        registry = self.access.deployments.contracts["CRU"].address
        owners = {"buffer": registry, "liable_account": state.liable}
        owner = block.owner if block else None
        self.checks.expect(
            block is not None
            and block.status == "cancelled"
            and block.unit_type == state.unit_type
            and of["tokenId"] not in self._used
            and owners.get(of["source"], owner) == owner
            and (of["source"] == "buffer" or owner != registry),
            "reversals",
            f"Unit {of['tokenId']:#066x} cannot cover the {state.name} at {event.place} as "
            f"{of['source']}: it is "
            f"{f'{block.status} and of {block.owner}' if block else 'no existing block'}.",
        )

"""Replay of monitoring reports: versions, verifiers, reporting periods, decisions and amounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import schemas
from indexer.identity import report_id
from scripts.auditing.access import AccessReplay
from scripts.auditing.accreditations import VERIFIER
from scripts.auditing.anchors import ZERO_HASH, Anchor, Document, differing
from scripts.auditing.checks import Checks
from scripts.auditing.contents import decision_differences
from scripts.auditing.days import SECONDS_PER_DAY, day_of
from scripts.auditing.events import ChainEvent
from scripts.auditing.periods import TakenPeriods
from scripts.auditing.projects import ProjectReplay, ProjectState
from scripts.auditing.states import Version, Versioned, leading
from scripts.auditing.vintages import by_days, faults_of, year_amounts

#: Which functions lead a report from one status to the next (OGCR 5.2.2).
TRANSITIONS = {
    ("none", "submitted"): ("submitReport",),
    ("rejected", "submitted"): ("resubmitReport",),
    ("withdrawn", "submitted"): ("resubmitReport",),
    ("submitted", "pending_verification"): ("assignVerifier",),
    ("submitted", "withdrawn"): ("withdrawReport",),
    ("pending_verification", "withdrawn"): ("withdrawReport",),
    ("pending_verification", "verified"): ("verifyReport",),
    ("pending_verification", "rejected"): ("rejectReport",),
    ("verified", "archived"): ("archiveReport",),
}


@dataclass
class ReportState(Versioned):
    """A monitoring report at the point the replay has reached; `vintages` is kg CO2e by year."""

    id: str
    project: ProjectState
    document_id: str
    versions: list[Version]
    status: str = "none"
    verifier: str = "0x" + 40 * "0"
    verified_kg: int = 0
    vintages: dict[int, int] = field(default_factory=dict)
    decided_by: str | None = None
    decided_at: int = 0
    statement_hash: str = ZERO_HASH
    statement_uri: str | None = None
    reason: str | None = None
    verified_in: str = ""
    updated_at: int = 0
    updated_in: str = ""

    @property
    def name(self) -> str:
        """For sentences."""
        return f"report {self.document_id} of {self.project.name}"


@dataclass
class ReportReplay:
    """Every monitoring report by its id."""

    access: AccessReplay
    projects: ProjectReplay
    checks: Checks
    states: dict[str, ReportState] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)
    periods: TakenPeriods = field(default_factory=TakenPeriods)

    def submitted(self, event: ChainEvent) -> None:
        """Follow a first or later version of a report."""
        of = event.arguments
        project = self.projects.states.get(of["projectId"])
        if project is None:
            sentence = f"A report of an unknown project was submitted at {event.place}."
            self.checks.discrepancy("events", sentence)
            return
        self.access.require_running(event)
        self.access.require(event, of["developer"], ("submitReport", "resubmitReport"))
        fresh = ReportState(of["reportId"], project, of["documentId"], [])
        state = self.states.setdefault(of["reportId"], fresh)
        state.touch(event)
        self._require_submittable(state, event)
        self._take_period(state, event)
        self._anchor(state, event)

    def verifier_assigned(self, event: ChainEvent) -> None:
        """Follow an assignment: neither developer nor validator of the project (OGCR 5.2.2)."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.access.require(event, of["actor"], ("assignVerifier",))
        role = self.access.role_of("MRVRegistry", "verifyReport")
        involved = (state.project.developer, state.project.validator)
        self.checks.expect(
            state.status in ("submitted", "pending_verification")
            and of["verifier"] not in involved
            and self.access.holds(role, of["verifier"], event.time),
            "roles",
            f"{of['verifier']} became verifier of {state.name} at {event.place} without being free "
            "to judge it: no verifier by role, its developer or validator, or the wrong moment.",
        )
        self.projects.accreditations.require_fit(
            event, VERIFIER, of["verifier"], state.project.project_type, state.project.developer
        )
        state.verifier = of["verifier"]

    def status_changed(self, event: ChainEvent) -> None:
        """Follow a change of status."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.access.require_running(event)
        functions = leading(self.checks, state, event, TRANSITIONS)
        self.checks.expect(
            of["reportHash"] == state.current.hash,
            "events",
            f"The {state.name} changed its status at {event.place} over {of['reportHash']}, "
            f"while {state.current.hash} was in force.",
        )
        if functions:
            self._require_actor(state, event, functions)
        self._settle(state, event)
        state.status, state.reason = of["to"], of["reason"] or None

    def verified(self, event: ChainEvent) -> None:
        """Follow the verified amounts, kg CO2e by vintage."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.checks.saw("sums")
        self.checks.expect(
            not state.verified_in,
            "sums",
            f"The amounts of {state.name} were verified a second time at {event.place}.",
        )
        state.verified_kg = of["verifiedKg"]
        state.verified_in = event.transaction
        pairs = [(one["vintage"], one["kg"]) for one in of["vintages"]]
        state.vintages = dict(pairs)
        version = state.current
        for fault in faults_of(pairs, of["verifiedKg"], version.start_day, version.end_day):
            self.checks.discrepancy("sums", f"The verification of {state.name} {fault}.")
        self.checks.expect(
            state.status == "verified"
            and state.verifier == of["verifier"]
            and of["projectId"] == state.project.id
            and version.end_day < event.time // SECONDS_PER_DAY,
            "events",
            f"The amounts of {state.name} at {event.place} are not those of its verifier, its "
            "project, and a period that was over.",
        )

    def _known(self, event: ChainEvent) -> ReportState | None:
        state = self.states.get(event.arguments["reportId"])
        if state is None:
            sentence = f"{event.name} at {event.place} is about a report nobody submitted."
            self.checks.discrepancy("events", sentence)
        else:
            state.touch(event)
        return state

    def _require_submittable(self, state: ReportState, event: ChainEvent) -> None:
        of, project = event.arguments, state.project
        number = len(state.versions) + 1
        self.checks.expect(
            of["reportId"] == report_id(project.id, of["documentId"])
            and of["version"] == number
            and state.status in ("none", "rejected", "withdrawn")
            and project.status == "validated"
            and of["developer"] == project.developer,
            "events",
            f"Version {of['version']} of {state.name} was submitted at {event.place} by "
            f"{of['developer']}, while the report was {state.status} and the project "
            f"{project.status}.",
        )

    def _take_period(self, state: ReportState, event: ChainEvent) -> None:
        of, project = event.arguments, state.project
        self.checks.saw("periods")
        days = (of["startDay"], of["endDay"])
        inside = project.current.start_day <= days[0] <= days[1] <= project.current.end_day
        self.checks.expect(
            inside, "periods", f"The period of {state.name} lies outside of its project's."
        )
        other = self.periods.take(project.id, state.id, days)
        if other is not None:
            name = self.states[other].name
            sentence = f"The periods of {state.name} and {name} share days at {event.place}."
            self.checks.discrepancy("periods", sentence)

    def _require_actor(
        self, state: ReportState, event: ChainEvent, functions: tuple[str, ...]
    ) -> None:
        actor, to = event.arguments["actor"], event.arguments["to"]
        self.access.require(event, actor, functions)
        if to == "archived":
            operator = self.access.role_of("MRVRegistry", "assignVerifier")
            own = actor == state.project.developer or self.access.holds(operator, actor, event.time)
        elif to in ("verified", "rejected"):
            own = actor == state.verifier
        else:
            own = to == "pending_verification" or actor == state.project.developer
        self.checks.expect(
            own,
            "roles",
            f"{actor} led {state.name} to {to} at {event.place} without being the one "
            "whose turn it was.",
        )

    def _settle(self, state: ReportState, event: ChainEvent) -> None:
        of = event.arguments
        if of["to"] in ("rejected", "withdrawn"):
            self.periods.free(state.project.id, state.id)
        if of["to"] in ("verified", "rejected"):
            self.projects.accreditations.require_fit(
                event, VERIFIER, of["actor"], state.project.project_type, state.project.developer
            )
            named = ("reportHash", "statementHash", "statementUri")
            self.projects.accreditations.decided(event, VERIFIER, state.id, named)
            state.decided_by, state.decided_at = of["actor"], event.time
            state.statement_hash, state.statement_uri = of["statementHash"], of["statementUri"]
            what = f"statement on version {state.current.number} of {state.name}"
            judged = schemas.bytes32_to_hash(of["reportHash"])
            fits = partial(_statement_differences, state, of["to"], judged)
            self.anchors.append(Anchor(of["statementHash"], "decision", what, fits))

    def _anchor(self, state: ReportState, event: ChainEvent) -> None:
        of = event.arguments
        version = Version(
            of["version"],
            of["reportHash"],
            of["uri"],
            of["startDay"],
            of["endDay"],
            event.block,
            event.time,
            event.transaction,
        )
        state.versions.append(version)
        key = state.project.current.methodology_key
        methodology = self.projects.methodologies.states.get(key)
        reference = (methodology.id, methodology.version) if methodology else ("", "")
        fits = partial(_mrv_differences, state, reference, of)
        what = f"version {of['version']} of {state.name}"
        self.anchors.append(Anchor(of["reportHash"], "mrv", what, fits))


def _mrv_differences(
    state: ReportState, reference: tuple[str, str], anchored: dict[str, Any], document: Document
) -> Iterator[str]:
    properties = document["properties"]
    yield from differing("id", schemas.document_id(document), state.document_id)
    if properties["project_id"] not in (state.project.document_id, state.project.id):
        yield from differing("project_id", properties["project_id"], state.project.document_id)
    yield from differing("methodology_id", properties["methodology_id"], reference[0])
    named = properties.get("methodology_version", reference[1])
    yield from differing("methodology_version", named, reference[1])
    days = (day_of(properties["start_date"]), day_of(properties["end_date"]))
    yield from differing("period in days", days, (anchored["startDay"], anchored["endDay"]))


def _statement_differences(
    state: ReportState, outcome: str, judged: str, document: Document
) -> Iterator[str]:
    yield from decision_differences(outcome, judged, document)
    if outcome != "verified":
        return
    removal = document.get("verified_removal", {"value": 0, "unit": "kgCO2e"})
    said = schemas.to_kg(removal["value"], removal["unit"])
    yield from differing("verified removal in kg", said, state.verified_kg)
    if "vintages" in document:
        by_year = year_amounts(document["vintages"])
    else:
        by_year = by_days(said, state.current.start_day, state.current.end_day)
    yield from differing("vintages in kg", by_year, state.vintages)

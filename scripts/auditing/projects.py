"""Replay of projects: PDD versions, validators, decisions and the life cycle."""

from dataclasses import dataclass, field
from functools import partial

import schemas
from indexer.identity import project_id
from scripts.auditing.access import AccessReplay
from scripts.auditing.accreditations import VALIDATOR, AccreditationReplay
from scripts.auditing.anchors import ZERO_HASH, Anchor
from scripts.auditing.checks import Checks
from scripts.auditing.contents import (
    decision_differences,
    metadata_differences,
    pdd_differences,
)
from scripts.auditing.events import ChainEvent
from scripts.auditing.methodologies import MethodologyReplay
from scripts.auditing.states import Version, Versioned, leading

#: Which functions lead a project from one status to the next (OGCR 5.2.1).
TRANSITIONS = {
    ("none", "draft"): ("draftProject",),
    ("none", "submitted"): ("registerProject",),
    ("draft", "submitted"): ("submitProject", "resubmitProject"),
    ("submitted", "under_review"): ("assignValidator",),
    ("under_review", "validated"): ("validateProject",),
    ("under_review", "rejected"): ("rejectProject",),
    ("under_review", "draft"): ("requestRevision",),
    ("rejected", "submitted"): ("submitProject", "resubmitProject"),
    ("rejected", "draft"): ("redraftProject",),
    ("validated", "archived"): ("archiveProject",),
    ("rejected", "archived"): ("archiveProject",),
}
NEW_VERSION = ("updatePDD", "resubmitProject", "redraftProject")
OUTCOMES = {"validated": "validated", "rejected": "rejected", "draft": "revision_requested"}
OPEN = ("draft", "submitted", "rejected")


@dataclass
class ProjectState(Versioned):
    """A project at the point the replay has reached."""

    id: str
    document_id: str
    developer: str
    project_type: str
    versions: list[Version]
    status: str = "none"
    validator: str = "0x" + 40 * "0"
    decided_version: int = 0
    decided_by: str | None = None
    decided_at: int = 0
    metadata_hash: str = ZERO_HASH
    metadata_uri: str | None = None
    decision_hash: str = ZERO_HASH
    decision_uri: str | None = None
    reason: str | None = None
    submitted_at: int | None = None
    validated_at: int | None = None
    updated_at: int = 0
    updated_in: str = ""

    @property
    def name(self) -> str:
        """For sentences."""
        return f"project {self.document_id}"


@dataclass
class ProjectReplay:
    """Every project by its id."""

    access: AccessReplay
    methodologies: MethodologyReplay
    accreditations: AccreditationReplay
    checks: Checks
    states: dict[str, ProjectState] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)

    def registered(self, event: ChainEvent) -> None:
        """Follow the first PDD of a project."""
        of = event.arguments
        self.access.require_running(event)
        self.access.require(event, of["developer"], ("draftProject", "registerProject"))
        self.checks.expect(
            of["projectId"] == project_id(of["documentId"]) and of["projectId"] not in self.states,
            "events",
            f"The project registered at {event.place} is no new one of its document's id.",
        )
        state = ProjectState(
            of["projectId"], of["documentId"], of["developer"], of["projectType"], []
        )
        state.touch(event)
        self.states[state.id] = state
        self._require_permitted(event)
        self._anchor(state, event, 1)

    def updated(self, event: ChainEvent) -> None:
        """Follow a new PDD version."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.access.require_running(event)
        self.access.require(event, of["developer"], NEW_VERSION)
        self.checks.expect(
            of["developer"] == state.developer
            and of["version"] == state.current.number + 1
            and of["pddHash"] != state.current.hash
            and state.status in OPEN,
            "events",
            f"The PDD of {state.name} was replaced at {event.place} by {of['developer']} with "
            f"version {of['version']}, while it was {state.status}.",
        )
        before = (state.current.methodology_key, state.project_type)
        if before != (of["methodologyKey"], of["projectType"]):
            self._require_permitted(event)
        state.project_type = of["projectType"]
        self._anchor(state, event, of["version"])

    def validator_assigned(self, event: ChainEvent) -> None:
        """Follow an assignment: a validator who is not the developer (OGCR 5.2.1)."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.access.require(event, of["actor"], ("assignValidator",))
        self.checks.expect(
            state.status in ("submitted", "under_review")
            and of["validator"] != state.developer
            and self.access.holds(
                self.access.role_of("ProjectRegistry", "validateProject"),
                of["validator"],
                event.time,
            ),
            "roles",
            f"{of['validator']} became validator of {state.name} at {event.place} without being "
            "free to judge it: no validator by role, its developer, or the wrong moment.",
        )
        self._require_fit(state, event, of["validator"])
        state.validator = of["validator"]

    def status_changed(self, event: ChainEvent) -> None:
        """Follow a change of status."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.access.require_running(event)
        functions = leading(self.checks, state, event, TRANSITIONS)
        self.checks.expect(
            of["pddHash"] == state.current.hash,
            "events",
            f"The {state.name} changed its status at {event.place} over PDD {of['pddHash']}, "
            f"while {state.current.hash} was in force.",
        )
        if functions:
            self._require_actor(state, event, functions)
        if of["from"] == "under_review":
            self._decided(state, event)
        if of["to"] == "submitted":
            state.submitted_at = event.time
        if of["to"] == "validated":
            state.validated_at = event.time
        state.status, state.reason = of["to"], of["reason"] or None

    def metadata_updated(self, event: ChainEvent) -> None:
        """Follow a change of the permitted metadata (OGCR 4.2.1)."""
        of = event.arguments
        state = self._known(event)
        if state is None:
            return
        self.access.require_running(event)
        self.access.require(event, of["developer"], ("updateMetadata",))
        self.checks.expect(
            state.status == "validated" and of["developer"] == state.developer,
            "events",
            f"The metadata of {state.name} changed at {event.place} by {of['developer']}, "
            f"while it was {state.status}.",
        )
        state.metadata_hash, state.metadata_uri = of["metadataHash"], of["uri"]
        names = (state.document_id, state.id)
        self.anchors.append(
            Anchor(
                of["metadataHash"],
                "metadata",
                f"metadata of {state.name}",
                lambda document: metadata_differences(names, document),
            )
        )

    def _known(self, event: ChainEvent) -> ProjectState | None:
        state = self.states.get(event.arguments["projectId"])
        if state is None:
            sentence = f"{event.name} at {event.place} is about a project nobody registered."
            self.checks.discrepancy("events", sentence)
        else:
            state.touch(event)
        return state

    def _require_permitted(self, event: ChainEvent) -> None:
        of = event.arguments
        self.checks.expect(
            self.methodologies.permits(of["methodologyKey"], of["projectType"]),
            "events",
            f"The PDD anchored at {event.place} follows the methodology {of['methodologyKey']}, "
            f"which was not active for {of['projectType']} then.",
        )

    def _require_actor(
        self, state: ProjectState, event: ChainEvent, functions: tuple[str, ...]
    ) -> None:
        actor, to = event.arguments["actor"], event.arguments["to"]
        self.access.require(event, actor, functions)
        if to == "archived":
            operator = self.access.role_of("ProjectRegistry", "assignValidator")
            own = actor == state.developer or self.access.holds(operator, actor, event.time)
        elif event.arguments["from"] == "under_review":
            own = actor == state.validator
        else:
            own = to == "under_review" or actor == state.developer
        self.checks.expect(
            own,
            "roles",
            f"{actor} led {state.name} to {to} at {event.place} without being the one "
            "whose turn it was.",
        )

    def _require_fit(self, state: ProjectState, event: ChainEvent, validator: str) -> None:
        judging = (VALIDATOR, validator, state.project_type, state.developer)
        self.accreditations.require_fit(event, *judging)

    def _decided(self, state: ProjectState, event: ChainEvent) -> None:
        of = event.arguments
        state.decided_version = state.current.number
        state.decided_by, state.decided_at = of["actor"], event.time
        self._require_fit(state, event, of["actor"])
        named = ("pddHash", "decisionHash", "decisionUri")
        self.accreditations.decided(event, VALIDATOR, state.id, named)
        state.decision_hash, state.decision_uri = of["decisionHash"], of["decisionUri"]
        outcome = OUTCOMES.get(of["to"], of["to"])
        judged = schemas.bytes32_to_hash(of["pddHash"])
        what = f"decision on version {state.current.number} of {state.name}"
        fits = partial(decision_differences, outcome, judged)
        self.anchors.append(Anchor(of["decisionHash"], "decision", what, fits))

    def _anchor(self, state: ProjectState, event: ChainEvent, number: int) -> None:
        of = event.arguments
        version = Version(
            number,
            of["pddHash"],
            of["uri"],
            of["startDay"],
            of["endDay"],
            event.block,
            event.time,
            event.transaction,
            of["methodologyKey"],
        )
        state.versions.append(version)
        fits = partial(pdd_differences, state.document_id, of)
        what = f"PDD version {number} of {state.name}"
        self.anchors.append(Anchor(of["pddHash"], "pdd", what, fits))

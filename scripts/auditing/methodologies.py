"""Replay of methodologies: versions, terms and status."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from indexer.identity import methodology_key
from scripts.auditing.access import AccessReplay
from scripts.auditing.anchors import Anchor, Document, differing
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent
from scripts.auditing.states import leading

#: Who leads a methodology from one status to the next (OGCR 6.1.1).
TRANSITIONS = {
    ("none", "registered"): ("registerMethodology",),
    ("registered", "active"): ("activateMethodology",),
    ("registered", "deprecated"): ("deprecateMethodology",),
    ("active", "deprecated"): ("deprecateMethodology",),
}
KG_PER_TONNE = 1000
#: Units that end with their monitoring period.
TEMPORARY_TYPES = ("CFS", "CSP")
MOST_YEARS = 1000


@dataclass
class MethodologyState:
    """A methodology version; `terms` as the contract's struct has them."""

    key: str
    id: str
    version: str
    document_hash: str
    uri: str
    terms: dict[str, Any]
    registered_at: int
    status: str = "none"

    @property
    def name(self) -> str:
        """For sentences."""
        return f"methodology {self.id}@{self.version}"


@dataclass
class MethodologyReplay:
    """Every methodology by its key."""

    access: AccessReplay
    checks: Checks
    states: dict[str, MethodologyState] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)

    def registered(self, event: ChainEvent) -> None:
        """Follow a registration."""
        of = event.arguments
        self.access.require_running(event)
        key = methodology_key(of["methodologyId"], of["version"])
        self.checks.expect(
            key == of["methodologyKey"] and key not in self.states,
            "events",
            f"The methodology registered at {event.place} is no new one of its own key {key}.",
        )
        self.access.require(event, of["actor"], ("registerMethodology",))
        self._require_sound(event)
        state = MethodologyState(
            of["methodologyKey"],
            of["methodologyId"],
            of["version"],
            of["documentHash"],
            of["uri"],
            of["terms"],
            event.time,
        )
        self.states[state.key] = state
        fits = partial(self._differences, state)
        self.anchors.append(Anchor(state.document_hash, "methodology", state.name, fits))

    def status_changed(self, event: ChainEvent) -> None:
        """Follow a change of status."""
        of = event.arguments
        state = self.states.get(of["methodologyKey"])
        if state is None:
            sentence = f"An unknown methodology changed its status at {event.place}."
            self.checks.discrepancy("events", sentence)
            return
        self.access.require_running(event)
        functions = leading(self.checks, state, event, TRANSITIONS)
        self.access.require(event, of["actor"], functions or ("registerMethodology",))
        state.status = of["to"]

    def _require_sound(self, event: ChainEvent) -> None:
        """Name terms that no methodology may have (Regulation (EU) 2024/3012 Art. 6(5), 12)."""
        terms = event.arguments["terms"]
        kind = terms["unitType"]
        fits = kind == "CRU" or (
            terms["granularityKg"] % KG_PER_TONNE == 0
            and terms["expires"] == (kind in TEMPORARY_TYPES)
        )
        self.checks.expect(
            fits and terms["granularityKg"] > 0 and 1 <= terms["durabilityYears"] <= MOST_YEARS,
            "events",
            f"The methodology registered at {event.place} has terms that none may have: {terms}.",
        )

    def permits(self, key: str, project_type: str) -> bool:
        """Whether the methodology is active and permits the project type."""
        state = self.states.get(key)
        return (
            state is not None
            and state.status == "active"
            and project_type in self.project_types(state)
        )

    def project_types(self, state: MethodologyState) -> list[str]:
        """Words of the set of project types, in the order of their bits."""
        words = self.access.abi.enum_words("ProjectType")
        return [w for bit, w in enumerate(words) if state.terms["projectTypes"] >> bit & 1]

    def _differences(self, state: MethodologyState, document: Document) -> Iterator[str]:
        terms = state.terms
        anchored = {
            "id": state.id,
            "version": state.version,
            "unit_type": terms["unitType"],
            "granularity_kg": terms["granularityKg"],
            "buffer_rate_bps": terms["bufferRateBps"],
            "automatic_issuance": terms["automaticIssuance"],
            "expires": terms["expires"],
            "durability_years": terms["durabilityYears"],
        }
        for name, value in anchored.items():
            yield from differing(name, document[name], value)
        types = sorted(document["project_types"])
        yield from differing("project_types", types, sorted(self.project_types(state)))

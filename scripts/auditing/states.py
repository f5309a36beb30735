"""What the audit follows of whatever has a status, versions, and events that touch it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent

#: Which functions lead from one status to the next.
Transitions = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Version:
    """A document version as anchored; days are UTC days since 1970-01-01."""

    number: int
    hash: str
    uri: str
    start_day: int
    end_day: int
    block: int
    time: int
    transaction: str
    methodology_key: str = ""


class Versioned:
    """A thing at the point the replay has reached."""

    versions: list[Version]
    updated_at: int
    updated_in: str

    @property
    def current(self) -> Version:
        """The version in force."""
        return self.versions[-1]

    def touch(self, event: ChainEvent) -> None:
        """Remember the last event."""
        self.updated_at, self.updated_in = event.time, event.transaction


class _Standing(Protocol):
    status: str

    @property
    def name(self) -> str: ...


def leading(
    checks: Checks, state: _Standing, event: ChainEvent, transitions: Transitions
) -> tuple[str, ...]:
    """The functions that make a change of status, none for one that is not; a discrepancy as well
    where the thing had another status before."""
    of = event.arguments
    functions = transitions.get((of["from"], of["to"]))
    checks.expect(
        functions is not None and of["from"] == state.status,
        "events",
        f"The {state.name} went from {of['from']} to {of['to']} at {event.place}, "
        f"while it was {state.status}.",
    )
    return functions or ()

"""From an event to rows: pure functions, one for each event that our contracts can emit."""

from indexer.changes import Change
from indexer.events import ChainEvent
from indexer.handlers import (
    access,
    accreditations,
    contracts,
    exchange,
    methodologies,
    projects,
    relaying,
    reports,
    reversals,
    units,
)
from indexer.handlers.registry import HANDLERS

__all__ = ["HANDLERS", "changes_of"]

ROOMS = (
    access,
    accreditations,
    contracts,
    methodologies,
    projects,
    relaying,
    reports,
    units,
    reversals,
    exchange,
)


def changes_of(event: ChainEvent) -> list[Change]:
    """What an event changes, in order."""
    return HANDLERS[event.contract, event.name](event)

"""The table of handlers: one pure function for each event that our contracts can emit."""

from collections.abc import Callable

from indexer.changes import Change
from indexer.deployments import CONTRACT_NAMES
from indexer.events import ChainEvent

Handler = Callable[[ChainEvent], list[Change]]
HANDLERS: dict[tuple[str, str], Handler] = {}

ACCESS, METHODOLOGIES, PROJECTS, REPORTS, UNITS, REVERSALS, EXCHANGE = CONTRACT_NAMES
MODULES = (METHODOLOGIES, PROJECTS, REPORTS, UNITS, REVERSALS, EXCHANGE)


def handles(event: str, *contracts: str) -> Callable[[Handler], Handler]:
    """Register the handler of an event of these contracts; an event has exactly one."""

    def register(handler: Handler) -> Handler:
        for contract in contracts:
            if (contract, event) in HANDLERS:
                raise ValueError(f"{contract}.{event} has two handlers.")
            HANDLERS[contract, event] = handler
        return handler

    return register

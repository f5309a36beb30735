"""Replay of the contracts themselves: their code, their authority, pauses and closings."""

from dataclasses import dataclass, field

from scripts.auditing.access import AccessReplay
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent


@dataclass
class ContractState:
    """What a contract's own events say of it."""

    name: str | None = None
    implementation: str | None = None
    authority: str | None = None
    admin_delay: int | None = None
    admin_delay_since: int | None = None
    reports: str | None = None
    units: str | None = None
    initialized_version: int | None = None


@dataclass
class ContractReplay:
    """Every contract by its address."""

    access: AccessReplay
    checks: Checks
    states: dict[str, ContractState] = field(default_factory=dict)

    def upgraded(self, event: ChainEvent) -> None:
        """Follow a change of the code."""
        self._own(event).implementation = event.arguments["implementation"]

    def initialized(self, event: ChainEvent) -> None:
        """Follow an initialization."""
        self._own(event).initialized_version = event.arguments["version"]

    def authority_updated(self, event: ChainEvent) -> None:
        """Follow a change of the access control contract, which must be the recorded one."""
        manager = self.access.deployments.contracts["RegistryAccessControl"].address
        self._own(event).authority = event.arguments["authority"]
        self.checks.expect(
            event.arguments["authority"] == manager,
            "roles",
            f"{event.contract} obeys {event.arguments['authority']} since {event.place}, "
            f"not the access control contract {manager} of the record.",
        )

    def paused(self, event: ChainEvent) -> None:
        """Follow a pause; the guardian's."""
        self._own(event)
        self.access.require(event, event.arguments["account"], ("pause",))
        self.access.paused.add(event.contract)

    def unpaused(self, event: ChainEvent) -> None:
        """Follow the end of a pause; the administrator's."""
        self._own(event)
        self.access.require(event, event.arguments["account"], ("unpause",))
        self.access.paused.discard(event.contract)

    def units_connected(self, event: ChainEvent) -> None:
        """Follow the naming of the token contract, once and as recorded."""
        of, state = event.arguments, self._own(event)
        self.access.require(event, of["actor"], ("connectUnits",))
        recorded = self.access.deployments.contracts["CRU"].address
        self.checks.expect(
            state.units is None and of["units"] == recorded,
            "events",
            f"MRVRegistry was connected at {event.place} to the units of {of['units']}, "
            f"not once to {recorded} of the record.",
        )
        state.units = of["units"]

    def reports_connected(self, event: ChainEvent) -> None:
        """Follow the naming of the registry of reports, once and as recorded."""
        of, state = event.arguments, self._own(event)
        self.access.require(event, of["actor"], ("connectReports",))
        recorded = self.access.deployments.contracts["MRVRegistry"].address
        self.checks.expect(
            state.reports is None and of["reports"] == recorded,
            "events",
            f"ProjectRegistry was connected at {event.place} to the reports of {of['reports']}, "
            f"not once to {recorded} of the record.",
        )
        state.reports = of["reports"]

    def closed(self, event: ChainEvent) -> None:
        """Follow the closing or opening of a contract."""
        target = event.arguments["target"]
        self.states.setdefault(target, ContractState())
        change = self.access.closed.add if event.arguments["closed"] else self.access.closed.discard
        change(target)

    def admin_delay_updated(self, event: ChainEvent) -> None:
        """Follow a change of the time that changes of a contract's permissions take."""
        state = self.states.setdefault(event.arguments["target"], ContractState())
        state.admin_delay = event.arguments["delay"]
        state.admin_delay_since = event.arguments["since"]

    def _own(self, event: ChainEvent) -> ContractState:
        address = self.access.deployments.contracts[event.contract].address
        state = self.states.setdefault(address, ContractState())
        state.name = event.contract
        return state

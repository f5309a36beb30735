"""Replay of how access control governs itself: roles' administrators and delays, delayed calls."""

from dataclasses import dataclass, field

from scripts.auditing.events import ChainEvent

OPERATION_STATES = {
    "OperationScheduled": "scheduled",
    "OperationExecuted": "executed",
    "OperationCanceled": "cancelled",
}


@dataclass
class RoleTerms:
    """Label, administrator and guardian of a role, and the delay of its grants in seconds."""

    label: str | None = None
    admin: int = 0
    guardian: int = 0
    grant_delay: int = 0
    grant_delay_since: int | None = None


@dataclass
class Operation:
    """A delayed call: when it may be made (UNIX seconds), by whom, of what."""

    schedule: int
    caller: str
    target: str
    calldata: str
    state: str = "scheduled"


@dataclass
class DelegationReplay:
    """Roles that were described, and every scheduled operation by (id, nonce)."""

    roles: dict[int, RoleTerms] = field(default_factory=dict)
    operations: dict[tuple[str, int], Operation] = field(default_factory=dict)

    def labelled(self, event: ChainEvent) -> None:
        """Follow the naming of a role."""
        self._role(event).label = event.arguments["label"]

    def admin_changed(self, event: ChainEvent) -> None:
        """Follow a change of the role that grants it."""
        self._role(event).admin = event.arguments["admin"]

    def guardian_changed(self, event: ChainEvent) -> None:
        """Follow a change of the role that may cancel its operations."""
        self._role(event).guardian = event.arguments["guardian"]

    def grant_delay_changed(self, event: ChainEvent) -> None:
        """Follow a change of the time that a grant takes."""
        role = self._role(event)
        role.grant_delay = event.arguments["delay"]
        role.grant_delay_since = event.arguments["since"]

    def operation_scheduled(self, event: ChainEvent) -> None:
        """Follow the announcement of a delayed call."""
        of = event.arguments
        self.operations[of["operationId"], of["nonce"]] = Operation(
            of["schedule"], of["caller"], of["target"], of["data"]
        )

    def operation_ended(self, event: ChainEvent) -> None:
        """Follow the execution or cancellation of a delayed call."""
        operation = self.operations.get((event.arguments["operationId"], event.arguments["nonce"]))
        if operation is not None:
            operation.state = OPERATION_STATES[event.name]

    def _role(self, event: ChainEvent) -> RoleTerms:
        return self.roles.setdefault(event.arguments["roleId"], RoleTerms())

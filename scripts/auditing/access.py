"""Replay of who might call what: role members, roles of functions, closed and paused contracts."""

from dataclasses import dataclass, field

from indexer.abi import Abi
from indexer.deployments import Deployments
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent

#: The ids of contracts/libraries/Roles.sol, for sentences.
ROLE_NAMES = {
    0: "administrator",
    1: "registry_operator",
    2: "developer",
    3: "validator",
    4: "verifier",
    5: "guardian",
    6: "issuer",
    7: "reversal_ledger",
    8: "exchange",
    9: "methodology_steward",
}
ADMINISTRATOR = 0
PUBLIC = 2**64 - 1


@dataclass
class AccessReplay:
    """Access control as the events tell it, at the point the replay has reached.

    `since` gives the UNIX time from which an account holds a role, `delays` the delay of its acts
    in seconds and since when, `function_roles` the role that each (address, selector) asks for;
    what was never set asks for the administrator (OGCR 5.2.4).
    """

    deployments: Deployments
    abi: Abi
    checks: Checks
    since: dict[tuple[int, str], int] = field(default_factory=dict)
    delays: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    function_roles: dict[tuple[str, str], int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    ever_members: set[tuple[int, str]] = field(default_factory=set)

    def role_granted(self, event: ChainEvent) -> None:
        """Follow a grant; one to a present member changes its execution delay alone."""
        of = event.arguments
        member = (of["roleId"], of["account"])
        self.ever_members.add(member)
        self.delays[member] = (of["delay"], of["since"])
        if self.checks.expect(
            of["newMember"] == (member not in self.since),
            "roles",
            f"{of['account']} was granted {self.role_name(of['roleId'])} at {event.place} as "
            f"{'a new' if of['newMember'] else 'an old'} member, which it was not.",
        ):
            self.since.setdefault(member, of["since"])

    def role_revoked(self, event: ChainEvent) -> None:
        """Follow a revocation or renunciation."""
        member = (event.arguments["roleId"], event.arguments["account"])
        held = self.since.pop(member, None)
        self.delays.pop(member, None)
        self.checks.expect(
            held is not None,
            "roles",
            f"{member[1]} lost {self.role_name(member[0])} at {event.place} without having it.",
        )

    def function_role_updated(self, event: ChainEvent) -> None:
        """Follow a change of the role that a function asks for."""
        of = event.arguments
        self.function_roles[of["target"], of["selector"]] = of["roleId"]

    def require_running(self, event: ChainEvent) -> None:
        """Name an event that a paused contract must not emit."""
        self.checks.expect(
            event.contract not in self.paused,
            "events",
            f"{event.contract} emitted {event.name} at {event.place} while it was paused.",
        )

    def require(self, event: ChainEvent, actor: str, functions: tuple[str, ...]) -> None:
        """Name an act whose actor held, at that time, the role of none of these functions.

        A call through the access manager's own `execute` was checked by the manager, which is then
        the actor.
        """
        self.require_one(event, (actor,), functions)

    def require_one(
        self, event: ChainEvent, actors: tuple[str, ...], functions: tuple[str, ...]
    ) -> None:
        """`require` of an act that was one of these actors'."""
        self.checks.saw("roles")
        address = self.deployments.contracts[event.contract].address
        manager = self.deployments.contracts["RegistryAccessControl"].address
        roles = {self.role_of(event.contract, function) for function in functions}
        held = any(self.holds(role, one, event.time) for role in roles for one in actors)
        self.checks.expect(
            actors == (manager,) or (held and address not in self.closed),
            "roles",
            f"{' or '.join(actors)} acted at {event.place} ({event.contract}: {event.name}) "
            f"without the role {' or '.join(sorted(self.role_name(role) for role in roles))}.",
        )

    def holds(self, role: int, account: str, time: int) -> bool:
        """Whether the account held the role at a UNIX time."""
        since = self.since.get((role, account))
        return role == PUBLIC or (since is not None and since <= time)

    def role_of(self, contract: str, function: str) -> int:
        """The role that a function of a contract asks for."""
        address = self.deployments.contracts[contract].address
        selector = self.abi.function(contract, function).selector
        return self.function_roles.get((address, selector), ADMINISTRATOR)

    def role_name(self, role: int) -> str:
        """The name of a role, or its number."""
        return ROLE_NAMES.get(role, f"role {role}")

"""Scopes as OAuth grants them: what a person is told, and what only a role's holder is given."""

from __future__ import annotations

from collections.abc import Iterable, Set

from api.access.scopes import SCOPES, is_admin

#: Role ids of contracts/libraries/Roles.sol.
_NAMES = {
    "0": "administrator",
    "1": "registry operator",
    "3": "validator",
    "4": "verifier",
    "5": "guardian",
    "9": "methodology steward",
}
#: Roles of which one is needed; a wallet without it is never given the scope.
_NEEDED = {
    "projects:approve": frozenset("13"),
    "mrv:verify": frozenset("14"),
    "admin:registry": frozenset("0159"),
}
_ADMINISTRATOR = frozenset("0")


def takes_role(scope: str) -> bool:
    """True for what is granted to a wallet that holds a role, and to nobody else."""
    return is_admin(scope) or scope in _NEEDED


def needs_wallet(scope: str) -> bool:
    """True for what no client is granted for itself, since it has no wallet."""
    return takes_role(scope) or scope == "keys:own"


def withheld(scopes: Iterable[str], roles: Set[str]) -> dict[str, str]:
    """Of these scopes, those that a holder of these roles (ids) is not given, and why."""
    return {
        scope: _reason(_needed(scope))
        for scope in sorted(set(scopes))
        if takes_role(scope) and not _needed(scope) & roles
    }


def words_of(scope: str) -> str:
    """What a scope lets its holder do, in plain words."""
    return SCOPES[scope]


def _needed(scope: str) -> frozenset[str]:
    return _NEEDED.get(scope, _ADMINISTRATOR)


def _reason(needed: frozenset[str]) -> str:
    named = " or ".join(sorted(_NAMES[role] for role in needed))
    return f"The wallet does not hold the role {named} at this time."

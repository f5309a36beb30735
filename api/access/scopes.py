"""Scopes: what a credential may be used for, in one table (OGCR 4.3)."""

from __future__ import annotations

from collections.abc import Iterable

ADMIN = "admin:*"
#: The scopes of an operation that needs none, and that no credential carries.
OPEN = ("open",)

#: Every scope and what it lets its holder do; roles and ownership are asked beside it.
SCOPES: dict[str, str] = {
    "public:read": "Read what the registry publishes.",
    "projects:read": "Read projects, their history and documents, and the checks of own documents.",
    "projects:write": "Hand in PDDs, their changes and missing documents.",
    "projects:approve": "Assign validators and decide about PDDs.",
    "mrv:read": "Read monitoring reports, and the checks of own documents.",
    "mrv:write": "Hand in monitoring reports and missing documents.",
    "mrv:verify": "Assign verifiers and decide about monitoring reports.",
    "credits:read": "Read units and the supply.",
    "credits:transfer": "Transfer, split, merge and export own units, and let others do so.",
    "credits:retire": "Retire, cancel and expire own units, and compensate reversals.",
    "keys:own": "Make, see and revoke API keys of own wallets, which outlast this credential.",
    ADMIN: "Everything that an administrator of this API may.",
    "admin:keys": "See, make and revoke the API keys of everybody.",
    "admin:audit": "Search the audit log, the checks of everybody's documents, and all tasks.",
    "admin:clients": "Register and remove OAuth clients, revoke anybody's tokens.",
    "admin:metrics": "Read the metrics of the running server.",
    "admin:registry": "Relay calls that operators, stewards, guardians and administrators sign.",
}

#: What everybody may read while reads are public.
PUBLIC = frozenset({"public:read"})
READS = frozenset(name for name in SCOPES if name.endswith(":read"))


def is_admin(scope: str) -> bool:
    """True for `admin:*` and what stands under it."""
    return scope.startswith("admin:")


def covers(granted: Iterable[str], wanted: str) -> bool:
    """True when one of the granted scopes is the wanted one, or `admin:*` above it."""
    held = frozenset(granted)
    return wanted in held or (is_admin(wanted) and ADMIN in held)


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those that stand in no table."""
    return sorted(set(scopes) - set(SCOPES))


def beyond(scopes: Iterable[str], granted: Iterable[str]) -> list[str]:
    """Those that a holder of the granted ones cannot hand on."""
    held = frozenset(granted)
    return sorted(scope for scope in set(scopes) if not covers(held, scope))

"""Every call there is: who may make it, when it is paused, and by which rule it succeeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.permissions import ANYBODY, EVERY_ACCOUNT, MATRIX

from . import access, exchange, methodologies, projects, reports, reversals, units
from .world import ROLES, Effect, Refusal, Rule, World

RULES: dict[str, dict[str, Callable[..., Rule]]] = {
    "access": access.RULES,
    "methodologies": methodologies.RULES,
    "projects": projects.RULES,
    "reports": reports.RULES,
    "units": units.RULES,
    "reversals": reversals.RULES,
    "exchange": exchange.RULES,
}
#: What a pause of its contract does not stop.
UNSTOPPED = {
    "retire",
    "retireBatch",
    "approve",
    "setApprovalForAll",
    "prolong",
    "suspendAccount",
    "reinstateAccount",
    "addRetirementReason",
}
#: Functions without a rule of their own: the machine sees that nobody but their role gets in.
CLOSED = {
    "access": {
        "initialize",
        "labelRole",
        "setRoleAdmin",
        "setRoleGuardian",
        "setGrantDelay",
        "setTargetAdminDelay",
        "setTargetClosed",
        "setTargetFunctionRole",
        "updateAuthority",
        "upgradeToAndCall",
        "schedule",
        "execute",
        "cancel",
        "consumeScheduledOp",
        "multicall",
    },
    "projects": {"connectReports"},
    "reports": {"connectUnits", "openProject", "closeProject"},
    "units": {
        "mintOnVerification",
        "cancelForReversal",
        "setDeficit",
        "lockForExport",
        "unlock",
        "endExported",
        "issueImported",
    },
}
OF_MODULES = {"initialize", "setAuthority", "upgradeToAndCall"}


def verdict(
    w: World, contract: str, function: str, who: str, *arguments: Any
) -> tuple[list[Refusal], Effect | None]:
    """Every reason to refuse the call, and what it changes when there is none."""
    refusals = list(_barriers(w, contract, function, who))
    if function in ("pause", "unpause"):
        return refusals, lambda: _toggle(w, contract, function)
    rule = RULES[contract][function](w, who, *arguments)
    try:
        while True:
            refusals.append(next(rule))
    except StopIteration as ended:
        return refusals, ended.value


def _barriers(w: World, contract: str, function: str, who: str) -> list[Refusal]:
    role, is_paused = MATRIX[contract][function], contract in w.paused
    found: list[Refusal] = []
    if role not in (ANYBODY, EVERY_ACCOUNT) and who not in w.members[role]:
        if contract == "access":
            found.append(("AccessManagerUnauthorizedAccount", who, ROLES[role]))
        else:
            found.append(("AccessManagedUnauthorized", who))
    if function == "unpause" and not is_paused:
        found.append(("ExpectedPause",))
    elif is_paused and function not in UNSTOPPED | {"unpause"}:
        found.append(("EnforcedPause",))
    return found


def _toggle(w: World, contract: str, function: str) -> None:
    change = w.paused.add if function == "pause" else w.paused.discard
    change(contract)

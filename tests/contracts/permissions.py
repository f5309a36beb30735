"""Who may call what (OGCR 5.2.4), and how to try it with arguments that mean nothing."""

from __future__ import annotations

from typing import Any

from .encoding import Abi, encoded
from .ledger import Contract, Ledger, Reverted
from .samples import ZERO_ADDRESS

ANYBODY = "anybody, unasked"
EVERY_ACCOUNT = "every account"
ONCE = "nobody after deployment"
MANAGER = "the access manager"
PROJECTS = "the registry of projects"

#: Stated again, not read from the deployment: a slip there must not pass for the rule (OGCR 5.2.4).
MODULE = {
    "initialize": ONCE,
    "setAuthority": MANAGER,
    "pause": "guardian",
    "unpause": "administrator",
    "upgradeToAndCall": "administrator",
}
MATRIX: dict[str, dict[str, str]] = {
    "access": {
        "initialize": ONCE,
        "grantRole": "administrator",
        "revokeRole": "administrator",
        "renounceRole": ANYBODY,
        "labelRole": "administrator",
        "setRoleAdmin": "administrator",
        "setRoleGuardian": "administrator",
        "setGrantDelay": "administrator",
        "setTargetAdminDelay": "administrator",
        "setTargetClosed": "administrator",
        "setTargetFunctionRole": "administrator",
        "updateAuthority": "administrator",
        "upgradeToAndCall": "administrator",
        "schedule": ANYBODY,
        "execute": ANYBODY,
        "cancel": ANYBODY,
        "consumeScheduledOp": ANYBODY,
        "multicall": ANYBODY,
        "accredit": "operator",
        "withdrawAccreditation": "operator",
        "setOrganisation": "operator",
    },
    "methodologies": {
        **MODULE,
        "registerMethodology": "steward",
        "activateMethodology": "steward",
        "deprecateMethodology": "steward",
    },
    "projects": {
        **MODULE,
        "draftProject": "developer",
        "registerProject": "developer",
        "updatePDD": "developer",
        "submitProject": "developer",
        "resubmitProject": "developer",
        "redraftProject": "developer",
        "updateMetadata": "developer",
        "assignValidator": "operator",
        "validateProject": "validator",
        "rejectProject": "validator",
        "requestRevision": "validator",
        "archiveProject": EVERY_ACCOUNT,
        "connectReports": "administrator",
    },
    "reports": {
        **MODULE,
        "openProject": PROJECTS,
        "closeProject": PROJECTS,
        "submitReport": "developer",
        "resubmitReport": "developer",
        "withdrawReport": "developer",
        "assignVerifier": "operator",
        "verifyReport": "verifier",
        "rejectReport": "verifier",
        "archiveReport": EVERY_ACCOUNT,
        "connectUnits": "administrator",
    },
    "units": {
        **MODULE,
        "mint": "operator",
        "mintBatch": "operator",
        "mintOnVerification": "issuer",
        "approve": ANYBODY,
        "setApprovalForAll": ANYBODY,
        "transferFrom": ANYBODY,
        "safeTransferFrom": ANYBODY,
        "transferPart": ANYBODY,
        "transferBatch": ANYBODY,
        "split": ANYBODY,
        "merge": ANYBODY,
        "retire": ANYBODY,
        "retireBatch": ANYBODY,
        "cancel": ANYBODY,
        "cancelSuspended": "operator",
        "expire": ANYBODY,
        "expireBatch": ANYBODY,
        "prolong": "operator",
        "releaseBuffer": "operator",
        "suspendAccount": "operator",
        "reinstateAccount": "operator",
        "addRetirementReason": "administrator",
        "cancelForReversal": "reversal_ledger",
        "setDeficit": "reversal_ledger",
        "lockForExport": "exchange",
        "unlock": "exchange",
        "endExported": "exchange",
        "issueImported": "exchange",
    },
    "reversals": {
        **MODULE,
        "recordReversal": "operator",
        "drawOnLiable": "operator",
        "markImpaired": "operator",
        "compensate": EVERY_ACCOUNT,
        "markCompensated": EVERY_ACCOUNT,
    },
    "exchange": {
        **MODULE,
        "startExport": EVERY_ACCOUNT,
        "abortExport": EVERY_ACCOUNT,
        "completeExport": "operator",
        "importUnits": "operator",
    },
}


def attempt(ledger: Ledger, contract: Contract, function: Abi, caller: str) -> Reverted | None:
    """Call with arguments of zeros; gives what it reverted with."""
    arguments = tuple(blank(parameter) for parameter in function["inputs"])
    try:
        ledger.call(caller, contract.address, encoded(function, arguments))
    except Reverted as reverted:
        return reverted
    return None


def admits(permitted: str, who: str) -> bool:
    """Whether a role is the permitted one; the manager itself calls for nobody."""
    return who == permitted or (permitted == EVERY_ACCOUNT and who != MANAGER)


def blank(parameter: Abi) -> Any:
    """The zero of an ABI type."""
    kind: str = parameter["type"]
    if kind.endswith("[]"):
        return []
    if kind == "tuple":
        return tuple(blank(member) for member in parameter["components"])
    if kind == "address":
        return ZERO_ADDRESS
    if kind.startswith("bytes"):
        return bytes(int(kind.removeprefix("bytes") or 0))
    return {"string": "", "bool": False}.get(kind, 0)

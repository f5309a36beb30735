"""Calls: the scope that each call of a contract needs, and whose affair it is (OGCR 4.3, 5.4.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.queries.roles import project_parties, report_parties, units_parties
from api.snapshot import Snapshot

Arguments = Mapping[str, Any]
#: Everybody whose affair it is, empty when the index does not know the thing.
Parties = Callable[[Snapshot, Arguments], set[str]]

OPERATOR = "1"


@dataclass(frozen=True)
class Rule:
    """What a call needs beside the role that access control gives its function to.

    `parties` are None where it is anybody's affair; `also` is a role whose holders may do it too.
    """

    scope: str
    parties: Parties | None = None
    also: str | None = None


def _developer(snapshot: Snapshot, arguments: Arguments) -> set[str]:
    return _set(project_parties(snapshot, arguments["projectId"]), 0)


def _validator(snapshot: Snapshot, arguments: Arguments) -> set[str]:
    return _set(project_parties(snapshot, arguments["projectId"]), 1)


def _reporter(snapshot: Snapshot, arguments: Arguments) -> set[str]:
    found = report_parties(snapshot, arguments["reportId"])
    return _set(project_parties(snapshot, found[0]) if found and found[0] else None, 0)


def _verifier(snapshot: Snapshot, arguments: Arguments) -> set[str]:
    return _set(report_parties(snapshot, arguments["reportId"]), 1)


def _owners(snapshot: Snapshot, arguments: Arguments) -> set[str]:
    """Those who may act on all of the units."""
    tokens = [*arguments.get("tokenIds", ())]
    tokens += [arguments["tokenId"]] if "tokenId" in arguments else []
    tokens += [_token_of(portion) for portion in arguments.get("portions", ())]
    known = units_parties(snapshot, [f"0x{int(token):064x}" for token in tokens])
    return set.intersection(*known) if known else set()


def _token_of(portion: Any) -> int:
    return int(portion["tokenId"] if isinstance(portion, Mapping) else portion[0])


def _set(parties: tuple[str | None, str | None] | None, place: int) -> set[str]:
    party = parties[place] if parties else None
    return {party} if party else set()


_NEW = Rule("projects:write")
_OWN = Rule("projects:write", _developer)
_JUDGED = Rule("projects:approve", _validator)
_REPORT = Rule("mrv:write", _developer)
_VERIFIED = Rule("mrv:verify", _verifier)
_MOVED = Rule("credits:transfer", _owners)
_ENDED = Rule("credits:retire", _owners)

#: By contract and function. Whatever stands in no line needs `admin:registry`.
RULES: dict[tuple[str, str], Rule] = {
    **{("ProjectRegistry", name): _NEW for name in ("draftProject", "registerProject")},
    **{
        ("ProjectRegistry", name): _OWN
        for name in (
            "updatePDD",
            "submitProject",
            "resubmitProject",
            "redraftProject",
            "updateMetadata",
        )
    },
    ("ProjectRegistry", "archiveProject"): Rule("projects:write", _developer, OPERATOR),
    ("ProjectRegistry", "assignValidator"): Rule("projects:approve"),
    **{
        ("ProjectRegistry", name): _JUDGED
        for name in ("validateProject", "rejectProject", "requestRevision")
    },
    **{("MRVRegistry", name): _REPORT for name in ("submitReport", "resubmitReport")},
    ("MRVRegistry", "withdrawReport"): Rule("mrv:write", _reporter),
    ("MRVRegistry", "archiveReport"): Rule("mrv:write", _reporter, OPERATOR),
    ("MRVRegistry", "assignVerifier"): Rule("mrv:verify"),
    **{("MRVRegistry", name): _VERIFIED for name in ("verifyReport", "rejectReport")},
    **{
        ("CRU", name): _MOVED
        for name in (
            "approve",
            "safeTransferFrom",
            "transferFrom",
            "transferPart",
            "transferBatch",
            "split",
            "merge",
        )
    },
    ("CRU", "setApprovalForAll"): Rule("credits:transfer"),
    **{("CRU", name): _ENDED for name in ("retire", "retireBatch", "cancel")},
    **{("CRU", name): Rule("credits:retire") for name in ("expire", "expireBatch")},
    ("ReversalRegistry", "compensate"): _ENDED,
    ("ReversalRegistry", "markCompensated"): Rule("credits:retire"),
    ("UnitExchange", "startExport"): _MOVED,
    ("UnitExchange", "abortExport"): Rule("credits:transfer", _owners, OPERATOR),
}
_OF_THE_REGISTRY = Rule("admin:registry")


def rule_of(contract: str, function: str) -> Rule:
    """What a call needs; what is not known needs `admin:registry`, and the chain's consent."""
    return RULES.get((contract, function), _OF_THE_REGISTRY)

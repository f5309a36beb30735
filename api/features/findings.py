"""Findings: what the registry found out about an anchored document, as an answer shows it."""

from __future__ import annotations

from typing import Any

from api.encoding import moment_text
from api.queries.beside import Finding
from indexer.models import DocumentRetrieval

UNEXAMINED = "unexamined"


def finding_view(finding: Finding, content_hash: str | None) -> dict[str, Any] | None:
    """The finding about the document of a hash; None when the row anchors none."""
    if content_hash is None:
        return None
    found = finding.found
    return {
        "status": found.status if found else UNEXAMINED,
        "reasons": found.reasons if found else [],
        "differences": found.differences if found else [],
        "examined_at": moment_text(found.examined_at) if found else None,
        "retrieval": _retrieval(finding.tried),
    }


def finding_word(finding: Finding) -> str:
    """In a word: missing, valid, differing (valid, but not what the chain says), invalid."""
    found = finding.found
    if found is None:
        return UNEXAMINED
    return "differing" if found.status == "valid" and found.differences else found.status


def _retrieval(tried: DocumentRetrieval | None) -> dict[str, Any] | None:
    if tried is None:
        return None
    return {
        "attempts": tried.attempts,
        "last_attempt_at": moment_text(tried.last_attempt_at),
        "next_attempt_at": moment_text(tried.next_attempt_at or None),
        "outcome": tried.outcome,
    }

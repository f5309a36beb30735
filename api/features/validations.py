"""Validations: checks of documents and their numbers, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.encoding import day_text, moment_text
from api.queries.validations import Checked, Totals
from api.tables import ValidationFault
from api.writes.judging import Verdict
from schemas import Quality


def verdict_json(found: Verdict) -> dict[str, Any]:
    """A dry run: what speaks against a document, and its quality with the reasons."""
    return {
        "valid": not found.details,
        "kind": found.kind,
        "content_hash": found.document_hash,
        "details": [detail.as_json() for detail in found.details],
        "quality": quality_json(found.quality),
    }


def quality_json(quality: Quality | None) -> dict[str, Any] | None:
    """A quality; the score says where to look first and decides nothing (OGCR 4.4.3)."""
    if quality is None:
        return None
    indicators = [
        {
            "name": one.name,
            "score": one.score,
            "reasons": [
                {"field": reason.field, "code": reason.code, "message": reason.message}
                for reason in one.reasons
            ],
        }
        for one in quality.indicators
    ]
    return {"score": quality.score, "indicators": indicators}


def check_json(checked: Checked) -> dict[str, Any]:
    """One check with what it found."""
    row = checked.validation
    return {
        "id": row.id,
        "at": moment_text(row.at),
        "request_id": row.request_id,
        "kind": row.kind,
        "document_id": row.document_id,
        "content_hash": row.document_hash,
        "submitter": row.submitter,
        "dry_run": row.dry_run,
        "status": checked.status,
        "score": row.score,
        "details": [_fault(fault) for fault in checked.faults],
    }


def statistics_json(
    totals: Totals,
    counts: Mapping[str, Sequence[tuple[str, int]]],
    days: Sequence[tuple[int, int, int]],
) -> dict[str, Any]:
    """The numbers of a time: as a whole, by code, field, submitter and day."""
    return {
        "checks": totals.checks,
        "accepted": totals.accepted,
        "refused": totals.checks - totals.accepted,
        "dry_runs": totals.dry_runs,
        "mean_score": totals.mean_score,
        **{f"by_{what}": [_count(what, one) for one in found] for what, found in counts.items()},
        "by_day": [
            {"day": day_text(day), "checks": checks, "accepted": accepted}
            for day, checks, accepted in days
        ],
    }


def _count(what: str, one: tuple[str, int]) -> dict[str, Any]:
    return {what: one[0], "faults": one[1]}


def _fault(fault: ValidationFault) -> dict[str, str]:
    return {"field": fault.pointer, "code": fault.code, "message": fault.message}

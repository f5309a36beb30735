"""Validation: verdicts about documents, their quality, and counts of faults."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.models.answers import Answer, Link, ProblemDetail


class QualityReason(Answer):
    """Why an indicator is below its best."""

    field: str
    code: str
    message: str


class QualityIndicator(Answer):
    """One side of quality: a share from 0 to 1."""

    name: str
    score: float
    reasons: list[QualityReason]


class Quality(Answer):
    """How good a document is, 0 to 100; it decides nothing (OGCR 4.4.3)."""

    score: int
    indicators: list[QualityIndicator]


class Verdict(Answer):
    """What speaks against a document, and how good it is."""

    valid: bool
    kind: str | None
    content_hash: str | None
    details: list[ProblemDetail]
    quality: Quality | None


class ValidationEntry(Answer):
    """One check of a document."""

    id: str
    at: str
    request_id: str
    kind: str | None
    document_id: str | None
    content_hash: str | None
    submitter: str | None
    dry_run: bool
    status: Literal["accepted", "open", "resolved"]
    score: int | None
    details: list[ProblemDetail]


class ValidationPage(Answer):
    """A page of checks."""

    validations: list[ValidationEntry]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class ValidationStatistics(Answer):
    """Checks and faults in numbers."""

    checks: int
    accepted: int
    refused: int
    dry_runs: int
    mean_score: float | None
    by_code: list[dict[str, Any]]
    by_field: list[dict[str, Any]]
    by_submitter: list[dict[str, Any]]
    by_day: list[dict[str, Any]]

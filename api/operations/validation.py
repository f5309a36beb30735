"""Validation: dry runs, what came of checks, and counts of faults."""

from __future__ import annotations

from api.models.validation import ValidationPage, ValidationStatistics, Verdict
from api.operations.operation import READ_ANY, Operation

_CHECKS = ("public:read", "projects:write", "mrv:write")
_OWN_CHECKS = ("projects:read", "projects:write", "mrv:read", "mrv:write", "admin:audit")

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("post", "/validate"): Operation(
        "What the check found.",
        Verdict,
        "verdict",
        errors=(400, 405, 413, 415, 500, 503),
        request=("pdd", "mrv", "methodology", "decision", "metadata"),
        request_examples=("pdd", "mrv"),
        derived=False,
        scopes=_CHECKS,
    ),
    ("get", "/validations"): Operation(
        "A page of checks.",
        ValidationPage,
        "validations",
        derived=False,
        errors=(400, 405, 500, 503),
        scopes=_OWN_CHECKS,
    ),
    ("get", "/statistics/validation"): Operation(
        "The numbers.",
        ValidationStatistics,
        "validation-statistics",
        derived=False,
        errors=(400, 405, 500, 503),
        scopes=READ_ANY,
    ),
}

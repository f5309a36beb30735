"""Evidence: what proves a record."""

from __future__ import annotations

from api.models.evidence import Evidence
from api.operations.operation import MONITORING, READ_CREDITS, READ_MRV, READ_PROJECTS, Operation

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/projects/{projectId}/proof"): Operation(
        "What proves the project.",
        Evidence,
        "project-evidence",
        derived=False,
        scopes=READ_PROJECTS,
    ),
    ("get", MONITORING + "/{reportId}/proof"): Operation(
        "What proves the report.",
        Evidence,
        "report-evidence",
        derived=False,
        scopes=READ_MRV,
    ),
    ("get", "/monitoring/{reportId}/proof"): Operation(
        "What proves the report.",
        Evidence,
        "report-evidence",
        derived=False,
        scopes=READ_MRV,
    ),
    ("get", "/credits/{creditId}/proof"): Operation(
        "What proves the unit.",
        Evidence,
        "unit-evidence",
        derived=False,
        scopes=READ_CREDITS,
    ),
}

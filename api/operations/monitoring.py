"""Monitoring: reports of projects, and what verifiers decide."""

from __future__ import annotations

from api.models.features import Feature, FeatureCollection
from api.operations.operation import CHANGE, GEO, MONITORING, READ_MRV, Operation, end, read, write

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", MONITORING + "/{reportId}/versions/{version}"): read(
        "The version.", Feature, "report-version", scopes=READ_MRV, **GEO
    ),
    ("get", MONITORING): read(
        "A page of reports.", FeatureCollection, "reports", **GEO, scopes=READ_MRV
    ),
    ("post", MONITORING): write(
        "The report is accepted; its task says what to sign.",
        "mrv",
        ("mrv",),
        "task-report",
        CHANGE,
        scopes=("mrv:write",),
    ),
    ("get", MONITORING + "/{reportId}"): read(
        "The report.", Feature, "report", **GEO, scopes=READ_MRV
    ),
    ("put", MONITORING + "/{reportId}"): write(
        "The next version is accepted; its task says what to sign.",
        "mrv",
        ("mrv",),
        "task-report",
        CHANGE,
        scopes=("mrv:write",),
    ),
    ("delete", MONITORING + "/{reportId}"): end(
        "The task says what to sign.", "task-report-archival", scopes=("mrv:write",)
    ),
    ("post", MONITORING + "/{reportId}/verify"): write(
        "The decision is accepted; its task says what to sign.",
        "decision",
        ("decision",),
        "task-verification",
        scopes=("mrv:verify",),
    ),
}

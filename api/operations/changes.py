"""Changes: the feed, what the chain took back, and what contracts refused."""

from __future__ import annotations

from api.models.changes import ChangePage, EventStream, ReorganisationPage
from api.models.failed_calls import FailedCallPage
from api.operations.operation import LIST, READ_ANY, Operation, read

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/reorganisations"): read(
        "A page of reorganisations.",
        ReorganisationPage,
        "reorganisations",
        errors=LIST,
        scopes=READ_ANY,
    ),
    ("get", "/changes/stream"): Operation(
        "Events as they come, until either side ends the connection.",
        EventStream,
        "events",
        media_type="text/event-stream",
        derived=False,
        errors=(400, 405, 410, 500, 503),
        scopes=READ_ANY,
    ),
    ("get", "/failed-calls"): read(
        "A page of failed calls.",
        FailedCallPage,
        "failed-calls",
        errors=LIST,
        scopes=READ_ANY,
    ),
    ("get", "/changes"): read(
        "A part of the feed.",
        ChangePage,
        "changes",
        errors=(400, 405, 410, 500, 503),
        scopes=READ_ANY,
    ),
}

"""Unchanged: a change that was made for one version of a record is not signed for another."""

from __future__ import annotations

import re
from urllib.parse import unquote

from api.errors import Detail, PreconditionFailedError
from api.features.projects import project_edition
from api.features.reports import report_edition
from api.queries.projects import project
from api.queries.reports import report
from api.registry import Registry
from api.snapshot import Snapshot
from api.tables import Task

_RECORD = re.compile(r"/projects/([^/]+)(?:/monitoring/([^/]+))?")


def refuse_changed(registry: Registry, task: Task) -> None:
    """Raise `PreconditionFailedError` when the record that a task changes is of another version by
    now than its author named in `If-Match`."""
    if task.seen is None:
        return
    with registry.snapshot() as snapshot:
        now = _edition(snapshot, task.resource or "")
    if now != task.seen:
        message = (
            "The record has changed since you named its version in If-Match; read it again, and "
            "ask for your change anew."
        )
        raise PreconditionFailedError(message, [Detail("", "PRECONDITION_FAILED", message)])


def _edition(snapshot: Snapshot, path: str) -> str | None:
    match = _RECORD.fullmatch(path)
    row = project(snapshot, unquote(match[1])) if match else None
    if match is None or row is None:
        return None
    if match[2] is None:
        return project_edition(row)
    found = report(snapshot, row.project.project_id, unquote(match[2]))
    return report_edition(found) if found else None

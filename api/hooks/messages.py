"""Messages: the next one of a subscription, from the change feed or from the steps of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlmodel import Session

from api.encoding import dumps, moment_text
from api.errors import ApiError
from api.features.changes import change_record
from api.hooks.events import STEPS, accounts_in, event_type, tables_of, wants
from api.hooks.tables import WebhookRow
from api.problems import now_text
from api.queries.changes import Wanted, changes_after
from api.queries.hooks import last_step, next_step, project_of_report, project_told_of
from api.queries.positions import newest
from api.registry import Registry
from api.snapshot import Position
from api.tables import Task, TaskStep
from api.tasks import progress, task_links
from indexer.models import RowChange

#: How many changes are looked through at once for one that is wanted.
LOOKED_THROUGH = 500
Stream = Literal["changes", "tasks"]


@dataclass(frozen=True)
class Message:
    """What is to be told: its place in its stream, its type and its body as it is signed."""

    id: str
    stream: Stream
    cursor: int
    type: str
    body: str


@dataclass(frozen=True)
class Look:
    """What a look found: a message, or how far there is none. `is_more` says that there may be one
    right behind."""

    message: Message | None
    change_cursor: int
    step_cursor: int
    is_more: bool = False

    def is_nothing_beyond(self, row: WebhookRow) -> bool:
        """It found neither a message nor anything to pass over."""
        here = (row.change_cursor, row.step_cursor)
        return self.message is None and here == (self.change_cursor, self.step_cursor)


def look(registry: Registry, session: Session, row: WebhookRow) -> Look:
    """The next message of a subscription; changes come before steps of tasks."""
    change = _next_change(registry, session, row)
    if change.message is not None or change.is_more:
        return change
    step = _next_step(registry, session, row)
    return Look(step.message, change.change_cursor, step.step_cursor)


def message_of(row: WebhookRow, stream: Stream, cursor: int, kind: str, data: Any) -> Message:
    """A message as it is sent; its id is the same however often it is told."""
    body = dumps({"type": kind, "timestamp": now_text(), "data": data}).decode()
    return Message(f"{row.id}-{stream[0]}{cursor}", stream, cursor, kind, body)


def _next_change(registry: Registry, session: Session, row: WebhookRow) -> Look:
    tables, here = tables_of(row.events), Look(None, row.change_cursor, row.step_cursor)
    if tables is None:
        return here
    try:
        position = newest(session)
    except ApiError:
        return here
    ends = {"safe": position.safe_number, "finalized": position.finalized_number}
    wanted = Wanted(row.change_cursor, LOOKED_THROUGH, tables, (), ends.get(row.finality))
    part = changes_after(session, wanted)
    if row.change_cursor < part.dropped:
        return _gap(row, part.dropped, part.last)
    for record in part.records:
        if _is_wanted(session, row, record):
            message = _of_change(row, position, record)
            return Look(message, record.cursor, row.step_cursor)
    return Look(None, part.next, row.step_cursor, len(part.records) == LOOKED_THROUGH)


def _gap(row: WebhookRow, dropped: int, last: int) -> Look:
    data = {"after": row.change_cursor, "dropped": dropped, "last": last}
    message = message_of(row, "changes", dropped, "index.gap", data)
    return Look(message, dropped, row.step_cursor)


def _of_change(row: WebhookRow, position: Position, record: RowChange) -> Message:
    kind = event_type(record.table_name, record.kind)
    return message_of(row, "changes", record.cursor, kind, change_record(position, record))


def _is_wanted(session: Session, row: WebhookRow, record: RowChange) -> bool:
    if not wants(row.events, event_type(record.table_name, record.kind)):
        return False
    if record.table_name is None or not (row.projects or row.holders):
        return True
    states = list(_states(record))
    if row.holders and not any(accounts_in(s) & set(row.holders) for s in states):
        return False
    cursor = record.cursor
    return not row.projects or any(_project(session, s, cursor) in row.projects for s in states)


def _states(record: RowChange) -> Iterator[dict[str, Any]]:
    """The row after and before the change, as far as the record says."""
    key = orjson.loads(record.row_key or "{}")
    for state in (record.after, record.before):
        if state is not None:
            yield {**key, **orjson.loads(state)}


def _project(session: Session, row: dict[str, Any], cursor: int) -> str | None:
    """The project that a row is about, by what it names: project, report or unit."""
    if row.get("project_id"):
        return str(row["project_id"])
    report, token = row.get("report_id"), row.get("token_id")
    if not report and isinstance(token, str):
        # A unit's id begins with that of its report.
        report = token[:30]
    if not isinstance(report, str):
        return None
    return project_of_report(session, report) or project_told_of(session, report, cursor)


def _next_step(registry: Registry, session: Session, row: WebhookRow) -> Look:
    states = [state for state in STEPS if wants(row.events, f"task.{state}")]
    holders = [row.principal, *row.wallets]
    found = next_step(session, row.step_cursor, states, holders) if states else None
    if found is None:
        return Look(None, row.change_cursor, max(row.step_cursor, last_step(session)))
    step, task = found
    cursor = step.cursor or 0
    data = _step_json(registry, step, task)
    message = message_of(row, "tasks", cursor, f"task.{step.state}", data)
    return Look(message, row.change_cursor, cursor)


def _step_json(registry: Registry, step: TaskStep, task: Task) -> dict[str, Any]:
    is_newest = step.place == len(task.history) - 1
    return {
        "cursor": step.cursor,
        "task_id": task.id,
        "kind": task.kind,
        "state": step.state,
        "note": step.note,
        "at": moment_text(int(step.at)),
        "resource": task.resource,
        "outcome": progress(task)["outcome"] if is_newest else None,
        "transaction_hash": task.transaction_hash,
        "error": task.error if is_newest else None,
        "links": task_links(task, registry.link),
    }

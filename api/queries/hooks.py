"""Queries: subscriptions, what was tried, and what is to be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import and_, func, or_
from sqlmodel import Session, select

from api.hooks.tables import WebhookAttempt, WebhookRow
from api.parameters import Part
from api.queries.order import SortKey, count_of
from api.queries.pages import Page, page_of
from api.queries.statements import Changes, FeedPositions, Reports, TaskHolders, Tasks, TaskSteps
from api.tables import Task, TaskStep

_Hooks: Any = WebhookRow
_Attempts: Any = WebhookAttempt
#: Records that one reorganisation hardly has more of.
_NEAR = 20_000


@dataclass(frozen=True)
class Reached:
    """The last cursors that were given, of the change feed and of the steps of tasks."""

    change: int
    step: int


def hooks(session: Session, part: Part, owners: Collection[str] | None) -> Page[WebhookRow]:
    """A page of the subscriptions of these principals, or of everybody's, the newest first."""
    query = select(_Hooks)
    if owners is not None:
        query = query.where(_Hooks.principal.in_(owners))
    order = [SortKey(_Hooks.created_at, is_down=True), SortKey(_Hooks.id, is_down=True)]
    page = page_of(session, 0, query, part, order, lambda: (count_of(session, query),))
    return page.of(lambda row: row[0])


def count_hooks(session: Session, principal: str) -> int:
    """How many subscriptions a principal has."""
    query = select(func.count()).select_from(_Hooks).where(_Hooks.principal == principal)
    return int(session.exec(query).one())


def hooks_by_state(session: Session) -> dict[str, float]:
    """How many subscriptions there are, by state."""
    query = select(_Hooks.state, func.count()).group_by(_Hooks.state)
    return {state: float(number) for state, number in session.exec(query)}


def locked_hook(session: Session, webhook_id: str) -> WebhookRow | None:
    """A subscription that nobody else changes until the transaction ends."""
    query = select(_Hooks).where(_Hooks.id == webhook_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def due(session: Session, now: float, reached: Reached) -> Sequence[WebhookRow]:
    """The subscriptions that there may be something to tell, whoever has waited longest first."""
    behind = or_(_Hooks.change_cursor < reached.change, _Hooks.step_cursor < reached.step)
    news = or_(_Hooks.message_id.is_not(None), behind)
    waited = or_(_Hooks.next_attempt_at.is_(None), _Hooks.next_attempt_at <= now)
    query = select(_Hooks).where(_Hooks.state == "active", news, waited)
    found: Sequence[WebhookRow] = session.exec(query.order_by(_Hooks.last_delivered_at)).all()
    return found


def reached(session: Session) -> Reached:
    """Where the feed and the steps stand."""
    change = session.exec(select(FeedPositions.last_cursor)).first()
    return Reached(change or 0, last_step(session))


def last_step(session: Session) -> int:
    """The last cursor of a step that was given."""
    return session.exec(select(func.max(TaskSteps.cursor))).one() or 0


def steps_without_cursor(session: Session) -> Sequence[TaskStep]:
    """Some steps that have no cursor yet, the oldest first."""
    query = select(TaskSteps).where(TaskSteps.cursor.is_(None))
    found = query.order_by(TaskSteps.at, TaskSteps.task_id, TaskSteps.place).limit(500)
    steps: Sequence[TaskStep] = session.exec(found).all()
    return steps


def next_step(
    session: Session, after: int, states: Collection[str], holders: Collection[str]
) -> tuple[TaskStep, Task] | None:
    """The first step after a cursor, of a task of one of these holders, into one of the states."""
    held = select(TaskHolders.task_id).where(TaskHolders.holder.in_(holders))
    query = (
        select(TaskSteps, Tasks)
        .join(Tasks, Tasks.id == TaskSteps.task_id)
        .where(TaskSteps.cursor > after, TaskSteps.state.in_(states), Tasks.id.in_(held))
    )
    found = session.exec(query.order_by(TaskSteps.cursor).limit(1)).first()
    return (found[0], found[1]) if found else None


def project_of_report(session: Session, report_id: str) -> str | None:
    """The project that a report is, or was, of."""
    query = select(Reports.project_id).where(Reports.report_id == report_id)
    found: str | None = session.exec(query.limit(1)).first()
    return found


def project_told_of(session: Session, report_id: str, cursor: int) -> str | None:
    """The project of a report that is gone, as the feed tells of it near a cursor: what a
    reorganisation took back was taken back together."""
    key = orjson.dumps({"report_id": report_id}).decode()
    query = select(Changes.before, Changes.after).where(
        Changes.cursor.between(cursor - _NEAR, cursor + _NEAR),
        Changes.table_name == "report",
        Changes.row_key == key,
    )
    for states in session.exec(query):
        for state in states:
            found = orjson.loads(state or "{}").get("project_id")
            if found:
                return str(found)
    return None


def attempts_of(session: Session, webhook_id: str, part: Part) -> Page[WebhookAttempt]:
    """A page of the attempts for a subscription, the newest first."""
    query = select(_Attempts).where(_Attempts.webhook_id == webhook_id)
    order = [SortKey(_Attempts.at, is_down=True), SortKey(_Attempts.id, is_down=True)]
    page = page_of(session, 0, query, part, order, lambda: (count_of(session, query),))
    return page.of(lambda row: row[0])


def under_way(session: Session) -> Sequence[WebhookAttempt]:
    """The attempts of which nobody knows the outcome."""
    query = select(_Attempts).where(_Attempts.status.is_(None), _Attempts.error.is_(None))
    found: Sequence[WebhookAttempt] = session.exec(query).all()
    return found


def old_attempts(webhook_id: str, keep: int) -> Any:
    """The condition on the attempts for a subscription beyond the newest `keep` ones."""
    newest = select(_Attempts.id).where(_Attempts.webhook_id == webhook_id)
    kept = newest.order_by(_Attempts.at.desc(), _Attempts.id.desc()).limit(keep)
    return and_(_Attempts.webhook_id == webhook_id, _Attempts.id.not_in(kept))

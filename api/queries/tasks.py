"""Queries: tasks, their transactions, and what the index has seen of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, literal, or_
from sqlmodel import Session, select

from api.filters import TaskFilters
from api.queries.order import SortKey, between, count_of
from api.queries.pages import Page, page_of
from api.queries.statements import Blocks, Events, TaskHolders, Tasks, Transactions
from api.snapshot import Position
from api.tables import Task, TaskTransaction
from api.tasks import FAILED


def task(session: Session, task_id: str) -> Task | None:
    """A task as it is."""
    return session.get(Tasks, task_id)


def locked_task(session: Session, task_id: str) -> Task | None:
    """A task that nobody else changes until the transaction ends."""
    query = select(Tasks).where(Tasks.id == task_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def task_of_transaction(session: Session, transaction_hash: str) -> str | None:
    """The id of the task that a transaction belongs to."""
    query = select(Transactions.task_id).where(Transactions.hash == transaction_hash)
    return session.exec(query).first()


def same_tasks(session: Session, fingerprint: str) -> Sequence[Task]:
    """The tasks for the same request that have not failed, of anybody, the newest first."""
    query = select(Tasks).where(Tasks.fingerprint == fingerprint)
    alive = query.where(Tasks.state.not_in(FAILED))
    found: Sequence[Task] = session.exec(alive.order_by(Tasks.created_at.desc())).all()
    return found


def listed_tasks(
    session: Session, filters: TaskFilters, holders: Collection[str] | None
) -> Page[Task]:
    """A page of the tasks of one of these holders, or of everybody's, the newest first."""
    query = select(Tasks).where(*_conditions(filters))
    if holders is not None:
        held = select(TaskHolders.task_id).where(TaskHolders.holder.in_(holders))
        query = query.where(Tasks.id.in_(held))
    order = [SortKey(Tasks.created_at, is_down=True), SortKey(Tasks.id, is_down=True)]
    page = page_of(session, 0, query, filters, order, lambda: (count_of(session, query),))
    return page.of(lambda row: row[0])


def overdue(session: Session, now: float) -> Sequence[str]:
    """Some tasks that nobody signed in time, the oldest first."""
    query = select(Tasks.id).where(Tasks.state == "awaiting_signature", Tasks.expires_at < now)
    found: Sequence[str] = session.exec(query.order_by(Tasks.expires_at).limit(100)).all()
    return found


def is_overdue(task: Task, now: float) -> bool:
    """True when nobody signed it in time."""
    return task.state == "awaiting_signature" and (task.expires_at or now) < now


def _conditions(filters: TaskFilters) -> list[ColumnElement[bool]]:
    found = between(Tasks.created_at, filters.created_from, filters.created_to)
    if filters.state:
        found.append(Tasks.state.in_(filters.state.split(",")))
    if filters.kind:
        found.append(Tasks.kind == filters.kind)
    if filters.resource:
        found.append(Tasks.resource == filters.resource)
    if filters.settled is not None:
        found.append(Tasks.settled.is_(filters.settled))
    return found


def tasks_with_news(session: Session, position: Position | None, *, moved: bool) -> Sequence[str]:
    """Ids of signed tasks for which there can be news, the oldest first.

    On their way, they are for the node to tell of. Indexed, there is news when the index no longer
    has their block, or it became final. Failed, when the index `moved`.
    """
    final = position.finalized_number if position else -1
    kept = select(Blocks.hash).where(
        Blocks.number == Tasks.block_number, Blocks.hash == Tasks.block_hash
    )
    indexed = and_(Tasks.state == "indexed", or_(~kept.exists(), Tasks.block_number <= final))
    failed = and_(Tasks.state.in_(("reverted", "dropped")), literal(moved))
    news = or_(Tasks.state.in_(("broadcast", "mined")), indexed, failed)
    signed = or_(Tasks.transaction_hash.is_not(None), Tasks.request_id.is_not(None))
    unsettled = select(Tasks.id).where(Tasks.settled.is_(False), signed, news)
    found: Sequence[str] = session.exec(unsettled.order_by(Tasks.created_at)).all()
    return found


def unsettled_by_state(session: Session) -> dict[str, float]:
    """How many tasks are not settled, by state."""
    query = select(Tasks.state, func.count()).where(Tasks.settled.is_(False))
    return {state: float(number) for state, number in session.exec(query.group_by(Tasks.state))}


def transactions_of(session: Session, task_id: str) -> Sequence[TaskTransaction]:
    """Every signed transaction of a task, the newest first."""
    query = select(Transactions).where(Transactions.task_id == task_id)
    return session.exec(query.order_by(Transactions.created_at.desc())).all()


def waiting_from(session: Session, sender: str, nonce: int) -> Sequence[TaskTransaction]:
    """A signer's transactions that are not final, from a nonce on, the lowest nonce first."""
    current = and_(Tasks.transaction_hash == Transactions.hash, Tasks.settled.is_(False))
    query = (
        select(Transactions)
        .join(Tasks, current)
        .where(
            Tasks.state.in_(("broadcast", "mined", "indexed")),
            Transactions.sender == sender,
            Transactions.nonce >= nonce,
        )
    )
    return session.exec(query.order_by(Transactions.nonce)).all()


def seen_in_block(session: Session, transaction_hash: str) -> tuple[int, str] | None:
    """Number and hash of the indexed block that holds an event of a transaction."""
    query = select(Events.block_number, Events.block_hash).where(Events.tx_hash == transaction_hash)
    found = session.exec(query.limit(1)).first()
    return (found[0], found[1]) if found else None


def is_followed(session: Session, number: int, block_hash: str) -> bool:
    """True when the index has come through that very block."""
    return session.exec(select(Blocks.hash).where(Blocks.number == number)).first() == block_hash

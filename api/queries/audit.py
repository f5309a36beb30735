"""Queries: the audit log, its head, what is known of machines, and its anchors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, func, update
from sqlmodel import Session, select

from api.access.tables import ApiKey, AuditAnchor, AuditEntry, AuditHead, AuditMachine
from api.filters import AuditFilters
from api.queries.order import SortKey, count_of
from api.queries.pages import Page, page_of
from indexer import database
from indexer.moments import unix_time

Entries: Any = AuditEntry
Machines: Any = AuditMachine
_Heads: Any = AuditHead
_Anchors: Any = AuditAnchor
_Keys: Any = ApiKey
_AT_ONCE = 1000


def locked_head(session: Session) -> AuditHead:
    """The head, which nobody else moves until the transaction ends."""
    found: AuditHead = session.exec(select(_Heads).with_for_update()).one()
    return found


def head(session: Session) -> AuditHead:
    """The head as it is."""
    found: AuditHead = session.exec(select(_Heads)).one()
    return found


def note_use(session: Session, used: dict[str, float]) -> None:
    """Remember when keys were used last, UNIX seconds by their ids."""
    for key_id, at in used.items():
        session.execute(update(_Keys).where(_Keys.id == key_id).values(last_used_at=at))


def entries(session: Session, filters: AuditFilters) -> Page[tuple[AuditEntry, AuditMachine]]:
    """A page of the entries that match with what is known of their machines, the newest first."""
    query = (
        select(Entries, Machines)
        .outerjoin(Machines, Machines.sequence == Entries.sequence)
        .where(*_conditions(filters))
    )
    order = [SortKey(Entries.sequence, is_down=True)]
    return page_of(session, 0, query, filters, order, lambda: (count_of(session, query),))


def every_entry(
    engine: Engine, after: int = -1
) -> Iterator[tuple[AuditEntry, AuditMachine | None]]:
    """All of one state of the log after an entry, in the order of its chain."""
    with database.snapshot(engine) as session:
        while True:
            query = (
                select(Entries, Machines)
                .outerjoin(Machines, Machines.sequence == Entries.sequence)
                .where(Entries.sequence > after)
                .order_by(Entries.sequence)
                .limit(_AT_ONCE)
            )
            rows = session.exec(query).all()
            if not rows:
                return
            yield from rows
            after = rows[-1][0].sequence
            session.expunge_all()


def entry(session: Session, sequence: int) -> AuditEntry | None:
    """The entry of a number."""
    return session.get(Entries, sequence)


def anchors(session: Session) -> Sequence[AuditAnchor]:
    """Every anchor, the oldest first."""
    found: Sequence[AuditAnchor] = session.exec(
        select(_Anchors).order_by(_Anchors.sequence, _Anchors.at)
    ).all()
    return found


def erase_machines(
    session: Session, before: str | None, address: str | None, sequence: int | None
) -> int:
    """Delete what is known of the machines of entries until a day or time, of an address, or of one
    entry; gives how many."""
    conditions = []
    if before is not None:
        old = select(Entries.sequence).where(*_in_time(None, before))
        conditions.append(Machines.sequence.in_(old))
    if address is not None:
        conditions.append(Machines.address == address)
    if sequence is not None:
        conditions.append(Machines.sequence == sequence)
    counted = session.exec(select(func.count()).select_from(Machines).where(*conditions)).one()
    session.execute(delete(Machines).where(*conditions))
    return int(counted)


def _conditions(filters: AuditFilters) -> list[ColumnElement[bool]]:
    named = {
        Entries.actor: filters.actor,
        Entries.credential: filters.credential,
        Entries.operation: filters.operation,
        Entries.outcome: filters.outcome,
        Entries.request_id: filters.request,
        Entries.status: filters.status,
        Machines.address: filters.address,
    }
    found = [column == value for column, value in named.items() if value is not None]
    if filters.resource is not None:
        found.append(Entries.resource.startswith(filters.resource, autoescape=True))
    return [*found, *_in_time(filters.since, filters.until)]


def _in_time(since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    found = []
    if since:
        found.append(Entries.at >= unix_time(since, time.min) * 1000)
    if until:
        found.append(Entries.at < (unix_time(until, time.max) + 1) * 1000)
    return found

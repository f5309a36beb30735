"""Queries: the change feed, a page after a cursor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlmodel import Session, select

from api.queries.statements import Changes, FeedPositions
from api.snapshot import Position
from indexer.models import RowChange


@dataclass(frozen=True)
class Wanted:
    """Which records a reader follows.

    Records about the whole index come whatever the tables and kinds. `through` ends the page before
    the first record of a later block, so that what is read is as final as that block and nothing
    is passed over.
    """

    after: int = 0
    limit: int = 100
    tables: Collection[str] = ()
    kinds: Collection[str] = ()
    through: int | None = None


@dataclass(frozen=True)
class Part:
    """Records in the order of their cursors; `next` is the cursor to ask with for what follows.

    `dropped` and `last` are the newest cursor that is kept no longer and the newest given.
    """

    records: Sequence[RowChange]
    next: int
    dropped: int
    last: int


def changes_after(session: Session, wanted: Wanted) -> Part:
    """The records after a cursor that a reader wants."""
    position = session.exec(select(FeedPositions)).first()
    dropped, last = (position.dropped_cursor, position.last_cursor) if position else (0, 0)
    end = last if wanted.through is None else _end(session, wanted.after, wanted.through, last)
    query = select(Changes).where(Changes.cursor > wanted.after, Changes.cursor <= end)
    whole = Changes.table_name.is_(None)
    if wanted.tables:
        query = query.where(or_(whole, Changes.table_name.in_(wanted.tables)))
    if wanted.kinds:
        query = query.where(or_(whole, Changes.kind.in_(wanted.kinds)))
    found = session.exec(query.order_by(Changes.cursor).limit(wanted.limit)).all()
    is_full = len(found) == wanted.limit
    reached = found[-1].cursor if is_full else max(end, wanted.after)
    return Part(found, reached, dropped, last)


def _end(session: Session, after: int, through: int, last: int) -> int:
    later = select(func.min(Changes.cursor)).where(Changes.cursor > after)
    first: int | None = session.exec(later.where(Changes.block_number > through)).one()
    return last if first is None else first - 1


def mark_of(session: Session, position: Position) -> tuple[int, ...]:
    """Where feed and finality stand: other numbers mean that a reader may find something new."""
    last = session.exec(select(FeedPositions.last_cursor)).first()
    return (last or 0, position.safe_number, position.finalized_number)

"""Queries: one page of a list, by offset or from a cursor on (OGCR 4.5.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import func
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session, select

from api.cursors import Cursor
from api.parameters import Part
from api.queries.counts import Totals
from api.queries.order import Order, SortKey, beyond, count_of
from api.queries.statements import Reorganisations
from api.snapshot import Snapshot

Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of a list, with what was counted of the whole list.

    When it is read by cursors, `before` and `after` say where its neighbours are, None at either
    end of the list, and `last` where its last page is.
    """

    rows: Sequence[Row]
    totals: Totals
    before: Cursor | None = None
    after: Cursor | None = None
    last: Cursor | None = None

    @property
    def matched(self) -> int:
        """How many rows the whole list has."""
        return self.totals[0]

    def of(self, made: Callable[[Any], Other]) -> Page[Other]:
        """The same page of what is made of the rows."""
        return self.holding([made(row) for row in self.rows])

    def holding(self, rows: Sequence[Other]) -> Page[Other]:
        """The same page of other things, one for each row."""
        return Page(rows, self.totals, self.before, self.after, self.last)


def page_of(
    session: Session,
    block: int,
    query: Any,
    part: Part,
    order: Order,
    totals: Callable[[], Totals],
) -> Page[Any]:
    """A page of what a query gives of the state at a block.

    `totals` counts, which a later page of a list that is read by cursors spares.
    """
    if part.cursor is None:
        page = query.order_by(*map(SortKey.term, order)).offset(part.offset).limit(part.limit)
        return Page(read(session, page), totals())
    cursor = Cursor.read(part.cursor)
    found, more = _rows(session, query, part, order, cursor)
    cursor = begun(session, block, cursor, totals)
    return between_cursors(found, more, cursor, len(order), part.offset)


def listed(snapshot: Snapshot, query: Any, part: Part, order: Order) -> Page[Any]:
    """A page of what a query gives of a state of the index, with how many rows that has."""

    session = snapshot.session

    def totals() -> tuple[int, ...]:
        return (count_of(session, query),)

    return page_of(session, snapshot.position.block_number, query, part, order, totals)


def reorganisations(session: Session) -> int:
    """The number of the last reorganisation, 0 before the first one."""
    found: int | None = session.exec(select(func.max(Reorganisations.number))).one()
    return found or 0


def read(session: Session, query: Any) -> Sequence[Any]:
    """The rows of a query, whatever it begins with."""
    # SQLModel's own reading gives the first column alone where a query began with one table.
    return OrmSession.execute(session, query).all()


def _rows(
    session: Session, query: Any, part: Part, order: Order, cursor: Cursor
) -> tuple[list[Any], bool]:
    """Rows in the order of the list, each with its sort values at the end, and whether there are
    more in the direction that was read."""
    keys = [key.turned() for key in order] if cursor.is_back else order
    wanted = query.add_columns(*(key.column for key in order))
    if cursor.values:
        wanted = wanted.where(beyond(keys, cursor.values))
    ordered = wanted.order_by(*map(SortKey.term, keys)).offset(part.offset)
    found = read(session, ordered.limit(part.limit + 1))
    kept = list(found[: part.limit])
    return kept[::-1] if cursor.is_back else kept, len(found) > part.limit


def begun(session: Session, block: int, cursor: Cursor, totals: Callable[[], Totals]) -> Cursor:
    """The cursor with what the first page of its list found."""
    if cursor.totals:
        return cursor
    known = reorganisations(session)
    return replace(cursor, totals=totals(), block=block, reorganisations=known)


def between_cursors(
    found: list[Any], more: bool, cursor: Cursor, width: int, passed: int
) -> Page[Any]:
    """A page of rows, each with so many sort values at its end, and the cursors to its neighbours;
    `passed` rows were left out between the cursor and what was found."""
    rows = [tuple(row[:-width]) for row in found]
    here = replace(cursor, values=(), is_back=False)
    is_begin = not cursor.values and not passed
    is_first, is_last = (not more, is_begin) if cursor.is_back else (is_begin, not more)
    before = after = None
    if found and not is_first:
        before = replace(here, values=tuple(found[0][-width:]), is_back=True)
    if found and not is_last:
        after = replace(here, values=tuple(found[-1][-width:]))
    return Page(rows, cursor.totals, before, after, replace(here, is_back=True))

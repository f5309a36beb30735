"""Queries: one page of a list, by offset or from a cursor on (OGCR 4.5.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, func, union_all
from sqlalchemy import select as sql_select
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session, select

from api.cursors import Cursor
from api.parameters import Part
from api.queries.anchored import Anchored
from api.queries.counts import Totals, remembered
from api.queries.order import Order, SortKey, beyond, count_of
from api.queries.statements import Reorganisations
from api.snapshot import Snapshot

#: On the table of a list, or on the documents that it anchors.
Condition = ColumnElement[bool] | Anchored
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


@dataclass(frozen=True)
class Listing:
    """A list of versioned things, as its table alone tells of it.

    `key` is the column that names them, `joined` are the tables that `order` needs beside it,
    `sums` columns that are summed up over the whole list. `name` tells lists apart whose totals
    nothing but the chain changes: they are counted once for a block.
    """

    table: Any
    key: Any
    order: Order
    conditions: Sequence[Condition] = ()
    joined: Sequence[tuple[Any, ColumnElement[bool]]] = ()
    sums: Sequence[Any] = ()
    name: str | None = None


def listing_name(of: str, part: Part) -> str:
    """What a list is called whose filters alone tell it from others of its kind."""
    moving = {"limit", "offset", "cursor", "sort"}
    return f"{of} {part.model_dump_json(exclude=moving, exclude_none=True)}"


def keys_of(snapshot: Snapshot, listing: Listing, part: Part) -> Page[Any]:
    """The keys of a page of a list; what else is shown of them is read for these alone.

    So the order comes from an index, whatever a row consists of, and rows that are passed over
    are never put together.
    """
    narrow: Any = select(listing.key).select_from(listing.table)
    for table, how in listing.joined:
        narrow = narrow.outerjoin(table, how)
    of_documents = [one for one in listing.conditions if isinstance(one, Anchored)]
    narrow = narrow.where(*(one for one in listing.conditions if not isinstance(one, Anchored)))
    every = narrow.where(*(one.every for one in of_documents))
    narrow = narrow.where(*(one.each for one in of_documents))
    block, halves = snapshot.position.block_number, _halves(snapshot, listing.table)

    def totals() -> tuple[int, ...]:
        return remembered(snapshot, listing.name, lambda: _totals(snapshot, listing, every, halves))

    session = snapshot.session
    if len(halves) == 1:
        page = page_of(session, block, narrow.where(*halves), part, listing.order, totals)
    else:
        page = _page_of_halves(snapshot, listing, narrow, part, totals)
    return page.of(lambda row: row[0])


def _page_of_halves(
    snapshot: Snapshot, listing: Listing, narrow: Any, part: Part, totals: Callable[[], Totals]
) -> Page[Any]:
    """A past state is what still holds of it, which the indexes know, and what ended since."""
    reach = part.offset + part.limit + 1
    cursor = None if part.cursor is None else Cursor.read(part.cursor)
    keys = [key.turned() for key in listing.order] if cursor and cursor.is_back else listing.order
    labels = [key.column.label(f"k{place}") for place, key in enumerate(keys)]
    wanted = narrow.with_only_columns(listing.key.label("key"), *labels, maintain_column_froms=True)
    if cursor and cursor.values:
        wanted = wanted.where(beyond(keys, cursor.values))
    wanted = wanted.order_by(*map(SortKey.term, keys)).limit(reach)
    parts = [wanted.where(half).subquery() for half in _halves(snapshot, listing.table)]
    both: Any = union_all(*(sql_select(part) for part in parts)).subquery()
    order = [replace(key, column=both.c[f"k{place}"]) for place, key in enumerate(keys)]
    rows = _read(snapshot.session, select(both).order_by(*map(SortKey.term, order)).limit(reach))
    if cursor is None:
        return Page(rows[part.offset : part.offset + part.limit], totals())
    kept, rest = (
        list(rows[part.offset : part.offset + part.limit]),
        rows[part.offset + part.limit :],
    )
    found = kept[::-1] if cursor.is_back else kept
    cursor = _begun(snapshot.session, snapshot.position.block_number, cursor, totals)
    return _between_cursors(found, len(rest) > 0, cursor, len(keys), part.offset)


def _halves(snapshot: Snapshot, table: Any) -> list[ColumnElement[bool]]:
    if snapshot.block is None:
        return [table.valid_to.is_(None)]
    began = func.coalesce(table.valid_from, 0) <= snapshot.block
    return [and_(table.valid_to.is_(None), began), and_(table.valid_to > snapshot.block, began)]


def _totals(
    snapshot: Snapshot, listing: Listing, narrow: Any, halves: Sequence[ColumnElement[bool]]
) -> Totals:
    figures = [func.count(), *(func.coalesce(func.sum(column), 0) for column in listing.sums)]
    query = narrow.with_only_columns(*figures, maintain_column_froms=True)
    rows = [_read(snapshot.session, query.where(half))[0] for half in halves]
    return tuple(int(sum(row[place] for row in rows)) for place in range(len(figures)))


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
        return Page(_read(session, page), totals())
    cursor = Cursor.read(part.cursor)
    found, more = _rows(session, query, part, order, cursor)
    begun = _begun(session, block, cursor, totals)
    return _between_cursors(found, more, begun, len(order), part.offset)


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


def _read(session: Session, query: Any) -> Sequence[Any]:
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
    found = _read(session, ordered.limit(part.limit + 1))
    kept = list(found[: part.limit])
    return kept[::-1] if cursor.is_back else kept, len(found) > part.limit


def _begun(session: Session, block: int, cursor: Cursor, totals: Callable[[], Totals]) -> Cursor:
    """The cursor with what the first page of its list found."""
    if cursor.totals:
        return cursor
    known = reorganisations(session)
    return replace(cursor, totals=totals(), block=block, reorganisations=known)


def _between_cursors(
    found: list[Any], more: bool, cursor: Cursor, width: int, passed: int
) -> Page[Any]:
    """`passed` rows were left out between the cursor and what was found."""
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

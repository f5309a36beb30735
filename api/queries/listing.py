"""Queries: one page of a list of versioned things, found by their keys alone (decision 0038)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from sys import intern
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, true, union_all
from sqlalchemy import select as sql_select
from sqlmodel import select

from api.cursors import Cursor
from api.parameters import Part
from api.queries.among import among_these
from api.queries.anchored import Anchored
from api.queries.counts import Totals, remembered_in
from api.queries.order import Order, SortKey, beyond, check_values, is_even, no_cursor, not_before
from api.queries.pages import Page, begun, between_cursors
from api.queries.runs import Condition, Run
from api.snapshot import Snapshot
from indexer.database import ask_by_key

Found = TypeVar("Found")
#: So many rows of a run that is hardly ever there are remembered for a state.
FEW = 500
#: From here on the place of a row is looked for in an index alone, once for a state.
FAR = 1_000
#: So many rows before that place are looked at, for one that differs from the row before it.
NEAR = 200


@dataclass(frozen=True)
class Listing:
    """A list of versioned things, as its table alone tells of it.

    `key` is the column that names them; `runs` says what runs it is read in, when so many match.
    Each row meets one of `parts`; `sums` are columns that are summed up over the whole list. `name`
    tells lists apart whose totals follow from a `state`: they are counted once for that.
    """

    table: Any
    key: Any
    order: Order
    conditions: Sequence[Condition] = ()
    runs: Callable[[int], Sequence[Run]] | None = None
    parts: Sequence[ColumnElement[bool]] = (true(),)
    sums: Sequence[Any] = ()
    state: str | None = None
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
    page = _page(snapshot, listing, part)
    ask_by_key(snapshot.session)
    return page


def _page(snapshot: Snapshot, listing: Listing, part: Part) -> Page[Any]:
    reading = _Reading(snapshot, listing)
    if part.cursor is None:
        found = reading.rows(Cursor(), part.offset, part.limit)
        return Page([row[0] for row in found], reading.totals())
    cursor = Cursor.read(part.cursor)
    if cursor.totals and len(cursor.totals) != 1 + len(listing.sums):
        raise no_cursor()
    found = reading.rows(cursor, part.offset, part.limit + 1)
    kept, more = list(found[: part.limit]), len(found) > part.limit
    found = kept[::-1] if cursor.is_back else kept
    cursor = begun(snapshot.session, snapshot.position.block_number, cursor, reading.totals)
    page = between_cursors(found, more, cursor, len(listing.order), part.offset)
    return page.of(lambda row: row[0])


@dataclass(frozen=True)
class _Stretch:
    """The rows of a run that come after these sort values in it; all of them without any."""

    run: Run
    values: Sequence[Any] = ()


@dataclass(frozen=True)
class _Reading:
    """A list in one state."""

    snapshot: Snapshot
    listing: Listing

    def totals(self) -> Totals:
        """How many rows the list has, and the sums of its columns."""
        sums = [func.coalesce(func.sum(column), 0) for column in self.listing.sums]
        return self._remembered("", lambda: self._summed([func.count(), *sums]))

    def _summed(self, figures: Sequence[Any]) -> Totals:
        """Figures of the whole list. SQLite finds an index of what is summed up where that is
        narrowed alone: without, it takes one that only names the rows, and reads each of them."""
        query, listing = self._narrow(), self.listing
        if not listing.sums or listing.conditions or self.snapshot.block is not None:
            return self._figures(query, figures)
        (summed,) = listing.sums
        parts = [query.where(one) for one in (summed >= 0, summed < 0, summed.is_(None))]
        return _added(self._figures(part, figures) for part in parts)

    def rows(self, cursor: Cursor, passed: int, most: int) -> list[Any]:
        """So many rows from a cursor on, less those that are passed over; each is a key and its
        sort values."""
        found: list[Any] = []
        stretches = list(self._stretches(cursor))
        for stretch in stretches:
            is_last = stretch is stretches[-1]
            if stretch.run.is_rare:
                stretch = self._of_few(stretch)
            if passed and not is_last and (size := self._size(stretch)) <= passed:
                passed -= size
                continue
            found += self._read(stretch, passed, most - len(found))
            passed = 0
            if len(found) == most:
                break
        return found

    def _stretches(self, cursor: Cursor) -> Iterator[_Stretch]:
        runs, values = self._runs(cursor), cursor.values
        if values:
            check_values(self.listing.order, values, any(run.has(values) for run in runs))
        for run in runs:
            if values and not run.has(values):
                continue
            yield _Stretch(run, values[len(run.leading) :])
            values = ()

    def _runs(self, cursor: Cursor) -> list[Run]:
        if self.listing.runs is None:
            runs: Sequence[Run] = [Run(self.listing.order)]
        else:
            runs = self.listing.runs((cursor.totals or self.totals())[0])
        return [run.turned() for run in reversed(runs)] if cursor.is_back else list(runs)

    def _of_few(self, stretch: _Stretch) -> _Stretch:
        """The same, with its rows by their keys where they are few, so that nothing is searched."""
        run, key = stretch.run, self.listing.key
        found = self._remembered(f"keys of {self._name(run)}", lambda: self._first_keys(run))
        if len(found) > FEW:
            return stretch
        named = replace(run, condition=lambda: among_these(key, found), is_rare=False)
        return replace(stretch, run=named)

    def _first_keys(self, run: Run) -> list[Any]:
        strands: list[tuple[ColumnElement[bool], ...]]
        if run.few and self.snapshot.block is None:
            query, strands = self._narrow(), [*product(run.few, self._strands(None))]
        else:
            query, strands = self._narrow(run), [(one,) for one in self._strands(run)]
        parts = [query.where(*strand).limit(FEW + 1) for strand in strands]
        # Interned, since lists by many filters remember the same few.
        return [intern(row[0]) for part in parts for row in self._ask(part)]

    def _size(self, stretch: _Stretch) -> int:
        query = self._narrow(stretch.run, stretch.values)
        count = partial(self._figures, query, [func.count()], stretch.run)
        if stretch.values:
            return count()[0]
        return self._remembered(f"size of {self._name(stretch.run)}", count)[0]

    def _read(self, stretch: _Stretch, passed: int, most: int) -> list[Any]:
        run, strands = stretch.run, self._strands(stretch.run)
        query = self._narrow(run, stretch.values, every=False)
        if passed >= FAR and len(strands) == 1 and not stretch.values:
            start = self._remembered(
                f"{passed // FAR} in {self._name(run)}",
                lambda: self._start(run, passed // FAR * FAR),
            )
            if start is not None:
                query = query.where(not_before(run.order[:-1], start[1]))
                passed -= start[0]
        labels = [key.column.label(f"k{place}") for place, key in enumerate(run.order)]
        query = _giving(query, self.listing.key.label("key"), *labels)
        found = _in_order(query, strands, run, passed, most)
        rows = self._ask(found)
        return [(row[0], *run.leading, *row[1:]) for row in rows]

    def _start(self, run: Run, passed: int) -> tuple[int, tuple[Any, ...]] | None:
        """How many rows of a run come before one not after so many, and that one's sort values but
        for its key: the first row of these values. None where too many have the same."""
        keys = run.order[:-1]
        if not is_even(keys):
            return None
        (strand,) = self._strands(run)
        query = _giving(self._narrow(run, every=False), *(key.column for key in keys))
        terms = run.terms[:-1]
        ordered = query.where(strand).order_by(*terms).offset(passed - NEAR).limit(NEAR + 1)
        rows = [tuple(row) for row in self._ask(ordered)]
        places = [n for n in range(1, len(rows)) if rows[n] != rows[n - 1]]
        return (passed - NEAR + places[-1], rows[places[-1]]) if places else None

    def _figures(self, query: Any, figures: Sequence[Any], run: Run | None = None) -> Totals:
        query = _giving(query, *figures)
        return _added(self._ask(query.where(strand))[0] for strand in self._strands(run))

    def _narrow(
        self, run: Run | None = None, values: Sequence[Any] = (), *, every: bool = True
    ) -> Any:
        """The rows of a list, of a run, or after sort values of one; `every` as for all of them,
        not for a page."""
        query: Any = select(self.listing.key).select_from(self.listing.table)
        for one in self.listing.conditions:
            if isinstance(one, Anchored):
                one = one.every if every else one.each
            query = query.where(one)
        if run is not None:
            query = run.of(query, every=every)
            query = query.where(beyond(run.order, values)) if values else query
        return query

    def _strands(self, run: Run | None) -> list[ColumnElement[bool]]:
        """Conditions of which each row meets one, and of each of which an index has the order.

        A past state is what still holds of it, and what ended since."""
        table, block = self.listing.table, self.snapshot.block
        halves = [table.valid_to.is_(None)]
        if block is not None:
            began = func.coalesce(table.valid_from, 0) <= block
            ended = and_(table.valid_to > block, run.anyhow if run else true())
            halves = [and_(half, began) for half in (*halves, ended)]
        parts = product(halves, self.listing.parts, run.parts if run else (true(),))
        return [and_(*part) for part in parts]

    def _name(self, run: Run) -> str:
        return f"{self.listing.order[0].column} {run.name}"

    def _ask(self, query: Any) -> Sequence[Any]:
        # Of keys and figures a session would have nothing to follow.
        return self.snapshot.connection.execute(query).all()

    def _remembered(self, what: str, count: Callable[[], Found]) -> Found:
        state, name = self.listing.state, self.listing.name
        return remembered_in(self.snapshot, state, name and f"{what} {name}", count)


def _in_order(query: Any, strands: Sequence[Any], run: Run, passed: int, most: int) -> Any:
    """The rows of a run of a list in its order, put together from its strands."""
    if len(strands) == 1:
        return query.where(*strands).order_by(*run.terms).offset(passed).limit(most)
    ordered = query.order_by(*run.terms).limit(passed + most)
    parts = [ordered.where(strand).subquery() for strand in strands]
    both: Any = union_all(*(sql_select(part) for part in parts)).subquery()
    order = [replace(key, column=both.c[f"k{place}"]) for place, key in enumerate(run.order)]
    return sql_select(both).order_by(*map(SortKey.term, order)).offset(passed).limit(most)


def _added(rows: Iterable[Sequence[Any]]) -> Totals:
    return tuple(int(sum(column)) for column in zip(*rows, strict=True))


def _giving(query: Any, *columns: Any) -> Any:
    return query.with_only_columns(*columns, maintain_column_froms=True)

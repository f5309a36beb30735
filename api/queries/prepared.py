"""Queries that are built once; what differs from one answer to the next is given to them.

To build a statement and have a session follow its rows takes many times as long as either database
needs to answer (decision 0041). A list, whose conditions a reader chooses, is built as it is asked.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam
from sqlalchemy.orm import Bundle
from sqlmodel import Session

from api.queries.among import whole_lists
from api.queries.driven import Driven
from api.snapshot import Snapshot
from indexer.database import connection_of, is_told_of_statements
from indexer.models import as_of, held_at
from indexer.reading import told

#: Gives the condition on the rows of a table that belong to the state which is read.
Valid = Callable[[Any], ColumnElement[bool]]
_BLOCK = "block"
#: As many keys a driver is asked for at once; each number of them is a statement of its own.
_FEW = 4
_namedtuple: Any = collections.namedtuple


def some_of(table: Any, *columns: str) -> Any:
    """In a query, these columns of a table and no others, the first of which every row has."""
    return Bundle(table.__name__, *(getattr(table, name) for name in columns))


class Prepared:
    """A query of the index, made by a function of what belongs to a state; its own parameters are
    `bindparam`s.

    What it gives for a table has the table's columns as attributes, and is a value that nothing
    changes; None where an outer join found no row. Of several tables and columns it gives tuples.
    A query that finds each row `by_key` says so, and is told apart from the others in a past state:
    no plan for it must look for what ended since.
    """

    def __init__(self, build: Callable[[Valid], Any], *, by_key: bool = False) -> None:
        self._build = build
        self._as_of = held_at if by_key else as_of

    def all(self, snapshot: Snapshot, **given: Any) -> list[Any]:
        """Everything that it finds in a state."""
        return self._read(snapshot.connection, snapshot.block, given)

    def first(self, snapshot: Snapshot, **given: Any) -> Any:
        """The first that it finds in a state, None without any."""
        found = self.all(snapshot, **given)
        return found[0] if found else None

    def at(self, session: Session, block: int | None, **given: Any) -> list[Any]:
        """Everything that it finds in the state at a block; without one, in the newest."""
        return self._read(connection_of(session), block, given)

    def _read(self, connection: Connection, block: int | None, given: dict[str, Any]) -> list[Any]:
        if block is None:
            return self._newest.read(connection, given)
        return self._past.read(connection, {**given, _BLOCK: block})

    @cached_property
    def _newest(self) -> _Form:
        return _Form(self._build(as_of))

    @cached_property
    def _past(self) -> _Form:
        block: Any = bindparam(_BLOCK)
        return _Form(self._build(lambda table: self._as_of(table, block)))


class _Form:
    """A statement as a database is asked it, and how what is wanted is cut from a row of it."""

    def __init__(self, query: Any) -> None:
        parts: list[_Part] = []
        columns: list[Any] = []
        place = 0
        for described in query.column_descriptions:
            part = _Part.at(place, described["expr"])
            parts.append(part)
            columns += part.columns
            place += len(part.columns)
        self._statement = query.with_only_columns(*columns, maintain_column_froms=True)
        self._cut = _cut(parts)
        self._whole = whole_lists(self._statement)
        self._driven: dict[tuple[Any, ...], Driven] = {}

    def read(self, connection: Connection, given: dict[str, Any]) -> list[Any]:
        cut = self._cut
        return [cut(row) for row in self._rows(connection, given)]

    def _rows(self, connection: Connection, given: dict[str, Any]) -> Sequence[Any]:
        lists = (name for name in given if isinstance(given[name], list))
        many = [len(given[name]) for name in lists if name not in self._whole]
        if is_told_of_statements(connection) or any(not 0 < each <= _FEW for each in many):
            return connection.execute(self._statement, given).all()
        key = (connection.dialect.name, *many)
        if key not in self._driven:
            self._driven[key] = Driven(self._statement, connection.dialect, given)
        try:
            return self._driven[key].rows(connection, given)
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, str(self._statement), error) from error


@dataclass(frozen=True)
class _Part:
    """Where a table, some of its columns, or a single one stands in a row; `key` is the place of
    what every row of the table has."""

    first: int
    columns: Sequence[Any]
    name: str | None = None
    key: int = 0

    @classmethod
    def at(cls, first: int, wanted: Any) -> _Part:
        if isinstance(wanted, Bundle):
            return cls(first, list(wanted.exprs), wanted.name, first)
        if not isinstance(wanted, type):
            return cls(first, [wanted])
        columns = list(wanted.__table__.columns)  # type: ignore[attr-defined]
        key = next(place for place, column in enumerate(columns) if column.primary_key)
        return cls(first, columns, wanted.__name__, first + key)

    def of(self) -> Callable[[Sequence[Any]], Any]:
        if self.name is None:
            return itemgetter(self.first)
        record = _record(self.name, tuple(column.key for column in self.columns))
        # As `_make` does, which counts them each time.
        made, key = partial(tuple.__new__, record), self.key
        its = slice(self.first, self.first + len(self.columns))
        return lambda row: None if row[key] is None else made(row[its])


def _cut(parts: Sequence[_Part]) -> Callable[[Sequence[Any]], Any]:
    cuts = [part.of() for part in parts]
    if len(cuts) == 1:
        return cuts[0]
    return lambda row: tuple([cut(row) for cut in cuts])


@cache
def _record(name: str, columns: Sequence[str]) -> Any:
    """What a row of a table is as a value."""
    return _namedtuple(name, columns)

"""Many rows in few statements: COPY on PostgreSQL, long prepared statements on SQLite.

On SQLite a statement holds many rows for one more reason: the driver lets other threads work while
a statement runs, and has to wait for its turn again after each.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

Values = tuple[Any, ...]
#: Rows of a statement on SQLite; the parameters of one must be fewer than 32,767. Each is about a
#: third of the one before: so any number of rows takes few statements of few kinds.
_SIZES, _MOST_PARAMETERS = (1000, 333, 111, 37, 12, 4, 1), 32_000


class Bulk(ABC):
    """Statements about many rows of one table at a time, on a connection of a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @abstractmethod
    def insert(self, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
        """Insert rows of values of these columns; JSON columns take their text."""

    @abstractmethod
    def end(self, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
        """Set `valid_to`, the first value of each row, where the key columns have the others."""

    @abstractmethod
    def current(
        self, table: Table, columns: Sequence[str], keys: Sequence[str], rows: Sequence[Values]
    ) -> Iterable[Values]:
        """Values of current rows (perhaps repeated) whose key columns have the values of a row."""


def bulk(connection: Connection) -> Bulk:
    """The manner of the connection's database."""
    is_sqlite = connection.dialect.name == "sqlite"
    return _Statements(connection) if is_sqlite else _Copies(connection)


class _Statements(Bulk):
    """SQLite."""

    def insert(self, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
        head = f"INSERT INTO {table.name} ({_named(columns)})"
        for count, values in _parted(rows, len(columns)):
            self._connection.exec_driver_sql(f"{head} {_places(count, len(columns))}", values)

    def end(self, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
        same = _same(table, keys, first=2)
        for count, values in _parted(rows, len(keys) + 1):
            given = f"FROM ({_places(count, len(keys) + 1)}) AS given WHERE {same}"
            statement = f"UPDATE {table.name} SET valid_to = given.column1 {given}"
            self._connection.exec_driver_sql(statement, values)

    def current(
        self, table: Table, columns: Sequence[str], keys: Sequence[str], rows: Sequence[Values]
    ) -> Iterator[Values]:
        chosen = ", ".join(f'{table.name}."{name}"' for name in columns)
        # CROSS JOIN keeps SQLite from reading the whole table first.
        joined = f"CROSS JOIN {table.name} ON {_same(table, keys)} WHERE valid_to IS NULL"
        for count, values in _parted(rows, len(keys)):
            given = f"({_places(count, len(keys))}) AS given"
            statement = f"SELECT {chosen} FROM {given} {joined}"
            yield from map(tuple, self._connection.exec_driver_sql(statement, values))


class _Copies(Bulk):
    """PostgreSQL."""

    def insert(self, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
        statement = f"COPY {table.name} ({_named(columns)}) FROM STDIN"
        base = self._connection.dialect.loaded_dbapi.Error
        cursor = self._connection.connection.cursor()
        try:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        except base as error:
            # As SQLAlchemy does for the statements that go through it.
            raise DBAPIError.instance(statement, None, error, base) from error
        finally:
            cursor.close()

    def end(self, table: Table, keys: Sequence[str], rows: Sequence[Values]) -> None:
        arrays = ["%s::bigint[]", *_arrays(table, keys)]
        given = f"unnest({', '.join(arrays)}) AS given ({_columns(len(arrays))})"
        where = f"FROM {given} WHERE {_same(table, keys, first=2)}"
        statement = f"UPDATE {table.name} SET valid_to = given.column1 {where}"
        self._connection.exec_driver_sql(statement, _lists(rows))

    def current(
        self, table: Table, columns: Sequence[str], keys: Sequence[str], rows: Sequence[Values]
    ) -> Iterator[Values]:
        given = f"unnest({', '.join(_arrays(table, keys))}) AS given ({_columns(len(keys))})"
        # OFFSET 0 has each row looked up by itself: while a table grows faster than the server
        # counts it, the planner takes it for small, and would read all that is current.
        where = f"WHERE {_same(table, keys)} AND valid_to IS NULL OFFSET 0"
        found = f"(SELECT {_named(columns)} FROM {table.name} {where}) AS found"
        statement = f"SELECT found.* FROM {given} CROSS JOIN LATERAL {found}"
        yield from map(tuple, self._connection.exec_driver_sql(statement, _lists(rows)))


def _parted(rows: Sequence[Values], width: int) -> Iterator[tuple[int, Values]]:
    """Parts of a few fixed sizes, so that their statements are prepared once; values in a row."""
    start = 0
    for size in _SIZES:
        size = min(size, _MOST_PARAMETERS // width)
        while len(rows) - start >= size:
            yield size, tuple(chain.from_iterable(rows[start : start + size]))
            start += size


@lru_cache(maxsize=64)
def _places(count: int, width: int) -> str:
    one = f"({', '.join('?' * width)})"
    return f"VALUES {', '.join([one] * count)}"


def _named(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _columns(count: int) -> str:
    return ", ".join(f"column{place}" for place in range(1, count + 1))


def _same(table: Table, keys: Sequence[str], first: int = 1) -> str:
    pairs = enumerate(keys, first)
    return " AND ".join(f'{table.name}."{key}" = given.column{place}' for place, key in pairs)


def _arrays(table: Table, keys: Sequence[str]) -> list[str]:
    return [f"%s::{table.c[key].type.compile()}[]" for key in keys]


def _lists(rows: Sequence[Values]) -> tuple[list[Any], ...]:
    return tuple(list(values) for values in zip(*rows, strict=True))

"""Versioned rows: changes of blocks become rows with a beginning and an end, and can be undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, delete, update

from indexer.bulk import Values, bulk
from indexer.changes import Change, Key, Upsert
from indexer.models import VERSIONED, Versioned

Row = dict[str, Any]


@dataclass(slots=True)
class Version:
    """A row as it is since a block; `is_stored` when the database holds it already."""

    row: Row
    valid_from: int
    is_stored: bool


@dataclass(slots=True)
class TableRows:
    """What is to be written to one table: `(valid_to, *key, valid_from)` of the rows that end,
    and whole new rows in the order of `columns_of`."""

    ended: list[Values] = field(default_factory=list)
    begun: list[Values] = field(default_factory=list)


Rows = Mapping[type[Versioned], TableRows]


class WorkingSet:
    """The current rows that a batch of blocks touches, changed in memory and written in bulk.

    Changes within one block make one version; what begins and ends in one block leaves no row.
    Blocks must be applied in ascending order. It may be used for one batch after another: then it
    still knows the rows of the batch before, which need not be in the database yet.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables: dict[type[Versioned], _TableSet] = {}

    def load(self, changes: Iterable[Change]) -> None:
        """Get the current rows that these changes need, those known already excepted."""
        tables = self._tables
        for change in changes:
            its = tables.get(change.table) or self._table(change.table)
            if change.key not in its.current:
                its.want(change.key, is_new=change.begins)
            if change.parent is not None and change.parent not in its.current:
                its.want(change.parent, is_new=False)
        for its in tables.values():
            its.load(self._connection)

    def apply(self, change: Change, block: int) -> None:
        """Let a change take effect in a block."""
        its = self._tables[change.table]
        if isinstance(change, Upsert):
            its.upsert(change, block)
        else:
            its.end(change.key, block)

    def take(self) -> Rows:
        """What is to be written; the next batch goes on from there."""
        return {table: its.take() for table, its in self._tables.items()}

    def write(self) -> None:
        """Write all of it on the connection that it reads from."""
        write_rows(self._connection, self.take())

    def _table(self, table: type[Versioned]) -> "_TableSet":
        made = self._tables[table] = _TableSet(table)
        return made


class _TableSet:
    """The rows of one table in a working set."""

    def __init__(self, table: type[Versioned]) -> None:
        self._table = table
        self._keys = table.key_columns()
        self._json = _json_columns(table)
        self._blank = blank_row(table)
        self.current: dict[Key, Version | None] = {}
        self._before: dict[Key, Version | None] = {}
        self._wanted: list[Key] = []
        self._rows = TableRows()

    def want(self, key: Key, *, is_new: bool) -> None:
        """Know the row with this key, from the batch before or once `load` is called."""
        known = self.current[key] = self._before.get(key)
        if known is None and not is_new and key not in self._before:
            self._wanted.append(key)

    def load(self, connection: Connection) -> None:
        """Get the wanted rows from the database."""
        if not self._wanted:
            return
        columns, to = columns_of(self._table)[:-1], bulk(connection)
        for values in to.current(self._table.__table__, columns, self._keys, self._wanted):
            *held, began = values
            row = dict(zip(columns, held, strict=False))
            row |= {n: orjson.loads(row[n]) for n in self._json if isinstance(row[n], str)}
            key = tuple(row[name] for name in self._keys)
            self.current[key] = Version(row, began, is_stored=True)
        self._wanted = []

    def upsert(self, change: Upsert, block: int) -> None:
        """Let the row have other values from a block on."""
        version = self.current[change.key]
        if version is None:
            row = self._new_row(change)
        elif version.valid_from == block:
            row = version.row
        else:
            row = version.row.copy()
            self._close(change.key, version, block)
        if version is None or version.valid_from != block:
            self.current[change.key] = Version(row, block, is_stored=False)
        # What is carried is the row's own value from before the change.
        carried = change.carry and {name: row[source] for name, source in change.carry.items()}
        row.update(change.values)
        if carried:
            row.update(carried)
        if change.add:
            row.update({name: (row[name] or 0) + amount for name, amount in change.add.items()})

    def end(self, key: Key, block: int) -> None:
        """Let the row be no more from a block on."""
        version = self.current[key]
        if version is not None and version.valid_from != block:
            self._close(key, version, block)
        self.current[key] = None

    def take(self) -> TableRows:
        """What is to be written; this batch becomes the one before."""
        taken, self._rows = self._rows, TableRows()
        for version in self.current.values():
            if version is not None and not version.is_stored:
                taken.begun.append(self._values(version, None))
                version.is_stored = True
        self._before, self.current = self.current, {}
        return taken

    def _new_row(self, change: Upsert) -> Row:
        row = self._blank.copy()
        row.update(zip(self._keys, change.key, strict=True))
        if change.once:
            row.update(change.once)
        parent = self.current[change.parent] if change.parent is not None else None
        if parent is not None:
            for name in change.inherit:
                row[name] = parent.row[name]
        return row

    def _close(self, key: Key, version: Version, block: int) -> None:
        if version.is_stored:
            self._rows.ended.append((block, *key, version.valid_from))
        else:
            self._rows.begun.append(self._values(version, block))

    def _values(self, version: Version, ended: int | None) -> Values:
        row = version.row
        if self._json:
            texts = {n: orjson.dumps(row[n]).decode() for n in self._json if row[n] is not None}
            row = row | texts
        return (*row.values(), version.valid_from, ended)


def write_rows(connection: Connection, rows: Rows) -> None:
    """Write them: ends before beginnings, because a key has one current row at a time."""
    to = bulk(connection)
    for table, its in rows.items():
        if its.ended:
            to.end(table.__table__, (*table.key_columns(), "valid_from"), its.ended)
        if its.begun:
            to.insert(table.__table__, columns_of(table), its.begun)


@cache
def columns_of(table: type[Versioned]) -> tuple[str, ...]:
    """Names of all columns, `valid_from` and `valid_to` last."""
    return (*_blank(table), "valid_from", "valid_to")


def blank_row(table: type[Versioned]) -> Row:
    """A row with the defaults of every column but the validity, in the order of `columns_of`."""
    return _blank(table).copy()


@cache
def _blank(table: type[Versioned]) -> Row:
    fields = table.model_fields.items()
    return {
        name: None if field.is_required() else field.default
        for name, field in fields
        if name not in ("valid_from", "valid_to")
    }


@cache
def _json_columns(table: type[Versioned]) -> tuple[str, ...]:
    return tuple(c.name for c in table.__table__.columns if isinstance(c.type, JSON))


def undo(connection: Connection, block: int) -> None:
    """Take every versioned table back to the state after a block."""
    for table in VERSIONED:
        columns = table.__table__.c
        connection.execute(delete(table.__table__).where(columns.valid_from > block))
        ended_later = update(table.__table__).where(columns.valid_to > block)
        connection.execute(ended_later.values(valid_to=None))

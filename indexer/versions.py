"""Versioned rows: changes of blocks become rows with a beginning and an end, and can be undone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, delete, update

from indexer.bulk import Values, bulk
from indexer.changes import Change, End, Key, Place, Upsert
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
        self._current: dict[Place, Version | None] = {}
        self._before: dict[Place, Version | None] = {}
        self._rows: dict[type[Versioned], TableRows] = defaultdict(TableRows)

    def load(self, changes: Iterable[Change]) -> None:
        """Get the current rows that these changes need, those known already excepted."""
        wanted: dict[type[Versioned], list[Key]] = defaultdict(list)
        current, before = self._current, self._before
        for change in changes:
            for place in change.places():
                if place not in current:
                    current[place] = before.get(place)
                    if place not in before:
                        wanted[place[0]].append(place[1])
        for table, keys in wanted.items():
            self._load(table, keys)

    def apply(self, change: Change, block: int) -> None:
        """Let a change take effect in a block."""
        if isinstance(change, End):
            self._end((change.table, change.key), block)
        else:
            self._upsert(change, block)

    def take(self) -> Rows:
        """What is to be written; the next batch goes on from there."""
        for (table, _), version in self._current.items():
            if version is not None and not version.is_stored:
                self._rows[table].begun.append(_values(table, version, None))
                version.is_stored = True
        self._before, self._current = self._current, {}
        taken, self._rows = self._rows, defaultdict(TableRows)
        return taken

    def write(self) -> None:
        """Write all of it on the connection that it reads from."""
        write_rows(self._connection, self.take())

    def _load(self, table: type[Versioned], keys: Sequence[Key]) -> None:
        names, columns = table.key_columns(), columns_of(table)[:-1]
        lists = _json_columns(table)
        for values in bulk(self._connection).current(table.__table__, columns, names, keys):
            *held, began = values
            row = dict(zip(columns, held, strict=False))
            row |= {n: orjson.loads(row[n]) for n in lists if isinstance(row[n], str)}
            key = tuple(row[name] for name in names)
            self._current[table, key] = Version(row, began, is_stored=True)

    def _upsert(self, change: Upsert, block: int) -> None:
        place = change.table, change.key
        version = self._current[place]
        if version is None:
            row = self._new_row(change)
        elif version.valid_from == block:
            row = version.row
        else:
            row = version.row.copy()
            self._close(place, version, block)
        # What is carried is the row's own value from before the change.
        carried = {name: row[source] for name, source in change.carry.items()}
        row.update(change.values)
        row.update(carried)
        for name, amount in change.add.items():
            row[name] = (row[name] or 0) + amount
        if version is None or version.valid_from != block:
            self._current[place] = Version(row, block, is_stored=False)

    def _new_row(self, change: Upsert) -> Row:
        row = blank_row(change.table)
        row.update(zip(change.table.key_columns(), change.key, strict=True))
        row.update(change.once)
        parent = self._current[change.table, change.parent] if change.parent is not None else None
        if parent is not None:
            row.update({name: parent.row[name] for name in change.inherit})
        return row

    def _end(self, place: Place, block: int) -> None:
        version = self._current[place]
        if version is not None and version.valid_from != block:
            self._close(place, version, block)
        self._current[place] = None

    def _close(self, place: Place, version: Version, block: int) -> None:
        table, key = place
        if version.is_stored:
            self._rows[table].ended.append((block, *key, version.valid_from))
        else:
            self._rows[table].begun.append(_values(table, version, block))


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


def _values(table: type[Versioned], version: Version, ended: int | None) -> Values:
    row = version.row
    if names := _json_columns(table):
        row = row | {n: orjson.dumps(row[n]).decode() for n in names if row[n] is not None}
    return (*row.values(), version.valid_from, ended)


def undo(connection: Connection, block: int) -> None:
    """Take every versioned table back to the state after a block."""
    for table in VERSIONED:
        columns = table.__table__.c
        connection.execute(delete(table.__table__).where(columns.valid_from > block))
        ended_later = update(table.__table__).where(columns.valid_to > block)
        connection.execute(ended_later.values(valid_to=None))

"""Versioned rows: changes of blocks become rows with a beginning and an end, and can be undone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, tuple_, update

from indexer.changes import Change, End, Key, Place, Upsert
from indexer.models import VERSIONED, Versioned, as_of

Row = dict[str, Any]
LOADED_AT_ONCE = 500


@dataclass(slots=True)
class Version:
    """A row as it is since a block; `is_stored` when the database holds it already."""

    row: Row
    valid_from: int
    is_stored: bool


class WorkingSet:
    """The current rows that a batch of blocks touches, changed in memory and written in bulk.

    Changes within one block make one version; what begins and ends in one block leaves no row.
    Blocks must be applied in ascending order.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._current: dict[Place, Version | None] = {}
        self._closed: dict[type[Versioned], list[Row]] = defaultdict(list)
        self._finished: dict[type[Versioned], list[Row]] = defaultdict(list)

    def load(self, changes: Iterable[Change]) -> None:
        """Fetch the current rows that these changes need, those known already excepted."""
        wanted: dict[type[Versioned], set[Key]] = defaultdict(set)
        for change in changes:
            for table, key in change.places():
                if (table, key) not in self._current:
                    wanted[table].add(key)
        for table, keys in wanted.items():
            self._current |= dict.fromkeys((table, key) for key in keys)
            self._load(table, keys)

    def apply(self, change: Change, block: int) -> None:
        """Let a change take effect in a block."""
        if isinstance(change, End):
            self._end((change.table, change.key), block)
        else:
            self._upsert(change, block)

    def write(self) -> None:
        """Write all of it: ends before beginnings, because a key has one current row at a time."""
        for table, rows in self._closed.items():
            _close(self._connection, table.__table__, rows)
        for (table, _), version in self._current.items():
            if version is not None and not version.is_stored:
                self._finished[table].append(_begun(version) | {"valid_to": None})
                version.is_stored = True
        for table, rows in self._finished.items():
            self._connection.execute(insert(table.__table__), rows)
        self._closed.clear()
        self._finished.clear()

    def _load(self, table: type[Versioned], keys: Iterable[Key]) -> None:
        names = table.key_columns()
        columns = [table.__table__.c[name] for name in names]
        for part in _parts(keys, LOADED_AT_ONCE):
            named = columns[0].in_([key[0] for key in part])
            if len(columns) > 1:
                named = tuple_(*columns).in_(part)
            found = self._connection.execute(select(table.__table__).where(named, as_of(table)))
            for row in map(dict, found.mappings()):
                began = row.pop("valid_from")
                row.pop("valid_to")
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
            row = dict(version.row)
            self._close(place, version, block)
        carried = {name: row[source] for name, source in change.carry.items()}
        row |= {**change.values, **carried}
        for name, amount in change.add.items():
            row[name] = (row[name] or 0) + amount
        if version is None or version.valid_from != block:
            self._current[place] = Version(row, block, is_stored=False)

    def _new_row(self, change: Upsert) -> Row:
        named = dict(zip(change.table.key_columns(), change.key, strict=True))
        row = {**blank_row(change.table), **named, **change.once}
        parent = self._current[change.table, change.parent] if change.parent is not None else None
        if parent is not None:
            row |= {name: parent.row[name] for name in change.inherit}
        return row

    def _end(self, place: Place, block: int) -> None:
        version = self._current[place]
        if version is not None and version.valid_from != block:
            self._close(place, version, block)
        self._current[place] = None

    def _close(self, place: Place, version: Version, block: int) -> None:
        table, key = place
        if version.is_stored:
            names = (f"of_{name}" for name in table.key_columns())
            ended = dict(zip(names, key, strict=True))
            self._closed[table].append(
                ended | {"of_valid_from": version.valid_from, "ended": block}
            )
        else:
            self._finished[table].append(_begun(version) | {"valid_to": block})


def blank_row(table: type[Versioned]) -> Row:
    """A row with the defaults of every column but the validity."""
    fields = table.model_fields.items()
    return {
        name: None if field.is_required() else field.default
        for name, field in fields
        if name not in ("valid_from", "valid_to")
    }


def undo(connection: Connection, block: int) -> None:
    """Take every versioned table back to the state after a block."""
    for table in VERSIONED:
        columns = table.__table__.c
        connection.execute(delete(table.__table__).where(columns.valid_from > block))
        ended_later = update(table.__table__).where(columns.valid_to > block)
        connection.execute(ended_later.values(valid_to=None))


def _begun(version: Version) -> Row:
    return version.row | {"valid_from": version.valid_from}


def _close(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    keys = table.primary_key.columns
    named = and_(*(column == bindparam(f"of_{column.name}") for column in keys))
    connection.execute(update(table).where(named).values(valid_to=bindparam("ended")), rows)


def _parts(keys: Iterable[Key], size: int) -> Iterator[list[Key]]:
    rest = iter(keys)
    while part := list(islice(rest, size)):
        yield part

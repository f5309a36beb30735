"""Which rows changed between two blocks: read from the versions themselves, so for any table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from indexer.changes import Key
from indexer.models import Versioned

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Succession:
    """A row's state before and after a block; None where there is none."""

    table: type[Versioned]
    key: Key
    block: int
    before: Columns | None
    after: Columns | None

    @property
    def kind(self) -> str:
        """`began`, `changed` or `ended`."""
        if self.before is None:
            return "began"
        return "changed" if self.after is not None else "ended"

    def differing(self) -> Columns | None:
        """The columns of the state before that are otherwise after it; None without a before."""
        if self.before is None or self.after is None:
            return self.before
        after = self.after
        return {name: value for name, value in self.before.items() if after[name] != value}

    def undone(self) -> "Succession":
        """The way back."""
        return Succession(self.table, self.key, self.block, self.after, self.before)


def successions(
    connection: Connection, tables: Iterable[type[Versioned]], first: int, last: int | None = None
) -> Iterator[Succession]:
    """Every change of the tables' rows in the blocks from `first` to `last`, by table and key."""
    for table in tables:
        for key, versions in _versions(connection, table, first, last).items():
            yield from _of_row(table, key, versions, first, last)


def _versions(
    connection: Connection, table: type[Versioned], first: int, last: int | None
) -> Mapping[Key, list[Columns]]:
    columns, keys = table.__table__.c, table.key_columns()
    bounds = [columns.valid_from >= first], [columns.valid_to >= first]
    if last is not None:
        bounds[0].append(columns.valid_from <= last)
        bounds[1].append(columns.valid_to <= last)
    touched = select(table.__table__).where(or_(*(_all(part) for part in bounds)))
    found: dict[Key, list[Columns]] = defaultdict(list)
    for row in connection.execute(touched.order_by(columns.valid_from)).mappings():
        found[tuple(row[name] for name in keys)].append(dict(row))
    return found


def _all(conditions: list[Any]) -> Any:
    first, *others = conditions
    for condition in others:
        first = first & condition
    return first


def _of_row(
    table: type[Versioned], key: Key, versions: list[Columns], first: int, last: int | None
) -> Iterator[Succession]:
    previous: Columns | None = None
    for version in versions:
        began = version["valid_from"]
        if previous is not None and previous["valid_to"] != began:
            yield Succession(table, key, previous["valid_to"], _state(previous), None)
            previous = None
        if began >= first:
            before = None if previous is None else _state(previous)
            yield Succession(table, key, began, before, _state(version))
        previous = version
    if previous is not None and _is_within(previous["valid_to"], first, last):
        yield Succession(table, key, previous["valid_to"], _state(previous), None)


def _is_within(block: int | None, first: int, last: int | None) -> bool:
    return block is not None and block >= first and (last is None or block <= last)


def _state(version: Columns) -> Columns:
    return {n: value for n, value in version.items() if n not in ("valid_from", "valid_to")}

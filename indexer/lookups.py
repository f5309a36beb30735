"""Indexes that only readers need of the tables that grow with every event.

Each row of a backlog would be put into a dozen of them, at a random place each time. A new index
therefore goes through a long backlog without, and has them made from whole tables at its end.
What is missing is seen from the database itself: after a crash anywhere, the next start goes on;
and what a newer version looks up otherwise, it finds without the index being made again.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog
from sqlalchemy import Column, Engine, Index, Table, inspect

from indexer.database import drop_indexes, make_index
from indexer.models import Block, Event, Unit, index_metadata

LARGE = (Block, Event, Unit)
#: Indexes that a server makes at a time, even of one table. SQLite has one writer.
AT_ONCE = 2

log = structlog.get_logger("indexer")


class Lookups:
    """The indexes of one database that may be missing while it goes through its backlog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._missing: list[Index] | None = None

    def leave_out(self) -> None:
        """Drop them; to be called while the tables are empty."""
        drop_indexes(self._engine, _all())
        self._missing = None

    def make_some(self) -> bool:
        """Make a missing one, or as many as the database can at a time; False when none was."""
        if self._missing is None:
            self._missing = self._absent()
        if not self._missing:
            return False
        count = 1 if self._engine.dialect.name == "sqlite" else AT_ONCE
        some = self._missing[-count:]
        names, left = ", ".join(str(index.name) for index in some), len(self._missing)
        log.info("making indexes for readers", indexes=names, left=left)
        # One of other columns has the same name.
        drop_indexes(self._engine, some)
        with ThreadPoolExecutor(count, "lookups") as threads:
            list(threads.map(partial(make_index, self._engine), some))
        del self._missing[-count:]
        return True

    def _absent(self) -> list[Index]:
        """Indexes of any table that are not there, or are of other columns."""
        there = inspect(self._engine).get_multi_indexes()
        known = {index["name"]: index["column_names"] for some in there.values() for index in some}
        wanted = (index for table in index_metadata.sorted_tables for index in _lookups(table))
        return [index for index in wanted if known.get(index.name) != _columns(index)]


def _all() -> Iterator[Index]:
    """Those of the large tables."""
    for table in LARGE:
        yield from _lookups(table.__table__)


def _lookups(table: Table) -> Iterator[Index]:
    """Unique ones stay: the indexer looks rows up by them, and they keep keys from being double.
    One of what is no column, the words of documents, is made with its table."""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if not index.unique and all(isinstance(each, Column) for each in index.expressions):
            yield index


def _columns(index: Index) -> list[str]:
    return [column.name for column in index.columns]

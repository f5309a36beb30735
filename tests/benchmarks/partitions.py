"""What partitions of the units would cost and bring on PostgreSQL, beside the table as it is.

Run by hand: `pytest tests/benchmarks/partitions.py -s --events 1000000`. All versions of the units
of a replayed chain are written once more, batch by batch, into a table as it is, one partitioned
by the block where a version begins, and one by whether it has ended. It asserts no time.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, MetaData, create_engine, text

from indexer.bulk import Values, bulk
from indexer.models import Unit
from indexer.versions import columns_of

from .replaying import indexing, measured, replaying

#: Blocks of a hundred events that are written in one transaction, and reads of each kind.
BLOCKS, READS, PARTS = 20, 300, 10
COLUMNS = columns_of(Unit)
KEY = COLUMNS.index("token_id")


class Layout:
    """A table of units on a connection of its own, so that its server's processor time is its."""

    def __init__(self, database: Engine, name: str, kind: str, blocks: Sequence[int]) -> None:
        self.connection = database.connect()
        self.table = Unit.__table__.to_metadata(MetaData(), name=name)
        self.clock = self.used = 0.0
        self.reads: dict[str, tuple[float, float]] = {}
        self._pid = self.connection.scalar(text("SELECT pg_backend_pid()"))
        for statement in _definition(name, kind, blocks):
            self.connection.execute(text(statement))
        self.connection.commit()

    def write(self, ended: list[Values], begun: list[Values]) -> None:
        """As the indexer writes a batch."""
        with self.timed():
            to = bulk(self.connection)
            if ended:
                to.end(self.table, ("token_id", "valid_from"), ended)
            to.insert(self.table, COLUMNS, begun)
            self.connection.commit()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Add to the clock and to the processor time of the server."""
        clock, used = time.perf_counter(), _used(self._pid)
        yield
        self.clock += time.perf_counter() - clock
        self.used += _used(self._pid) - used

    def ask(self, name: str, sql: str, asked: Sequence[dict[str, Any]]) -> None:
        """Median and longest milliseconds of a read."""
        took = []
        for values in asked:
            began = time.perf_counter()
            self.connection.execute(text(sql.replace("unit ", f"{self.table.name} ")), values).all()
            took.append(1000 * (time.perf_counter() - began))
        self.reads[name] = sorted(took)[len(took) // 2], max(took)

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()
        self.connection.engine.dispose()

    def undo(self, block: int) -> float:
        """Milliseconds to take the last blocks back; it is rolled back."""
        name, began = self.table.name, time.perf_counter()
        for statement in (
            f"DELETE FROM {name} WHERE valid_from > :block",
            f"UPDATE {name} SET valid_to = NULL WHERE valid_to > :block",
        ):
            self.connection.execute(text(statement), {"block": block})
        took = 1000 * (time.perf_counter() - began)
        self.connection.rollback()
        return took


def test_partitions(fresh_postgres_url: str, events: int, tmp_path: Path) -> None:
    database = create_engine(fresh_postgres_url)
    with replaying(tmp_path, events) as settings:
        measured(indexing(settings | {"database_url": fresh_postgres_url}))
    with database.connect() as source:
        first, last = source.execute(
            text("SELECT min(valid_from), max(valid_from) FROM unit")
        ).one()
        bounds = [first + (last + 1 - first) * part // PARTS for part in range(1, PARTS)]
        kinds = {"as it is": "none", "by first block": "block", "by whether ended": "end"}
        layouts = {
            title: Layout(database, f"unit_{kind}", kind, bounds) for title, kind in kinds.items()
        }
        _write(source, layouts, first, last)
        counted = {
            name: layout.connection.execute(
                text(
                    f"SELECT count(*), count(*) FILTER (WHERE valid_to IS NULL) "
                    f"FROM {layout.table.name}"
                )
            ).one()
            for name, layout in layouts.items()
        }
        whole = source.execute(
            text("SELECT count(*), count(*) FILTER (WHERE valid_to IS NULL) FROM unit")
        ).one()
        assert set(counted.values()) == {whole}
        _read(source, layouts, last)
        undone = {name: layout.undo(last - 64) for name, layout in layouts.items()}
        _show(layouts, undone, *whole)
        for layout in layouts.values():
            layout.close()


def _write(source: Connection, layouts: dict[str, Layout], first: int, last: int) -> None:
    listed = ", ".join(f'"{name}"' for name in COLUMNS[:-1])
    begins = text(f"SELECT {listed} FROM unit WHERE valid_from BETWEEN :low AND :high")
    # What ends within the batch that it began in is written ended, as the indexer writes it.
    ends = text(
        "SELECT valid_to, token_id, valid_from FROM unit "
        "WHERE valid_to BETWEEN :low AND :high AND valid_from < :low"
    )
    within = text(
        "SELECT token_id, valid_from, valid_to FROM unit "
        "WHERE valid_from BETWEEN :low AND :high AND valid_to <= :high"
    )
    order, chance = list(layouts.values()), random.Random(1)
    for low in range(first, last + 1, BLOCKS):
        bounds = {"low": low, "high": low + BLOCKS - 1}
        over = {(key, began): ended for key, began, ended in source.execute(within, bounds)}
        begun = [
            (*row, over.get((row[KEY], row[-1])))
            for row in map(tuple, source.execute(begins, bounds))
        ]
        ended = [tuple(row) for row in source.execute(ends, bounds)]
        chance.shuffle(order)
        for layout in order:
            layout.write(ended, begun)


def _read(source: Connection, layouts: dict[str, Layout], last: int) -> None:
    chosen = source.execute(
        text(
            "SELECT token_id, owner FROM unit WHERE valid_to IS NULL "
            "ORDER BY md5(token_id) LIMIT :n"
        ),
        {"n": READS},
    ).all()
    chance = random.Random(2)
    known = [{"id": one.token_id, "block": chance.randint(1, last)} for one in chosen]
    owned = [{"owner": one.owner} for one in chosen]
    past = "valid_from <= :block AND (valid_to IS NULL OR valid_to > :block)"
    questions: dict[str, tuple[str, Sequence[dict[str, Any]]]] = {
        "a unit by its id": ("SELECT * FROM unit WHERE token_id = :id AND valid_to IS NULL", known),
        "50 units of a holder": (
            "SELECT * FROM unit WHERE owner = :owner AND valid_to IS NULL LIMIT 50",
            owned,
        ),
        "a unit as of a block": (f"SELECT * FROM unit WHERE token_id = :id AND {past}", known),
        "all versions of a unit": ("SELECT * FROM unit WHERE token_id = :id ", known),
    }
    for layout in layouts.values():
        name = layout.table.name
        for statement in (
            f"CREATE INDEX ON {name} (owner, issued_at, quantity_kg) WHERE valid_to IS NULL",
            f"ANALYZE {name}",
        ):
            layout.connection.execute(text(statement))
        layout.connection.commit()
    for title, (sql, asked) in questions.items():
        for layout in layouts.values():
            layout.ask(title, sql, asked)


def _definition(name: str, kind: str, blocks: Sequence[int]) -> Iterator[str]:
    like = f"CREATE TABLE {name} (LIKE unit INCLUDING DEFAULTS)"
    if kind == "none":
        yield like
        yield f"ALTER TABLE {name} ADD PRIMARY KEY (token_id, valid_from)"
        yield f"CREATE UNIQUE INDEX ON {name} (token_id) WHERE valid_to IS NULL"
    elif kind == "block":
        yield f"{like} PARTITION BY RANGE (valid_from)"
        yield f"ALTER TABLE {name} ADD PRIMARY KEY (token_id, valid_from)"
        bounds = ["MINVALUE", *map(str, blocks), "MAXVALUE"]
        for place, (low, high) in enumerate(pairwise(bounds)):
            limits = f"FOR VALUES FROM ({low}) TO ({high})"
            yield f"CREATE TABLE {name}_{place} PARTITION OF {name} {limits}"
        # Unique it cannot be: no index reaches over partitions.
        yield f"CREATE INDEX ON {name} (token_id) WHERE valid_to IS NULL"
    else:
        yield f"{like} PARTITION BY LIST ((valid_to IS NULL))"
        yield f"CREATE TABLE {name}_now PARTITION OF {name} FOR VALUES IN (true)"
        yield f"CREATE TABLE {name}_past PARTITION OF {name} FOR VALUES IN (false)"
        # A key of both together is not to be had; each has its own.
        yield f"CREATE UNIQUE INDEX ON {name}_now (token_id)"
        yield f"CREATE UNIQUE INDEX ON {name}_past (token_id, valid_from)"
    yield f"CREATE INDEX ON {name} (valid_from)"
    yield f"CREATE INDEX ON {name} (valid_to) WHERE valid_to IS NOT NULL"


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _show(layouts: dict[str, Layout], undone: dict[str, float], rows: int, current: int) -> None:
    table = Table(title=f"{rows:,} versions of units, {current:,} of them current")
    table.add_column("")
    for name in layouts:
        table.add_column(name, justify="right")
    lines: dict[str, Callable[[Layout], str]] = {
        "written, versions/s": lambda one: f"{rows / one.clock:,.0f}",
        "µs of the server a version": lambda one: f"{1e6 * one.used / rows:.1f}",
        "MB with indexes": lambda one: f"{_size(one) / 1e6:,.0f}",
    }
    for line, figure in lines.items():
        table.add_row(line, *map(figure, layouts.values()))
    for read in next(iter(layouts.values())).reads:
        shown = (
            f"{middle:.2f} / {most:.1f}"
            for middle, most in (layout.reads[read] for layout in layouts.values())
        )
        table.add_row(f"{read}, median / longest ms", *shown)
    table.add_row("undo of 64 blocks, ms", *(f"{ms:.1f}" for ms in undone.values()))
    Console().print(table)


def _size(layout: Layout) -> int:
    found: int = layout.connection.scalar(
        text(
            "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_partition_tree(:name) "
            "WHERE isleaf"
        ),
        {"name": layout.table.name},
    ) or layout.connection.scalar(
        text("SELECT pg_total_relation_size(:name)"), {"name": layout.table.name}
    )
    return found

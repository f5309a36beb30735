"""Whether the index is as fast at its end as at its beginning, and how fast it is read then.

Run by hand: `pytest tests/benchmarks/scale.py -s --events 5000000 --buffers 4GB`, or without
`--buffers` on a server as it is installed. The chain is a replayed one (`replay.py`): anvil holds
no five million events in comfort. It asserts no time.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, Select, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from indexer.models import Checkpoint, Event, Unit, as_of

from .replay import FIRST, PER_BLOCK
from .replaying import indexing, measured, replaying
from .servers import server_in

PARTS, READS = 10, 200


@pytest.fixture
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a server of its own, set up as decision 0039 says when `--buffers` is given."""
    folder = Path(tempfile.mkdtemp(prefix="ogcr-pg-"))
    quick = ("fsync = off", "synchronous_commit = off")
    buffers = request.config.getoption("--buffers")
    again = server_in(folder, buffers, *quick, cleanup_mode="delete")
    yield again.get_uri(driver="psycopg")
    again.cleanup()


def test_scale(server_url: str, events: int, tmp_path: Path) -> None:
    database = create_engine(server_url)
    with replaying(tmp_path, events) as settings:
        process = indexing(settings | {"database_url": server_url})
        seen = _watched(process, database)
        run = measured(process)
    _show_rates(seen, events)
    used, peak = 1e6 * run["cpu_seconds"] / events, run["peak_mib"]
    whole = f"{run['seconds']:,.0f} s in all, readers' indexes included"
    Console().print(f"{whole}; {used:.1f} µs of the processor an event, peak memory {peak:.0f} MiB")
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Event.__table__)) == events
    _show_reads(database)
    _show_sizes(database)


class Look(NamedTuple):
    """Where the index was: the clock, the block, and seconds of the processor used so far by the
    indexer and by the server for it."""

    at: float
    block: int
    used: float


def _watched(process: subprocess.Popen[str], database: Engine) -> list[Look]:
    """Looks about once a second, until the indexer ends."""
    used: dict[int, float] = {}
    seen = [Look(time.perf_counter(), 0, 0.0)]
    while process.poll() is None:
        time.sleep(1.0)
        try:
            with database.connect() as connection:
                block = connection.scalar(select(Checkpoint.block_number)) or 0
                servants = connection.scalars(text(_SERVANTS)).all()
        except DBAPIError:
            continue
        used |= {pid: _used(pid) for pid in (process.pid, *servants)}
        seen.append(Look(time.perf_counter(), block, sum(used.values())))
        if len(seen) % 60 == 0:
            Console().print(f"block {block:,} after {seen[-1].at - seen[0].at:,.0f} s")
    return seen


#: The server's processes that work for the indexer; this one's own does not.
_SERVANTS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _used(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _show_rates(seen: list[Look], events: int) -> None:
    table = Table(title=f"{events:,} events of a replayed chain (not mined) into PostgreSQL")
    for column in ("tenth", "events/s", "of the first", "µs of the processor", "of the first"):
        table.add_column(column, justify="right")
    share, ends = events // PARTS, [seen[0]]
    for part in range(PARTS):
        ends.append(_reached(seen, FIRST + share * (part + 1) // PER_BLOCK))
    spans = [(two.at - one.at, two.used - one.used) for one, two in pairwise(ends)]
    for part, (seconds, used) in enumerate(spans, 1):
        speed, cost = f"{share / seconds:,.0f}", f"{1e6 * used / share:.1f}"
        ratios = f"{spans[0][0] / seconds:.0%}", f"{used / spans[0][1]:.0%}"
        table.add_row(str(part), speed, ratios[0], cost, ratios[1])
    Console().print(table)


def _reached(seen: list[Look], block: int) -> Look:
    """When a block was reached, between the two looks around it."""
    for before, after in pairwise(seen):
        if after.block >= block - 1:
            part = min(1.0, (block - before.block) / max(1, after.block - before.block))
            at = before.at + (after.at - before.at) * part
            return Look(at, block, before.used + (after.used - before.used) * part)
    return seen[-1]


def _show_reads(database: Engine) -> None:
    columns, now = Unit.__table__.c, as_of(Unit)
    with database.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
        some = connection.execute(select(Unit.__table__).where(now).limit(READS)).all()
        units = connection.scalar(select(func.count()).select_from(Unit.__table__).where(now))
        asked = {
            "a unit by its id": lambda one: columns.token_id == one.token_id,
            "50 units of a holder": lambda one: columns.owner == one.owner,
            "50 units of a report": lambda one: columns.report_id == one.report_id,
        }
        table = Table(title=f"reads of {units:,} current units, one at a time")
        for column in ("read", "median ms", "plan"):
            table.add_column(column)
        for name, condition in asked.items():
            whole = select(Unit.__table__).limit(50)
            statements = [whole.where(now, condition(one)) for one in some]
            times = sorted(_timed(connection, one) for one in statements)
            middle = f"{1000 * times[len(times) // 2]:.2f}"
            table.add_row(name, middle, _plan(connection, statements[0]))
        Console().print(table)


def _timed(connection: Connection, statement: Select[Any]) -> float:
    started = time.perf_counter()
    connection.execute(statement).all()
    return time.perf_counter() - started


def _plan(connection: Connection, statement: Select[Any]) -> str:
    literal = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
    rows = connection.execute(text(f"EXPLAIN {literal}".replace(":", r"\:"))).scalars().all()
    return next(row.strip(" ->").split("(cost")[0] for row in rows if "Scan" in row)


def _show_sizes(database: Engine) -> None:
    """What takes room, and whether reading current rows has to go through ended ones."""
    table = Table(title="size")
    for column in ("table", "rows", "MB", "MB of indexes"):
        table.add_column(column, justify="right")
    with database.connect() as connection:
        for name in ("event", "unit", "block"):
            size = (
                f"pg_table_size('{name}'), pg_indexes_size('{name}'), (SELECT count(*) FROM {name})"
            )
            heap, indexes, rows = connection.execute(text(f"SELECT {size}")).one()
            table.add_row(name, f"{rows:,}", f"{heap / 1e6:,.0f}", f"{indexes / 1e6:,.0f}")
    Console().print(table)

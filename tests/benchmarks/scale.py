"""Whether the index is as fast at its end as at its beginning, and how fast it is read then.

Run by hand: `pytest tests/benchmarks/scale.py -s --events 5000000`. The chain is a replayed one
(`replay.py`): anvil holds no five million events in comfort. It asserts no time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, Select, create_engine, func, select, text

from indexer.abi import Abi
from indexer.deployments import CONTRACT_NAMES
from indexer.follower import Follower
from indexer.models import Checkpoint, Event, Unit, as_of
from indexer.settings import IndexerSettings

from ..indexer.stage import MANIFEST  # noqa: TID252

PARTS, READS = 10, 200


@pytest.fixture
def replayed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of the server, and the folder of the record of where its contracts are."""
    names = {name: "0x" + f"{n + 1:02x}" * 20 for n, name in enumerate(CONTRACT_NAMES)}
    topics = {event.name: event.topic for event in Abi.load(MANIFEST).events_of("CRU")}
    events = request.config.getoption("--events")
    arguments = [str(events), names["CRU"], json.dumps(topics)]
    command = [sys.executable, str(Path(__file__).with_name("replay.py")), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        placed = {name: {"address": address, "block": 1} for name, address in names.items()}
        record = {"chain_id": 31337, "forwarder": "0x" + "00" * 20, "contracts": placed}
        (tmp_path / "31337.json").write_text(json.dumps(record))
        yield f"http://127.0.0.1:{port}", tmp_path
        server.kill()


def test_scale(replayed: tuple[str, Path], fresh_postgres_url: str, events: int) -> None:
    url, folder = replayed
    settings = IndexerSettings(
        database_url=fresh_postgres_url,
        rpc_urls=(url,),
        deployments=folder,
        documents=folder,
        artifacts=MANIFEST,
        finality_depth=100,
        subscribe=False,
    )
    database = create_engine(fresh_postgres_url)
    with Follower(settings) as follower:
        seen = _watched(follower, database)
    _show_rates(seen, events)
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Event.__table__)) == events
    _show_reads(database)


def _watched(follower: Follower, database: Engine) -> list[tuple[float, int]]:
    """Catch up, and note the time and block now and then."""
    seen, done = [(time.perf_counter(), 0)], threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            try:
                with database.connect() as connection:
                    block = connection.scalar(select(Checkpoint.block_number)) or 0
            except Exception:
                continue
            seen.append((time.perf_counter(), block))
            if len(seen) % 60 == 0:
                Console().print(f"block {block:,} after {seen[-1][0] - seen[0][0]:,.0f} s")

    watcher = threading.Thread(target=watch)
    watcher.start()
    follower.catch_up()
    seen.append((time.perf_counter(), follower.checkpoint.block_number))
    done.set()
    watcher.join()
    return seen


def _show_rates(seen: list[tuple[float, int]], events: int) -> None:
    table = Table(title=f"{events:,} events of a replayed chain (not mined) into PostgreSQL")
    for column in ("tenth of the events", "events/s", "of the first"):
        table.add_column(column, justify="right")
    share, rates = events // PARTS, []
    ends = [_moment(seen, 10 + share * (part + 1) // 100) for part in range(PARTS)]
    for part, end in enumerate(ends):
        rates.append(share / (end - (ends[part - 1] if part else seen[0][0])))
        table.add_row(str(part + 1), f"{rates[-1]:,.0f}", f"{rates[-1] / rates[0]:.0%}")
    Console().print(table)


def _moment(seen: list[tuple[float, int]], block: int) -> float:
    """When a block was reached, between the two looks around it."""
    for (before, low), (after, high) in pairwise(seen):
        if high >= block - 1:
            part = (block - low) / max(1, high - low)
            return before + (after - before) * min(1.0, part)
    return seen[-1][0]


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

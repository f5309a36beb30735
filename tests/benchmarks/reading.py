"""How fast everything is read from a large registry, and that no query wants for an index.

Run by hand: `pytest tests/benchmarks/reading.py -s` (some minutes and 10 GB on each database for a
registry of 100,000 projects, 300,000 reports and 1,000,000 units; `--thousandths 10` of it for a
first look). With `--kept FOLDER` the registry stays in that folder, and is there the next time; the
folder's name has to be short, as PostgreSQL's socket lies below it, and its server may be set up
by `--buffers 1GB` as decision 0039 says. It asserts no time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pytest
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, inspect, text

from api.main import create_app
from api.memory import settle
from api.migrations import migrate
from api.settings import ApiSettings
from api.telemetry.logs import configure_logs
from indexer.database import create_index_tables, drop_index_tables
from indexer.lookups import Lookups

from .holdings import CHAIN_ID, Holdings, fill
from .plans import Asked, watched, without_index
from .questions import questions
from .servers import server_in

_SERVERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"


@dataclass
class Timing:
    """Seconds by the clock, and of processor (this process, and on PostgreSQL its servers)."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    size: int = 0


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the registry is made."""
    kept = request.config.getoption("--kept")
    return Path(kept).resolve() if kept else tmp_path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, place: Path) -> str:
    """The URL of each kind of database: an empty one, or the one that is kept."""
    if request.param == "sqlite":
        return f"sqlite:///{place / 'index.db'}"
    if request.config.getoption("--kept"):
        buffers = request.config.getoption("--buffers")
        server = server_in(place / "pg", buffers, cleanup_mode="stop")
        url: str = server.get_uri(driver="psycopg")
    else:
        url = request.getfixturevalue("fresh_postgres_url")
    return url


@pytest.fixture
def nowhere() -> Iterator[TextIO]:
    """Where the lines of the log go; later ones, such as the server's when it is stopped, as well,
    which would be written to a file that is closed."""
    with Path(os.devnull).open("w") as file:
        yield file
        logging.getLogger().handlers[:] = [logging.NullHandler()]


@pytest.fixture
def large(
    request: pytest.FixtureRequest, database_url: str, place: Path, nowhere: TextIO
) -> tuple[FastAPI, Holdings]:
    """An API over a large registry."""
    share = request.config.getoption("--thousandths")
    held = Holdings(100 * share, 300 * share, 1000 * share)
    settings = ApiSettings(
        database_url=database_url,
        rpc_urls=("http://127.0.0.1:1",),
        chain_id=CHAIN_ID,
        documents=place / "documents",
        seal_key_file=place / "key",
        public_url="https://registry.example",
        rate_reads="1000000/second",
    )
    # As the server itself does.
    configure_logs(nowhere, json_logs=True)
    app = create_app(settings)
    settle()
    engine = app.state.registry.engine
    # The migrations come last, so what was begun and not ended is made anew.
    if not inspect(engine).has_table("api_version"):
        began = time.perf_counter()
        drop_index_tables(engine, feed=True)
        fill(engine, settings.documents, held)
        Console().print(f"made in {time.perf_counter() - began:,.0f} s")
    # Of a registry that was kept by an earlier version, tables and indexes may be missing.
    create_index_tables(engine)
    migrate(engine)
    while Lookups(engine).make_some():
        pass
    return app, held


def test_reading(large: tuple[FastAPI, Holdings], request: pytest.FixtureRequest) -> None:
    app, held = large
    engine = app.state.registry.engine
    timings, asked = asyncio.run(_measured(app, held, request.config.getoption("--turns")))
    _show(timings, engine, held)
    missing = {name: found for name, found in _wanting(engine, asked) if found}
    assert missing == {}


async def _measured(
    app: FastAPI, held: Holdings, turns: int
) -> tuple[dict[str, Timing], dict[str, list[Asked]]]:
    """Each question once, watched, and then as often as is wanted, in turns."""
    timings: dict[str, Timing] = defaultdict(Timing)
    asked: dict[str, list[Asked]] = {}
    engine = app.state.registry.engine
    for name, path in questions(held, 0):
        with watched(engine) as seen:
            await answer_to(app, path)
        asked[name] = list(seen)
    servers = _servers(engine)
    for turn in range(1, turns + 1):
        for name, path in questions(held, turn):
            clock, processor = time.perf_counter(), _processor(servers)
            size = len(await answer_to(app, path))
            timings[name].clock.append(time.perf_counter() - clock)
            timings[name].processor.append(_processor(servers) - processor)
            timings[name].size = size
    return timings, asked


async def answer_to(app: FastAPI, path: str) -> bytes:
    """Let the application answer, without a socket."""
    where, _, query = path.partition("?")
    sent: list[Any] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"registry.example")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(part.get("body", b"") for part in sent)
    assert sent[0]["status"] == 200, (path, body[:500])
    return body


def _servers(engine: Engine) -> list[int]:
    """Processes of PostgreSQL that answer the application; SQLite works in its own process."""
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.scalars(text(_SERVERS)))


def _processor(servers: list[int]) -> float:
    """Seconds that this process and its servers had a core, to the nanosecond (Linux)."""
    spent = (Path(f"/proc/{one}/schedstat").read_text().split()[0] for one in servers)
    return time.process_time() + sum(map(int, spent)) / 1e9


def _wanting(engine: Engine, asked: dict[str, list[Asked]]) -> Iterator[tuple[str, list[str]]]:
    for name, queries in asked.items():
        found = []
        for query in queries:
            with engine.connect() as connection:
                found += without_index(connection, query)
        yield name, found


def _show(timings: dict[str, Timing], engine: Engine, held: Holdings) -> None:
    title = (
        f"{engine.dialect.name}: {held.projects:,} projects, {held.reports:,} reports, "
        f"{held.units:,} units, made in the tables (not indexed from a chain); "
        "one request at a time, no socket"
    )
    table = Table(title=title)
    for column in (
        "read",
        "p50 ms",
        "p99 ms",
        "best ms",
        "processor ms",
        "a second and core",
        "kB",
    ):
        table.add_column(column, justify="left" if column == "read" else "right")
    for name, timing in timings.items():
        clock = sorted(timing.clock)
        processor = sum(timing.processor) / len(timing.processor)
        figures = (clock[len(clock) // 2], clock[len(clock) * 99 // 100], clock[0], processor)
        rate = f"{1 / processor:,.0f}" if processor else ""
        table.add_row(
            name, *(f"{1000 * one:.2f}" for one in figures), rate, f"{timing.size / 1000:.0f}"
        )
    Console(width=120).print(table)

"""What the audit log costs readers and writers: `pytest tests/benchmarks/trail.py -s --turns 20`.

Both are asked in turns within one process, so that a busy machine slows both alike: the ratio
counts.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from starlette.types import ASGIApp, Message

from api.access.links import Attempt
from api.access.trail import Trail, append
from api.access.witness import Witness
from api.main import create_app
from indexer.database import transaction

from ..api import documents  # noqa: TID252
from ..api.conftest import deployed  # noqa: F401, TID252
from ..api.world import World  # noqa: TID252

AT_ONCE = 200
say = Console(highlight=False).print


@pytest.fixture
def world(deployed: Any, tmp_path: Path) -> Iterator[World]:  # noqa: F811
    with World.opened(deployed, tmp_path) as made:
        made.register(documents.forest())
        yield made


def unwitnessed(world: World) -> ASGIApp:
    """The same application without the log."""
    app = create_app(world.settings)
    app.user_middleware = [one for one in app.user_middleware if one.cls is not Witness]
    return app


async def asked(app: ASGIApp, path: str, headers: list[tuple[bytes, bytes]]) -> int:
    """The status of one GET."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    await app(scope, receive, send)
    return statuses[0]


async def timed(app: ASGIApp, path: str, headers: list[tuple[bytes, bytes]]) -> list[float]:
    """Milliseconds of each request."""
    found = []
    for _ in range(AT_ONCE):
        began = time.perf_counter()
        assert await asked(app, path, headers) == 200
        found.append(1000 * (time.perf_counter() - began))
    return found


def test_what_a_read_costs(world: World, request: pytest.FixtureRequest) -> None:
    turns = request.config.getoption("--turns")
    logged, plain = world.app, unwitnessed(world)
    key = [(b"authorization", world.shown["Authorization"].encode())]
    for path, headers in (("/conformance", []), ("/projects", []), ("/projects", key)):

        async def both(path: str = path, headers: Any = headers) -> tuple[Any, Any, float]:
            found: tuple[list[float], list[float]] = ([], [])
            spent = 0.0
            for _ in range(turns):
                for place, app in enumerate((logged, plain)):
                    gc.collect()
                    before = time.process_time()
                    found[place].extend(await timed(app, path, headers))
                    await asyncio.sleep(0.2)
                    spent += (time.process_time() - before) * (1 if place == 0 else -1)
            return *found, 1e6 * spent / (turns * AT_ONCE)

        with_log, without, processor = asyncio.run(both())
        who = "key" if headers else "anybody"
        for name, took in (("with", with_log), ("without", without)):
            cut = statistics.quantiles(took, n=100)
            say(f"{path} {who} {name} log: p50 {cut[49]:.3f} ms, p99 {cut[98]:.3f} ms")
        ratio = statistics.median(with_log) / statistics.median(without)
        say(f"{path} {who}: p50 with / without {ratio:.3f}, {processor:+.0f} µs of processor each")


def test_what_an_entry_costs(world: World) -> None:
    attempt = Attempt(
        1, "key:1", "1", "GET /projects", "/projects", "allowed", 200, "r", "192.0.2.1"
    )
    made = world.app.state.registry.engine
    for many in (1, 100, 1000):
        began = time.perf_counter()
        with transaction(made) as session:
            append(session, [attempt] * many)
        say(f"{many} entries in {1000 * (time.perf_counter() - began):.1f} ms")
    trail = Trail(made)
    took = []
    for _ in range(50):
        began = time.perf_counter()
        trail.note(attempt, at_once=True).result()
        took.append(1000 * (time.perf_counter() - began))
    say(f"written before it is answered: p50 {statistics.median(took):.1f} ms")
    trail.stop()

"""How fast an empty index catches up with a chain, beside what each step alone would allow.

Run by hand: `pytest tests/benchmarks/backfill.py -s --events 120000`. It asserts no time. Where
others use the machine, the seconds of the processor say more than those of the clock.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, func, select

from indexer import journal
from indexer.abi import Abi
from indexer.batches import Batch
from indexer.chain import Header, Log, logs_from
from indexer.database import create_index_tables, engine, transaction
from indexer.events import EventDecoder
from indexer.identity import UnitId
from indexer.models import Event
from indexer.versions import WorkingSet
from indexer.writing import uncollected

from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import MANIFEST, Registry, blocks_of_units  # noqa: TID252

PARTS, MOVED, RETIRED, JOINED = 100, 12, 6, 10
AT_ONCE = 1_500


@pytest.fixture(scope="module")
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    """A chain of random life cycles, and of a block of units that is cut up, piece by piece."""
    node = Node()
    registry = Registry(node)
    Play(registry, seed=1, name="bench").open()
    _fill(registry, request.config.getoption("--events"))
    yield registry
    node.close()


def _fill(registry: Registry, events: int) -> None:
    """Each block: a hundred new units; some of them move, some are retired, some joined again."""
    held = [one for one in blocks_of_units(registry) if one["status"] == "held"]
    whole = max(held, key=lambda one: one["quantityKg"])
    rest, owner = UnitId.from_token_id(whole["id"]), whole["owner"]
    claim = (2, "0x" + "77" * 32, "for the climate", 0, 0)
    for _ in range(0, events, PARTS + MOVED + 2 * RETIRED + JOINED + 4):
        amounts = [1] * (PARTS - 1) + [rest.quantity_kg - PARTS + 1]
        parts = list(_cut(rest, amounts))
        registry.send(owner, "CRU", "split", rest.token_id, amounts)
        moved, retired = parts[:MOVED], parts[MOVED : MOVED + RETIRED]
        for part in moved:
            arguments = (owner, registry.holders[0], part.token_id)
            registry.send(owner, "CRU", "transferFrom", *arguments)
        for part in retired:
            registry.send(owner, "CRU", "retire", part.token_id, part.quantity_kg, claim)
        joined = parts[MOVED + RETIRED :][:JOINED]
        registry.send(owner, "CRU", "merge", [part.token_id for part in joined])
        registry.node.mine()
        rest = parts[-1]
    registry.node.mine(70)


def _cut(unit: UnitId, amounts: list[int]) -> Iterator[UnitId]:
    first = unit.first_kg
    for kg in amounts:
        yield UnitId(unit.report_id, unit.vintage, first, kg)
        first += kg


def test_backfill(registry: Registry, database_url: str, tmp_path: Path) -> None:
    registry.save(tmp_path)
    settings = {
        "database_url": database_url,
        "rpc_urls": [registry.node.url],
        "deployments": str(tmp_path),
        "documents": str(tmp_path),
        "artifacts": str(MANIFEST),
    }
    command = [sys.executable, str(Path(__file__).with_name("indexing.py")), json.dumps(settings)]
    run = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    with create_engine(database_url).connect() as connection:
        events = connection.scalar(select(func.count()).select_from(Event.__table__)) or 0
    assert events > 0
    _show(Steps(registry, tmp_path).measured(), run, database_url, events)


def _show(steps: dict[str, list[float]], run: dict[str, float], url: str, events: int) -> None:
    table = Table(title=f"{events:,} events into {url.split(':')[0]}")
    for column in ("step", "events/s by the clock", "µs of the processor"):
        table.add_column(column, justify="left" if column == "step" else "right")
    for step, (seconds, used) in steps.items():
        table.add_row(f"{step} alone", f"{events / seconds:,.0f}", f"{1e6 * used / events:.1f}")
    taken, used = run["seconds"], run["cpu_seconds"]
    whole = f"{events / taken:,.0f}", f"{1e6 * used / events:.1f}"
    table.add_row("the indexer, its start included", *whole)
    Console().print(table)
    Console().print(f"peak memory of the indexer: {run['peak_mib']:,.0f} MiB")


class Steps:
    """The steps of the indexer, one after the other in one thread, each timed by itself.

    Storing is SQLite's in any case; PostgreSQL's is done by its own processes.
    """

    def __init__(self, registry: Registry, folder: Path) -> None:
        self._registry = registry
        self._url = f"sqlite:///{folder}/steps.db"
        self._taken: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def measured(self) -> dict[str, list[float]]:
        """Seconds by the clock and of the processor, by step; as the indexer does them."""
        with uncollected():
            self._measure()
        return self._taken

    def _measure(self) -> None:
        with self._timed("fetching"):
            answers = self._fetched()
        decoder = EventDecoder(Abi.load(MANIFEST), self._registry.deployments)
        database = engine(self._url)
        create_index_tables(database)
        with database.connect() as connection:
            working = WorkingSet(connection)
            for part in _parts(answers):
                with self._timed("decoding"):
                    logs = logs_from(part)
                    times = dict.fromkeys((log.block_hash for log in logs), 0)
                    batch = Batch(logs[0].block_number, _headers(logs), decoder.decode(logs, times))
                with self._timed("deriving"):
                    prepared = journal.prepared(batch, working)
                    connection.rollback()
                with self._timed("storing in SQLite"), transaction(database) as session:
                    journal.append(session.connection(), prepared)

    def _fetched(self) -> list[Any]:
        addresses = list(self._registry.deployments.addresses)
        bounds = {"fromBlock": "0x0", "toBlock": "latest", "address": addresses}
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [bounds]}
        reply = httpx.post(self._registry.node.url, json=body, timeout=300)
        found: list[Any] = reply.json()["result"]
        return found

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started, used = time.perf_counter(), time.process_time()
        yield
        self._taken[step][0] += time.perf_counter() - started
        self._taken[step][1] += time.process_time() - used


def _parts(answers: list[Any]) -> Iterator[list[Any]]:
    """Whole blocks, some at a time."""
    part: list[Any] = []
    for answer in answers:
        if len(part) >= AT_ONCE and answer["blockNumber"] != part[-1]["blockNumber"]:
            yield part
            part = []
        part.append(answer)
    yield part


def _headers(logs: list[Log]) -> list[Header]:
    blocks = {log.block_number: log.block_hash for log in logs}
    return [Header(number, named, named, 0, 0) for number, named in sorted(blocks.items())]

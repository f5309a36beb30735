"""How fast an empty index catches up with a chain, beside what the node alone can give.

Run by hand: `pytest tests/benchmarks/backfill.py -s --events 120000`. It asserts no time.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, func, select

from indexer.abi import Abi
from indexer.chain import Chain
from indexer.events import EventDecoder
from indexer.follower import Follower
from indexer.identity import UnitId
from indexer.models import Event
from indexer.rpc import Rpc
from indexer.settings import IndexerSettings

from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import MANIFEST, Registry, blocks_of_units  # noqa: TID252

PARTS = 100
SPLITS_A_BLOCK = 3


@pytest.fixture(scope="module")
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    """A chain of random life cycles, and of one block of units split and merged again and again."""
    node = Node()
    registry = Registry(node)
    Play(registry, seed=1, name="bench").open()
    fill(registry, request.config.getoption("--events"))
    yield registry
    node.close()


def fill(registry: Registry, events: int) -> None:
    """Split and merge the largest block of units until there are about so many events."""
    held = [one for one in blocks_of_units(registry) if one["status"] == "held"]
    whole = max(held, key=lambda one: one["quantityKg"])
    unit, owner = UnitId.from_token_id(whole["id"]), whole["owner"]
    share = unit.quantity_kg // PARTS
    amounts = [share] * (PARTS - 1) + [unit.quantity_kg - share * (PARTS - 1)]
    starts = [unit.first_kg + share * i for i in range(PARTS)]
    parts = [
        UnitId(unit.report_id, unit.vintage, start, kg).token_id
        for start, kg in zip(starts, amounts, strict=True)
    ]
    for done in range(0, events, 2 * (PARTS + 2)):
        registry.send(owner, "CRU", "split", unit.token_id, amounts)
        registry.send(owner, "CRU", "merge", parts)
        if done // (2 * (PARTS + 2)) % SPLITS_A_BLOCK == SPLITS_A_BLOCK - 1:
            registry.node.mine()
    registry.node.mine(2)


def test_backfill(registry: Registry, database_url: str, tmp_path: Path) -> None:
    registry.save(tmp_path / "deployments")
    settings = IndexerSettings(
        database_url=database_url,
        rpc_urls=(registry.node.url,),
        deployments=tmp_path / "deployments",
        documents=tmp_path / "documents",
        artifacts=MANIFEST,
    )
    started = time.perf_counter()
    with Follower(settings) as follower:
        follower.catch_up()
    seconds = time.perf_counter() - started
    engine = create_engine(database_url)
    with engine.connect() as connection:
        events = connection.scalar(select(func.count()).select_from(Event.__table__)) or 0
    assert events > 0
    _show(registry, engine.dialect.name, events, seconds)


def _show(registry: Registry, database: str, events: int, seconds: float) -> None:
    fetched, decoded = _limits(registry)
    table = Table(title=f"{events:,} events into {database}")
    for column in ("step", "events/s", "of the node's limit"):
        table.add_column(column, justify="left" if column == "step" else "right")
    rates = {
        "fetch alone (one request, raw)": fetched,
        "decode alone": decoded,
        "index: fetch, decode, derive, store": events / seconds,
    }
    for step, rate in rates.items():
        table.add_row(step, f"{rate:,.0f}", f"{rate / fetched:.1%}")
    Console().print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Console().print(f"peak memory of the whole test process: {peak:,.0f} MiB")


def _limits(registry: Registry) -> tuple[float, float]:
    addresses = list(registry.deployments.addresses)
    bounds = {"fromBlock": "0x0", "toBlock": "latest", "address": addresses}
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [bounds]}
    started = time.perf_counter()
    count = len(httpx.post(registry.node.url, json=body, timeout=300).json()["result"])
    fetching = time.perf_counter() - started
    chain = Chain(Rpc((registry.node.url,), 300.0))
    _, logs, _ = chain.logs_in(0, registry.node.head, addresses)
    timestamps = dict.fromkeys((log.block_hash for log in logs), 0)
    started = time.perf_counter()
    EventDecoder(Abi.load(MANIFEST), registry.deployments).decode(logs, timestamps)
    return count / fetching, count / (time.perf_counter() - started)

"""How soon an event is in the index after the node announced its block, and how soon a
reorganisation of 64 blocks is repaired, beside what one question to the node takes.

Run by hand: `pytest tests/benchmarks/live.py -s --blocks 60`. It asserts no time.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, select
from sqlalchemy.exc import DBAPIError

from indexer.follower import Follower
from indexer.heads import Heads
from indexer.models import Checkpoint
from indexer.settings import IndexerSettings

from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import MANIFEST, Registry  # noqa: TID252

DEPTH, REPAIRS, LOOK_SECONDS = 64, 5, 0.002


@pytest.fixture
def play() -> Iterator[Play]:
    node = Node()
    play = Play(Registry(node), seed=1, name="live")
    play.open()
    yield play
    node.close()


class Reader:
    """Another connection to the index, as the API has one."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)

    def wait_for(self, block_hash: str, seconds: float = 30) -> float:
        """The moment at which the index stands on a block."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if self._reached() == block_hash:
                return time.perf_counter()
            time.sleep(LOOK_SECONDS)
        raise TimeoutError("The index did not come to the head.")

    def _reached(self) -> str | None:
        try:
            with self._engine.connect() as connection:
                return connection.scalar(select(Checkpoint.block_hash))
        except DBAPIError:
            return None  # the indexer has not made its tables yet


@contextmanager
def running(settings: IndexerSettings) -> Iterator[None]:
    with Follower(settings) as follower:
        thread = threading.Thread(target=follower.run)
        thread.start()
        try:
            yield
        finally:
            follower.stop()
            thread.join()


@pytest.mark.parametrize("subscribe", [True, False], ids=["announced", "polled"])
def test_live(
    play: Play, database_url: str, tmp_path: Path, subscribe: bool, request: pytest.FixtureRequest
) -> None:
    registry = play.registry
    registry.save(tmp_path)
    settings = IndexerSettings(
        database_url=database_url,
        rpc_urls=(registry.node.url,),
        deployments=tmp_path,
        documents=tmp_path,
        artifacts=MANIFEST,
        subscribe=subscribe,
    )
    with running(settings):
        reader = Reader(database_url)
        reader.wait_for(_head(registry))
        time.sleep(1)
        blocks = request.config.getoption("--blocks")
        seconds = [_one_block(play, reader) for _ in range(blocks)]
        repairs = [_one_repair(play, reader) for _ in range(REPAIRS)]
    asked = [_question(registry) for _ in range(20)]
    kind = "announced" if subscribe else "polled every 250 ms"
    table = Table(title=f"{create_engine(database_url).dialect.name}, heads {kind}; milliseconds")
    for column in ("what", "median", "95th", "longest"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for what, found in (
        ("one question to the node (the limit is three)", asked),
        (f"block announced to event readable, {blocks} blocks", seconds),
        (f"reorganisation of {DEPTH} blocks to repaired", repairs),
    ):
        longest = sorted(found)
        late = longest[int(len(found) * 0.95) - 1]
        row = (statistics.median(found), late, longest[-1])
        table.add_row(what, *(f"{1000 * value:,.0f}" for value in row))
    Console().print(table)


def _one_block(play: Play, reader: Reader) -> float:
    play.approve()
    told: list[float] = []
    heads = Heads((play.registry.node.url,), lambda: told.append(time.perf_counter()))
    heads.start()
    while not told:
        time.sleep(0.001)
    told.clear()
    play.registry.node.mine()
    head = _head(play.registry)
    while not told:
        time.sleep(0.001)
    seen = reader.wait_for(head) - told[0]
    heads.close()
    return max(seen, 0.0)


def _one_repair(play: Play, reader: Reader) -> float:
    node = play.registry.node
    mark = node.snapshot()
    play.act(DEPTH, per_block=1)
    reader.wait_for(_head(play.registry))
    node.revert(mark)
    play.act(DEPTH, per_block=1)
    node.mine()
    started = time.perf_counter()
    return reader.wait_for(_head(play.registry)) - started


def _question(registry: Registry) -> float:
    started = time.perf_counter()
    _head(registry)
    return time.perf_counter() - started


def _head(registry: Registry) -> str:
    return str(registry.node.rpc("eth_getBlockByNumber", "latest", False)["hash"])

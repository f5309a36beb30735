"""What the change feed costs a backfill: the same chain indexed without it and with it.

Run by hand: `pytest tests/benchmarks/feed.py -s --events 20000`. It asserts no time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, func, select, text

from indexer.database import drop_index_tables
from indexer.follower import Follower
from indexer.models import Event, RowChange
from indexer.settings import IndexerSettings

from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import MANIFEST, Registry  # noqa: TID252
from .backfill import fill

MODES = ("off", "head", "all")


@pytest.fixture(scope="module")
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    node = Node()
    registry = Registry(node)
    Play(registry, seed=1, name="bench").open()
    fill(registry, request.config.getoption("--events"), apart=True)
    yield registry
    node.close()


def test_feed(registry: Registry, database_url: str, tmp_path: Path) -> None:
    registry.save(tmp_path / "deployments")
    engine = create_engine(database_url)
    table = Table(title=f"backfill into {engine.dialect.name} by when the feed begins")
    for column in ("feed", "events/s", "of off", "records"):
        table.add_column(column, justify="right")
    rates: dict[str, float] = {}
    for mode in MODES:
        settings = IndexerSettings(
            database_url=database_url,
            rpc_urls=(registry.node.url,),
            deployments=tmp_path / "deployments",
            documents=tmp_path / "documents",
            artifacts=MANIFEST,
            feed=mode,
        )
        started = time.perf_counter()
        with Follower(settings) as follower:
            follower.catch_up()
        seconds = time.perf_counter() - started
        with engine.connect() as connection:
            events = connection.scalar(select(func.count()).select_from(Event.__table__)) or 0
            records = connection.scalar(select(func.count()).select_from(RowChange.__table__)) or 0
        rates[mode] = events / seconds
        share = rates[mode] / rates["off"]
        table.add_row(mode, f"{rates[mode]:,.0f}", f"{share:.1%}", f"{records:,}")
        drop_index_tables(engine)
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE row_change"))
            connection.execute(text("DROP TABLE feed_position"))
    Console().print(table)

"""What the change feed costs a backfill: the same chain indexed without it and with it.

Run by hand: `pytest tests/benchmarks/feed.py -s --events 20000`. It asserts no time.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from indexer.database import drop_index_tables
from indexer.database import engine as database
from indexer.follower import Follower
from indexer.models import Event, RowChange
from indexer.settings import FeedMode, IndexerSettings

from ..indexer.stage import MANIFEST, Registry  # noqa: TID252
from .backfill import registry

__all__ = ["registry"]


def test_feed(registry: Registry, database_url: str, tmp_path: Path) -> None:
    registry.save(tmp_path)
    engine = database(database_url)
    table = Table(title=f"backfill into {engine.dialect.name} by when the feed begins")
    for column in ("feed", "events/s by the clock", "µs of the processor", "records"):
        table.add_column(column, justify="right")
    for mode in get_args(FeedMode):
        settings = IndexerSettings(
            database_url=database_url,
            rpc_urls=(registry.node.url,),
            deployments=tmp_path,
            documents=tmp_path,
            artifacts=MANIFEST,
            feed=mode,
        )
        began, used = time.perf_counter(), time.process_time()
        with Follower(settings) as follower:
            follower.catch_up()
        seconds, used = time.perf_counter() - began, time.process_time() - used
        with engine.connect() as connection:
            events = connection.scalar(select(func.count()).select_from(Event.__table__)) or 0
            records = connection.scalar(select(func.count()).select_from(RowChange.__table__)) or 0
        assert events > 0
        spent = f"{events / seconds:,.0f}", f"{1e6 * used / events:.1f}"
        table.add_row(mode, *spent, f"{records:,}")
        drop_index_tables(engine, feed=True)
    engine.dispose()
    Console().print(table)

"""Waiting for an index to arrive."""

from __future__ import annotations

import time

from sqlalchemy import select

from indexer.database import create_index_tables, engine, snapshot
from indexer.models import Checkpoint
from indexer.settings import IndexerSettings

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from .stage import Registry


def wait_until_at_head(
    registry: Registry, settings: IndexerSettings, seconds: float = PATIENCE_SECONDS
) -> None:
    """Until the index says that it stands on the node's newest block."""
    head = registry.node.rpc("eth_getBlockByNumber", "latest", False)["hash"]
    database = engine(settings.database_url)
    create_index_tables(database)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with snapshot(database) as session:
            if session.scalar(select(Checkpoint.block_hash)) == head:
                database.dispose()
                return
        time.sleep(0.02)
    raise AssertionError("The index did not come to the head.")

"""The digest of an index made from nothing, to hold against the one that lived."""

import tempfile
from pathlib import Path

from indexer.database import engine, snapshot
from indexer.digest import digest
from indexer.errors import TryLater
from indexer.follower import Follower
from indexer.models import Block
from indexer.settings import IndexerSettings


def fresh_digest(settings: IndexerSettings, block: int, block_hash: str) -> str:
    """Index the whole chain into a file that is thrown away; gives its digest as of a block.

    Raises `TryLater` when the chain has moved from that block meanwhile.
    """
    with tempfile.TemporaryDirectory(prefix="ogcr-verify-") as folder:
        url = f"sqlite:///{Path(folder) / 'index.db'}"
        own = {"database_url": url, "deployment_name": "", "feed": "off"}
        with Follower(settings.model_copy(update=own)) as follower:
            follower.catch_up()
        database = engine(url)
        try:
            with snapshot(database) as session:
                found = session.get(Block, block)
                if found is not None and found.hash != block_hash:
                    raise TryLater(f"The chain has moved from block {block}: verify again.")
                return digest(session, block)
        finally:
            database.dispose()

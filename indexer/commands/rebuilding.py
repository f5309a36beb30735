"""`rebuild`: the index again from the chain."""

import argparse

from indexer.commands.command import DONE, Command, writing
from indexer.database import drop_index_tables
from indexer.follower import Follower
from indexer.settings import IndexerSettings


def run(settings: IndexerSettings, _options: argparse.Namespace) -> int:
    """Drop the index and make it again from the chain; the change feed stays and says so."""
    with writing(settings, "rebuild") as database:
        drop_index_tables(database)
    with Follower(settings) as follower:
        follower.catch_up()
    return DONE


COMMAND = Command(run, ("python -m indexer rebuild",))

"""`rollback`: the index as it was after a block."""

import argparse

from indexer.commands.command import (
    DONE,
    Command,
    block_at_moment,
    checkpoint_of,
    deployments_of,
    writing,
)
from indexer.database import check_index_tables, snapshot
from indexer.rollback import roll_back
from indexer.settings import IndexerSettings


def run(settings: IndexerSettings, options: argparse.Namespace) -> int:
    """Take the index back to the state after a block; `run` goes on from there.

    What is undone is read from the chain again. The change feed tells it like a reorganisation.
    """
    with writing(settings, "roll it back") as database:
        check_index_tables(database)
        with snapshot(database) as session:
            checkpoint = checkpoint_of(session)
            block = block_at_moment(session, checkpoint, options.to)
        reached = roll_back(database, deployments_of(settings, checkpoint), settings, block)
    where = "before its first block" if reached is None else f"at block {reached.block_number}"
    print(f"the index holds the state after block {block}, and is {where}")
    return DONE


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", metavar="BLOCK", required=True, help="a block, a date, or a transaction's block"
    )


COMMAND = Command(
    run,
    ("python -m indexer rollback --to 18000000", "python -m indexer rollback --to 2025-12-31"),
    _options,
)

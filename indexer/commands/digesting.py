"""`digest`: one hash for the state of the index."""

import argparse

from indexer.commands.command import DONE, Command, block_at_moment, reading
from indexer.digest import digest
from indexer.settings import IndexerSettings


def run(settings: IndexerSettings, options: argparse.Namespace) -> int:
    """Print block and digest of the index, now or as of `--block`."""
    with reading(settings) as (session, checkpoint):
        block = block_at_moment(session, checkpoint, options.block)
        print(block, digest(session, None if options.block is None else block))
    return DONE


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--block", metavar="MOMENT", help="as of this block, date, or transaction's block"
    )


COMMAND = Command(
    run,
    ("python -m indexer digest", "python -m indexer digest --block 2025-12-31"),
    _options,
)

"""`verify`: the index held against the chain."""

import argparse
import sys
import time

from sqlalchemy import delete
from sqlmodel import Session

from indexer.abi import Abi
from indexer.chain import Chain, Header
from indexer.commands.command import (
    DIFFERS,
    DONE,
    Command,
    block_at_moment,
    deployments_of,
    reading,
)
from indexer.database import engine, transaction
from indexer.digest import digest
from indexer.models import Checkpoint, Verification
from indexer.rpc import Rpc
from indexer.settings import IndexerSettings
from indexer.verification import verify_rows
from indexer.verification.anew import fresh_digest

SHOWN = 50


def run(settings: IndexerSettings, options: argparse.Namespace) -> int:
    """Compare every row with the contracts' views, and the digest with that of a fresh index.

    Another process may follow the chain meanwhile: what is compared is one state of the index, and
    the chain at the very block. A past block needs a node that has its state. The outcome is kept
    for `status` and for the metrics.
    """
    rpc = Rpc(settings.rpc_urls, settings.request_timeout)
    try:
        with reading(settings) as (session, checkpoint):
            block = block_at_moment(session, checkpoint, options.block)
            done = list(_compared(settings, options, session, checkpoint, block, Chain(rpc)))
    finally:
        rpc.close()
    database = engine(settings.index_url)
    with transaction(database) as session:
        for found in done:
            session.execute(delete(Verification).where(Verification.__table__.c.kind == found.kind))
            session.add(found)
    database.dispose()
    return DIFFERS if any(found.differing for found in done) else DONE


def _compared(
    settings: IndexerSettings,
    options: argparse.Namespace,
    session: Session,
    checkpoint: Checkpoint,
    block: int,
    chain: Chain,
) -> list[Verification]:
    (header,) = chain.headers([block])
    found = []
    if not options.digest_only:
        deployments, abi = deployments_of(settings, checkpoint), Abi.load(settings.artifacts)
        result = verify_rows(session, chain, abi, deployments, header)
        for difference in result.differences[:SHOWN]:
            print(difference)
        differing = len(result.differences)
        print(f"{result.compared} values at block {block}, {differing} differ")
        found.append(_outcome("rows", header, result.compared, differing))
    if not options.rows_only:
        own, fresh = digest(session, block), fresh_digest(settings, block, header.hash)
        print(f"digest {own} at block {block}, of a fresh index {fresh}")
        found.append(_outcome("digest", header, 1, int(own != fresh)))
    if found and any(entry.differing for entry in found):
        print("the index differs from the chain: `python -m indexer rebuild`", file=sys.stderr)
    return found


def _outcome(kind: str, block: Header, compared: int, differing: int) -> Verification:
    return Verification(
        kind=kind,
        block_number=block.number,
        block_hash=block.hash,
        verified_at=int(time.time()),
        compared=compared,
        differing=differing,
    )


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--block", metavar="MOMENT", help="at this block, date, or transaction's block"
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--rows-only", action="store_true", help="no fresh index")
    only.add_argument("--digest-only", action="store_true", help="no views")


COMMAND = Command(
    run,
    (
        "python -m indexer verify",
        "python -m indexer verify --rows-only --rpc-url http://archive-node",
        "python -m indexer verify --digest-only --block 18000000",
    ),
    _options,
)

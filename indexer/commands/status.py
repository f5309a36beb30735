"""`status`: how far the index is, and what is known beside it."""

import argparse
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlmodel import Session

from indexer.commands.command import DONE, Command, reading
from indexer.models import (
    Checkpoint,
    DocumentFinding,
    Event,
    FailedCall,
    FeedPosition,
    ScannedBlock,
    Verification,
)
from indexer.settings import IndexerSettings

Line = tuple[str, str]


def run(settings: IndexerSettings, _options: argparse.Namespace) -> int:
    """Tell how far the index is, how sure that is, and what was found about documents."""
    with reading(settings) as (session, checkpoint):
        lines = [*_position(session, checkpoint), *_beside(session)]
    for name, text in lines:
        print(f"{name:<10} {text}")
    return DONE


def _position(session: Session, checkpoint: Checkpoint) -> Iterator[Line]:
    behind = checkpoint.head_number - checkpoint.block_number
    yield "chain", str(checkpoint.chain_id)
    yield "block", f"{checkpoint.block_number} {checkpoint.block_hash}"
    yield "behind", f"{behind} blocks of head {checkpoint.head_number}, as last seen"
    yield "safe", str(checkpoint.safe_number)
    yield "finalized", str(checkpoint.finalized_number)
    yield "events", str(session.scalar(select(func.count()).select_from(Event)))


def _beside(session: Session) -> Iterator[Line]:
    position = session.scalars(select(FeedPosition)).first()
    yield "feed", f"cursor {position.last_cursor}" if position else "not begun"
    yield "documents", _documents(session)
    scanned = session.scalars(select(ScannedBlock)).first()
    failed = session.scalar(select(func.count()).select_from(FailedCall))
    yield "failed", f"{failed} calls, searched to {scanned.block_number}" if scanned else "not kept"
    for verified in session.scalars(select(Verification).order_by(Verification.kind)):
        found = f"{verified.differing} of {verified.compared} differ"
        yield verified.kind, f"{found} at block {verified.block_number}"


def _documents(session: Session) -> str:
    status = DocumentFinding.__table__.c.status
    counted = select(status, func.count()).group_by(status).order_by(status)
    found = [f"{number} {word}" for word, number in session.execute(counted)]
    return ", ".join(found) or "none examined"


COMMAND = Command(run, ("python -m indexer status",))

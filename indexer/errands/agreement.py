"""Writing about what may be undone at any moment: only while the index still has it."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel import Session

from indexer.errors import ChainMoved
from indexer.models import Block, Checkpoint

_checkpoints, _blocks = Checkpoint.__table__.c, Block.__table__.c


def hold_index(session: Session) -> int:
    """Keep the indexer from moving until this transaction ends; gives the block it stands at.

    Raises `ChainMoved` when it moves at this very moment.
    """
    reached = session.scalar(select(_checkpoints.block_number).with_for_update())
    if reached is None:
        raise ChainMoved("The index moves.")
    return int(reached)


def require_blocks(session: Session, hashes: Mapping[int, str]) -> None:
    """Hold the index, and see that it has these blocks; raises `ChainMoved` when it does not.

    Blocks without events that lie far below the head are remembered by nobody, and are taken as
    the node told them.
    """
    if hold_index(session) < max(hashes):
        raise ChainMoved("The index has left these blocks.")
    searched = _blocks.number.between(min(hashes), max(hashes))
    for number, found in session.execute(select(_blocks.number, _blocks.hash).where(searched)):
        if hashes.get(number, found) != found:
            raise ChainMoved(f"The index has another block {number}.")

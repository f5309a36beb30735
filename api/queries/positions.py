"""Queries: where the index stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from sqlmodel import Session, select

from api.errors import Detail, ParameterError, UnavailableError
from api.parameters import unix_time
from api.queries.statements import Blocks, Checkpoints
from api.snapshot import Position, Snapshot
from indexer.database import block_at


def newest(session: Session) -> Position:
    """The newest indexed position; raises `UnavailableError` before the first block."""
    checkpoint = session.exec(select(Checkpoints)).first()
    if checkpoint is None:
        message = "The index holds no block yet; start the indexer or wait a moment."
        raise UnavailableError(message, headers={"Retry-After": "2"})
    return Position.of(checkpoint)


def snapshot_at(session: Session, as_of: str | None) -> Snapshot:
    """The state at a block number, date or time, or the newest one.

    Raises `ParameterError` when the index has not come that far.
    """
    position = newest(session)
    if as_of is None:
        return Snapshot(session, position)
    number = int(as_of) if as_of.isdigit() else block_at(session, unix_time(as_of, time.max))
    if number > position.block_number:
        message = f"The index has come to block {position.block_number}; ask for that or earlier."
        raise ParameterError(message, [Detail("as_of", "INVALID_PARAMETER", message)])
    return Snapshot(session, _past(session, position, number), number)


def _past(session: Session, newest: Position, number: int) -> Position:
    found = session.get(Blocks, number)
    return replace(
        newest,
        block_number=number,
        block_hash=found.hash if found else None,
        block_time=found.timestamp if found else None,
    )

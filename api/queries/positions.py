"""Queries: where the index stands."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, select

from api.cursors import START, Cursor
from api.errors import Detail, GoneError, ParameterError, UnavailableError
from api.queries.prepared import Prepared
from api.queries.statements import Blocks, Checkpoints, Reorganisations
from api.snapshot import Position, Snapshot
from indexer.models import Versioned
from indexer.moments import MomentUnknown, block_of

_CHECKPOINT = Prepared(lambda _: select(Checkpoints))


def newest(session: Session) -> Position:
    """The newest indexed position; raises `UnavailableError` before the first block."""
    found = _CHECKPOINT.at(session, None)
    if not found:
        message = "The index holds no block yet; start the indexer or wait a moment."
        raise UnavailableError(message, headers={"Retry-After": "2"})
    return Position.of(found[0])


def snapshot_at(session: Session, as_of: str | None) -> Snapshot:
    """The state at a block number, date or time, or of a transaction's block, or the newest one.

    Raises `ParameterError` when the index has not come that far, or does not know it.
    """
    position = newest(session)
    if as_of is None:
        return Snapshot(session, position)
    number = _number_of(session, as_of)
    if number > position.block_number:
        message = f"The index has come to block {position.block_number}; ask for that or earlier."
        raise ParameterError(message, [Detail("as_of", "INVALID_PARAMETER", message)])
    return Snapshot(session, _past(session, position, number), number)


def snapshot_of(session: Session, cursor: Cursor) -> Snapshot:
    """The state that a cursor's pages are of; raises `GoneError` when the chain has taken it back.

    While no block follows it is the newest one, which is read the fastest.
    """
    position = newest(session)
    query = select(Reorganisations.number).where(
        Reorganisations.number > cursor.reorganisations, Reorganisations.fork_number < cursor.block
    )
    if cursor.block > position.block_number or session.exec(query.limit(1)).first():
        raise GoneError(
            f"The chain took back block {cursor.block}, which this cursor's pages are of; begin "
            f"again with cursor={START}."
        )
    if cursor.block == position.block_number:
        return Snapshot(session, position)
    return Snapshot(session, _past(session, position, cursor.block), cursor.block)


def first_block(
    session: Session, table: type[Versioned], *conditions: ColumnElement[bool]
) -> int | None:
    """The block in which the first row began for which the conditions hold, None without one."""
    began = func.min(table.__table__.c.valid_from)
    found: int | None = session.scalar(select(began).where(*conditions))
    return found


def _number_of(session: Session, as_of: str) -> int:
    try:
        return block_of(session, as_of)
    except MomentUnknown as unknown:
        message = str(unknown)
        raise ParameterError(message, [Detail("as_of", "INVALID_PARAMETER", message)]) from unknown


def _past(session: Session, newest: Position, number: int) -> Position:
    found = session.get(Blocks, number)
    return replace(
        newest,
        block_number=number,
        block_hash=found.hash if found else None,
        block_time=found.timestamp if found else None,
    )

"""Moments: a block number, a date or time, or a transaction, as the block whose state is meant."""

import re
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlmodel import Session

from indexer.database import block_at
from indexer.models import Event
from schemas.formats import read_date, read_date_time

MOMENT_FORM = (
    "give a block number, a date or date and time (UTC), as in 2025-01-31 or "
    "2025-01-31T12:00:00Z, or the hash of a transaction (0x and 64 hex digits)"
)
_DATE_FORM = "give a date or date and time (UTC), as in 2025-01-31 or 2025-01-31T12:00:00Z"
_BLOCK, _TRANSACTION = re.compile(r"[0-9]{1,15}"), re.compile(r"0x[0-9a-fA-F]{64}")


class MomentUnknown(ValueError):
    """The index knows no block of that moment; the message says what is known."""


def unix_time(text: str, of_day: time) -> int:
    """UNIX seconds of a date (at `of_day`, UTC) or date-time; raises ValueError for the rest."""
    day = read_date(text)
    moment = datetime.combine(day, of_day, UTC) if day else read_date_time(text)
    if moment is None:
        raise ValueError(_DATE_FORM)
    return int(moment.timestamp())


def check_moment(text: str) -> None:
    """Raise ValueError unless the text is of one of the forms."""
    if not _BLOCK.fullmatch(text) and not _TRANSACTION.fullmatch(text):
        try:
            unix_time(text, time.max)
        except ValueError as error:
            raise ValueError(MOMENT_FORM) from error


def block_of(session: Session, text: str) -> int:
    """The block at whose end the meant state held.

    A date means the end of its UTC day, a time that second, a transaction the block that holds it.
    Raises `MomentUnknown` for a transaction without an event of ours, ValueError for other forms.
    """
    check_moment(text)
    if _BLOCK.fullmatch(text):
        return int(text)
    if _TRANSACTION.fullmatch(text):
        return _block_of_transaction(session, text.lower())
    return block_at(session, unix_time(text, time.max))


def _block_of_transaction(session: Session, tx_hash: str) -> int:
    events = Event.__table__.c
    found = session.scalar(select(events.block_number).where(events.tx_hash == tx_hash).limit(1))
    if found is None:
        raise MomentUnknown(
            f"The index holds no event of the transaction {tx_hash}: it is not indexed yet, was "
            "reverted, is on no branch any more, or does not concern this registry."
        )
    return int(found)

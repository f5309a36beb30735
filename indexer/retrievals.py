"""Attempts to have a document: made sooner when somebody hands it in."""

from sqlalchemy import update
from sqlmodel import Session

from indexer.models import DocumentRetrieval

_retrievals = DocumentRetrieval.__table__


def examine_soon(session: Session, digest: str) -> None:
    """Let the document of a hash be looked for, and examined, in the next round of errands."""
    waiting = update(_retrievals).where(_retrievals.c.hash == digest)
    session.execute(waiting.values(next_attempt_at=0))

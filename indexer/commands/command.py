"""What a command is, how it ends, and what it opens first."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, inspect, select
from sqlmodel import Session

from indexer.database import check_index_tables, engine, snapshot
from indexer.deployments import Deployments
from indexer.errors import StopLoudly, TryLater
from indexer.lock import writer_lock
from indexer.models import Checkpoint
from indexer.settings import IndexerSettings

DONE, DIFFERS, USAGE, NOT_POSSIBLE, NOT_NOW = range(5)
CODES = (
    "Exit codes: 0 done, 1 verify found a difference, 2 usage, 3 not possible (the message says "
    "what to mend), 4 not now (nothing is indexed that far, or node or database are in trouble)."
)


class NotIndexed(TryLater):
    """The index does not hold what is asked for yet."""


def no_options(_parser: argparse.ArgumentParser) -> None:
    """For commands that take the common options alone."""


@dataclass(frozen=True)
class Command:
    """`run` does it and gives the exit code; its docstring is the help, with `examples` below."""

    run: Callable[[IndexerSettings, argparse.Namespace], int]
    examples: tuple[str, ...]
    options: Callable[[argparse.ArgumentParser], None] = no_options


@contextmanager
def reading(settings: IndexerSettings) -> Iterator[tuple[Session, Checkpoint]]:
    """One state of the index with its checkpoint; raises `NotIndexed` when there is none yet."""
    found = engine(settings.index_url)
    try:
        check_index_tables(found)
        with snapshot(found) as session:
            yield session, checkpoint_of(session)
    finally:
        found.dispose()


@contextmanager
def writing(settings: IndexerSettings, purpose: str) -> Iterator[Engine]:
    """The database while no indexer writes it; raises `StopLoudly` when one does."""
    found = engine(settings.index_url)
    lock = writer_lock(found)
    if not lock.acquire():
        raise StopLoudly(f"An indexer writes this database: stop it before you {purpose}.")
    try:
        yield found
    finally:
        lock.release()
        found.dispose()


def checkpoint_of(session: Session) -> Checkpoint:
    """Where the index stands; raises `NotIndexed` before its first block."""
    found = None
    if inspect(session.connection()).has_table(Checkpoint.__table__.name):
        found = session.scalars(select(Checkpoint)).first()
    if found is None:
        raise NotIndexed("nothing is indexed yet")
    return found


def block_at_moment(session: Session, checkpoint: Checkpoint, moment: str | None) -> int:
    """The block that a moment means, the newest without one; raises `NotIndexed` beyond it."""
    if moment is None:
        return checkpoint.block_number
    # With the formats of dates come GEOS and PROJ, 35 MiB that an indexer that runs need not have.
    from indexer.moments import MomentUnknown, block_of

    try:
        block = block_of(session, moment)
    except MomentUnknown as unknown:
        raise NotIndexed(str(unknown)) from unknown
    except ValueError as error:
        raise StopLoudly(f"“{moment}” is no moment: {error}.") from error
    if block > checkpoint.block_number:
        newest = checkpoint.block_number
        raise NotIndexed(f"block {block} is not indexed yet: {newest} is the newest")
    return block


def deployments_of(settings: IndexerSettings, checkpoint: Checkpoint) -> Deployments:
    """The contracts whose index it is, without asking a node for the chain."""
    return Deployments.load(settings.deployments, checkpoint.chain_id)

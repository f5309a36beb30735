"""Takes the index back because a person says so, in the same way as a reorganisation does."""

from sqlalchemy import Engine

from indexer import journal
from indexer.database import transaction
from indexer.deployments import Deployments
from indexer.feed import Feed
from indexer.journal import Marks
from indexer.models import Checkpoint
from indexer.settings import IndexerSettings


def roll_back(
    engine: Engine, deployments: Deployments, settings: IndexerSettings, block: int
) -> Checkpoint | None:
    """Undo every later block; the caller holds the writer's lock. Gives the new checkpoint."""
    with transaction(engine) as session:
        connection = session.connection()
        known = journal.read_checkpoint(connection, deployments)
        if known is None or known.block_number <= block:
            return known
        marks = Marks.in_(known)
        entry = Feed(settings.feed, settings.feed_records).opened(connection, known)
        journal.undo_to(connection, block, entry)
        reached = journal.write_checkpoint(connection, deployments, marks)
        if entry is not None:
            entry.close(reached, marks.finalized)
    return reached

"""When the feed is written: from the first batch on, from finality on, or never; how much stays."""

from dataclasses import dataclass

from sqlalchemy import Connection

from indexer.feed.writing import FeedEntry
from indexer.models import Checkpoint
from indexer.settings import FeedMode


@dataclass(frozen=True, slots=True)
class Feed:
    """How the feed of one index is written; `records` is how many stay, 0 for all of them.

    With `head` an index that is made from the past begins its feed where it comes near the head,
    with `all` at its first block. Once begun, it goes on whatever the distance to the head.
    """

    mode: FeedMode = "head"
    records: int = 0

    def opened(self, connection: Connection, known: Checkpoint | None) -> FeedEntry | None:
        """The part of the feed that a transaction writes, which begins at a checkpoint."""
        if self.mode == "off":
            return None
        return FeedEntry(connection, known, self.records, from_start=self.mode == "all")

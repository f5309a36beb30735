"""The change feed: what became of which row in which block, and what a reorganisation took back."""

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from indexer.models.base import IndexTable


class RowChange(IndexTable, table=True):
    """One record of the feed; never changed, and never deleted by a reorganisation.

    `kind` is `began`, `changed` or `ended` of a row, `rolled_back` of one of these, or one of the
    two records that are about the whole index: `reorganised` (its state is again that after
    `block_number`) and `restarted` (what lies between the record before it and the state after
    `block_number` is not in the feed). `row_key`, `before` and `after` are JSON text: `after` the
    whole row, `before` the columns that were otherwise. `log_index` is the place of the last event
    that touched the row in the block.
    """

    __tablename__ = "row_change"
    cursor: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str
    table_name: str | None = None
    row_key: str | None = Field(default=None, sa_type=Text)
    block_number: int = Field(sa_type=BigInteger)
    block_hash: str | None = None
    log_index: int | None = None
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)


class FeedPosition(IndexTable, table=True):
    """Where the feed stands; one row.

    `last_cursor` was given last, records up to `dropped_cursor` are kept no longer, and the feed
    is complete through the block `through_number`.
    """

    __tablename__ = "feed_position"
    place: int = Field(default=1, primary_key=True)
    last_cursor: int = Field(sa_type=BigInteger)
    dropped_cursor: int = Field(default=0, sa_type=BigInteger)
    through_number: int | None = Field(default=None, sa_type=BigInteger)
    through_hash: str | None = None

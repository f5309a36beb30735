"""The events as they were, the blocks followed, and how far the index is."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field

from indexer.models.base import IndexTable


class Event(IndexTable, table=True):
    """An event of our contracts; `arguments` are the decoded ones by name, integers as text."""

    # A page of units asks for the block of each one's transaction: its index says that as well.
    __table_args__ = (Index("ix_event_tx_hash", "tx_hash", "block_number"),)
    block_number: int = Field(primary_key=True, sa_type=BigInteger)
    log_index: int = Field(primary_key=True)
    block_hash: str
    tx_hash: str
    tx_index: int
    address: str
    contract: str
    name: str = Field(index=True)
    arguments: dict[str, Any] = Field(sa_type=JSON)


class Block(IndexTable, table=True):
    """A followed block; those without events are kept only near the head."""

    number: int = Field(primary_key=True, sa_type=BigInteger)
    hash: str = Field(index=True)
    parent_hash: str
    timestamp: int = Field(sa_type=BigInteger)


class Checkpoint(IndexTable, table=True):
    """How far the index is; one row, written in the transaction of the batch it describes."""

    chain_id: int = Field(primary_key=True, sa_type=BigInteger)
    block_number: int = Field(sa_type=BigInteger)
    block_hash: str
    block_timestamp: int = Field(sa_type=BigInteger)
    head_number: int = Field(sa_type=BigInteger)
    finalized_number: int = Field(sa_type=BigInteger)
    safe_number: int = Field(sa_type=BigInteger)
    deployments_hash: str


class Reorganisation(IndexTable, table=True):
    """A repair: blocks after the fork that the index had and the chain has no longer.

    It stays when the index is made again. `is_below_finality` when the node had called a lost block
    final, or more blocks were lost than the configured depth: what was read before may have been
    believed final. `noticed_at` is the indexer's own clock, UNIX seconds.
    """

    number: int = Field(primary_key=True, sa_type=BigInteger)
    fork_number: int = Field(sa_type=BigInteger)
    lost_number: int = Field(sa_type=BigInteger)
    lost_hash: str
    finalized_number: int = Field(sa_type=BigInteger)
    is_below_finality: bool = Field(index=True)
    head_number: int = Field(sa_type=BigInteger)
    head_hash: str
    noticed_at: int = Field(sa_type=BigInteger)

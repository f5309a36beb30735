"""One state of the index for one answer, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection
from sqlmodel import Session

from api.encoding import moment_text
from indexer.database import connection_of
from indexer.models import Checkpoint, Versioned, as_of


@dataclass(frozen=True)
class Position:
    """The block that an answer is about, and where the chain's finality stood at that time.

    `block_hash` and `block_time` (UNIX seconds) are unknown for a past block that held no event.
    """

    chain_id: int
    block_number: int
    block_hash: str | None
    block_time: int | None
    indexed_number: int
    head_number: int
    safe_number: int
    finalized_number: int

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Position:
        """The newest position of the index."""
        return cls(
            checkpoint.chain_id,
            checkpoint.block_number,
            checkpoint.block_hash,
            checkpoint.block_timestamp,
            checkpoint.block_number,
            checkpoint.head_number,
            checkpoint.safe_number,
            checkpoint.finalized_number,
        )

    @property
    def finality(self) -> str:
        """`latest`, `safe` or `finalized`, of the block itself."""
        return self.finality_of(self.block_number)

    @property
    def is_past(self) -> bool:
        """Whether an earlier block is meant than the newest indexed one."""
        return self.block_number < self.indexed_number

    @property
    def lag_blocks(self) -> int:
        """Blocks between the newest indexed one and the newest that the indexer has heard of."""
        return max(0, self.head_number - self.indexed_number)

    def finality_of(self, block: int | None) -> str:
        """How sure what happened in a block is."""
        if block is not None and block <= self.finalized_number:
            return "finalized"
        return "safe" if block is not None and block <= self.safe_number else "latest"

    def as_json(self) -> dict[str, Any]:
        """The member `ogcr:index` of an answer."""
        return {
            "chain_id": self.chain_id,
            "block_number": self.block_number,
            "block_hash": self.block_hash,
            "block_time": moment_text(self.block_time),
            "finality": self.finality,
            "lag_blocks": self.lag_blocks,
        }

    def headers(self) -> dict[str, str]:
        """The headers that every derived answer carries."""
        return {
            "OGCR-Block-Number": str(self.block_number),
            **({"OGCR-Block-Hash": self.block_hash} if self.block_hash else {}),
            "OGCR-Finality": self.finality,
            "OGCR-Lag": str(self.lag_blocks),
        }


@dataclass(frozen=True)
class Snapshot:
    """A read-only session on one state of the index; `block` is None for the newest."""

    session: Session
    position: Position
    block: int | None = None

    @cached_property
    def connection(self) -> Connection:
        """The connection of the session, which looks for it anew each time it is asked."""
        return connection_of(self.session)

    def not_yet(self, began: int | None) -> str | None:
        """The end of a sentence about what began in a later block than the one that is read."""
        if self.block is None or began is None or began <= self.block:
            return None
        return f"at block {self.block}: it came in block {began}; ask for as_of={began} or later."

    def valid(self, table: type[Versioned]) -> ColumnElement[bool]:
        """The condition on the rows of a table that belong to this state."""
        return as_of(table, self.block)

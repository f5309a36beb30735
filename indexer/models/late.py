"""What is found out after a block is indexed: undone with the block, and no part of the digest."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Text
from sqlmodel import Field

from indexer.models.base import IndexTable


class Late(IndexTable):
    """A row found out about a block, which goes when a reorganisation takes the block away."""

    block_number: int = Field(sa_type=BigInteger, index=True)


class FailedCall(Late, table=True):
    """A call of one of our contracts that was reverted, and so left no event.

    `place` counts the failed calls of one transaction. `sender` is whom the contract took for the
    caller (through the forwarder: the signer), `origin` who signed the transaction, `through` the
    contract that passed the call on. `error_data` is what came back, `error` and
    `error_arguments` the same decoded; `error_source` says how it was had: `trace`, `replay` (the
    call made again on the state before its block) or `unknown`.
    """

    __tablename__ = "failed_call"
    block_number: int = Field(primary_key=True, sa_type=BigInteger)
    tx_index: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    block_hash: str
    timestamp: int = Field(sa_type=BigInteger)
    tx_hash: str = Field(index=True)
    sender: str = Field(index=True)
    origin: str
    through: str | None = None
    contract: str
    function: str | None = None
    arguments: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    calldata: str = Field(sa_type=Text)
    error: str | None = Field(default=None, index=True)
    error_arguments: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    error_data: str | None = Field(default=None, sa_type=Text)
    error_source: str


class ScannedBlock(Late, table=True):
    """How far the search for failed calls has come: one row, its block the last one searched."""

    __tablename__ = "scanned_block"
    block_number: int = Field(primary_key=True, sa_type=BigInteger)
    block_hash: str


class DocumentFinding(Late, table=True):
    """What was found about a document that a row anchors.

    `table_name`, `row_key` and `column_name` name the anchor, `block_number` is where its row
    begins. `status` is `missing`, `valid` or `invalid`; `reasons` are the faults of the document
    by itself, `differences` what the chain says otherwise.
    """

    __tablename__ = "document_finding"
    table_name: str = Field(primary_key=True)
    row_key: str = Field(primary_key=True)
    column_name: str = Field(primary_key=True)
    hash: str = Field(index=True)
    kind: str
    status: str = Field(index=True)
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    differences: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    examined_at: int = Field(sa_type=BigInteger)


class DocumentRetrieval(IndexTable, table=True):
    """Attempts to fetch a document that the store lacks: about its hash alone, so never undone.

    Times are UNIX seconds; `outcome` says in a sentence what the last attempt brought.
    """

    __tablename__ = "document_retrieval"
    hash: str = Field(primary_key=True)
    attempts: int = 0
    next_attempt_at: int = Field(default=0, sa_type=BigInteger, index=True)
    last_attempt_at: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str | None = Field(default=None, sa_type=Text)


class Verification(IndexTable, table=True):
    """The last time the index was held against the chain: what was compared, what differed."""

    kind: str = Field(primary_key=True)
    block_number: int = Field(sa_type=BigInteger)
    block_hash: str
    verified_at: int = Field(sa_type=BigInteger)
    compared: int = Field(sa_type=BigInteger)
    differing: int = Field(sa_type=BigInteger)


LATE: tuple[type[Late], ...] = (FailedCall, ScannedBlock, DocumentFinding)

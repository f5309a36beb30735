"""Changes: the feed of every row, and what the chain took back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, RootModel

from api.models.answers import Answer, Finality, IndexPosition, Link


class Reorganisation(Answer):
    """Blocks that the chain took back after they had been read: those after `fork_block`."""

    number: int
    fork_block: int
    lost_block: int
    lost_block_hash: str
    depth: int
    below_finality: bool
    finalized_block: int
    head_block: int
    head_block_hash: str
    noticed_at: str


class ReorganisationPage(Answer):
    """A page of reorganisations."""

    reorganisations: list[Reorganisation]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class Change(Answer):
    """A record of the change feed; those about the whole index have no table."""

    cursor: int
    kind: Literal["began", "changed", "ended", "rolled_back", "reorganised", "restarted"]
    table: str | None
    key: dict[str, Any] | None
    block_number: int
    block_hash: str | None
    log_index: int | None
    finality: Finality
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangePage(Answer):
    """A part of the change feed; `next` is the cursor to ask with for what follows, `first` and
    `last` are the oldest kept and the newest given."""

    changes: list[Change]
    next: int
    first: int
    last: int
    links: list[Link]
    index: IndexPosition = Field(alias="ogcr:index")


class EventStream(RootModel[str]):
    """Server-sent events, as they come."""

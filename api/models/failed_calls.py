"""Failed calls: what the contracts refused."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.models.answers import Answer, Finality, IndexPosition, Link


class CallError(Answer):
    """Why a call failed; `source` says how it is known: from a trace, or by calling again."""

    name: str | None
    arguments: dict[str, Any] | None
    message: str | None
    data: str | None
    source: Literal["trace", "replay", "unknown"]


class FailedCall(Answer):
    """A call that a contract refused; `sender` is whom it took for the caller, `origin` who signed
    the transaction, `through` the contract that passed the call on."""

    transaction_hash: str
    block_number: int
    block_hash: str
    time: str
    finality: Finality
    sender: str
    origin: str
    through: str | None
    contract: str
    function: str | None
    arguments: dict[str, Any] | None
    error: CallError


class FailedCallPage(Answer):
    """A page of failed calls; blocks after `searched_to_block` are not searched yet."""

    failed_calls: list[FailedCall]
    searched_to_block: int | None
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")

"""Answers: what all of them share, and how refusals look (RFC 9457)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Finality = Literal["latest", "safe", "finalized"]


class Answer(BaseModel):
    """A part of an answer; more members may follow in later versions."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)


class Link(Answer):
    """A link to a related resource (RFC 8288)."""

    rel: str | None = None
    href: str
    type: str | None = None
    title: str | None = None


class IndexPosition(Answer):
    """The block that an answer is about, and how sure it is."""

    chain_id: int
    block_number: int
    block_hash: str | None
    block_time: str | None
    finality: Finality
    lag_blocks: int


class ProblemDetail(Answer):
    """One thing that is wrong: where (JSON pointer or parameter), a code, and how to mend it."""

    field: str
    code: str
    message: str


class Problem(Answer):
    """The one error envelope (RFC 9457, OGCR 4.1)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: Literal[
        "VALIDATION_ERROR",
        "AUTHENTICATION_REQUIRED",
        "INSUFFICIENT_PERMISSIONS",
        "RESOURCE_NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "NOT_ACCEPTABLE",
        "CONFLICT",
        "RESOURCE_GONE",
        "PRECONDITION_FAILED",
        "PAYLOAD_TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "PRECONDITION_REQUIRED",
        "RATE_LIMIT_EXCEEDED",
        "SERVICE_UNAVAILABLE",
        "INTERNAL_ERROR",
    ]
    message: str
    details: list[ProblemDetail]
    timestamp: str
    request_id: str


class Listed(Answer):
    """What every page of a list says of the list."""

    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]

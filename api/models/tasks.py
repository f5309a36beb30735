"""Tasks: writes on their way, from what is to be signed to what came of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.models.answers import Answer, Link


class ToSign(Answer):
    """What a wallet needs: a transaction, with `sender` also its `from`, `type`, `nonce`, `gas` and
    fees, as hex; or, for a `sender` and where a relayer pays, `typed_data` as
    `eth_signTypedData_v4` takes it."""

    chain_id: int
    to: str
    contract: str
    function: str
    arguments: dict[str, Any]
    data: str
    value: Literal["0x0"]
    typed_data: dict[str, Any] | None = None


class Step(Answer):
    """A state and when it began."""

    state: str
    at: str
    note: str | None = None


class ProgressStep(Answer):
    """A state on the way of a write, and when it came to it."""

    state: str
    at: str | None


class Progress(Answer):
    """How far a write has come; `outcome` is null as long as it can still come to an end."""

    done: int
    of: int
    steps: list[ProgressStep]
    outcome: Literal["succeeded", "failed", "cancelled", "expired"] | None


TaskState = Literal[
    "awaiting_signature",
    "broadcast",
    "mined",
    "indexed",
    "final",
    "reverted",
    "dropped",
    "cancelled",
    "expired",
]


class Task(Answer):
    """One write from its request to its finality."""

    id: str
    kind: str
    state: TaskState
    progress: Progress
    history: list[Step]
    created_at: str
    expires_at: str | None
    resource: str | None
    to_sign: ToSign
    documents: list[str]
    transaction_hash: str | None
    block_number: int | None
    block_hash: str | None
    error: dict[str, Any] | None
    links: list[Link]


class TaskPage(Answer):
    """A page of tasks, the newest first."""

    tasks: list[Task]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]

"""Models: what is asked for and answered about subscriptions, and what is sent to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.hooks.events import fault_of
from api.models.answers import Answer, Link
from api.models.changes import Change
from api.parameters import LARGEST
from api.patterns import DOCUMENT, URL, WITHOUT_NUL
from api.requests import Address

_MOST = 100


def _event(text: str) -> str:
    fault = fault_of(text)
    if fault:
        raise ValueError(fault)
    return text


Event = Annotated[str, Field(max_length=100), AfterValidator(_event)]
Project = Annotated[str, Field(min_length=1, max_length=200, pattern=DOCUMENT)]
Finality = Literal["latest", "safe", "finalized"]
Url = Annotated[
    str,
    Field(
        max_length=2000,
        pattern=URL,
        description="Where messages are sent, by https; of a host on the internet.",
        json_schema_extra={"pattern": "^https?://[!-~]+$"},
        examples=["https://example.com/hooks/ogcr"],
    ),
]
Description = Annotated[str | None, Field(max_length=200, pattern=WITHOUT_NUL)]
Events = Annotated[
    list[Event],
    Field(
        min_length=1,
        max_length=_MOST,
        description="Types of events, `table.kind` as in `unit.began`, or `task.final`; `*` stands "
        "for any of either part, or of all.",
    ),
]
Projects = Annotated[
    list[Project],
    Field(max_length=_MOST, description="Only changes about these projects, by either id."),
]
Holders = Annotated[
    list[Address],
    Field(max_length=_MOST, description="Only changes of rows that name one of these accounts."),
]
Cursor = Annotated[int, Field(ge=0, le=LARGEST)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WebhookRequest(_Asked):
    """A subscription that is asked for."""

    url: Url
    description: Description = None
    events: Events = Field(default=["*"], validate_default=False)
    projects: Projects = Field(default=[])
    holders: Holders = Field(default=[])
    finality: Finality = Field(
        default="latest",
        description="Tell a change only once its block is as sure as this; with `finalized` hardly "
        "anything is ever taken back.",
    )
    after: Cursor | None = Field(
        default=None,
        description="Begin after this cursor of `GET /changes`; without it, with what comes now.",
    )


class WebhookChange(_Asked):
    """What is to be otherwise; what is left out stays."""

    url: Url | None = None
    description: Description = None
    events: Events | None = None
    projects: Projects | None = None
    holders: Holders | None = None
    finality: Finality | None = None
    state: Literal["active", "paused"] | None = Field(
        default=None,
        description="`active` also lets one that stopped go on where it was; it rests on the "
        "credential that is shown.",
    )


class ReplayRequest(_Asked):
    """From where on messages are to be told again; what is left out goes on where it is."""

    changes: Cursor | None = Field(
        default=None, description="Tell changes after this cursor of `GET /changes` (again)."
    )
    tasks: Cursor | None = Field(
        default=None, description="Tell steps of tasks after this cursor (again)."
    )


class Cursors(Answer):
    """The last cursors that need not be told any more."""

    changes: int
    tasks: int


class Trouble(Answer):
    """The message that is not through yet."""

    message_id: str
    type: str
    attempts: int
    next_attempt_at: str | None
    error: str | None


class Webhook(Answer):
    """A subscription, how far it has come, and what keeps it up."""

    id: str
    url: str
    description: str | None
    events: list[str]
    projects: list[str]
    holders: list[str]
    finality: Finality
    state: Literal["active", "paused", "dead"]
    cursors: Cursors
    trouble: Trouble | None
    error: str | None
    last_delivered_at: str | None
    created_at: str
    links: list[Link]


class WebhookWithSecret(Webhook):
    """A subscription with the secret that its messages are signed with, shown once."""

    secret: str


class WebhookPage(Answer):
    """A page of subscriptions, the newest first."""

    webhooks: list[Webhook]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class Delivery(Answer):
    """An attempt to deliver a message; `outcome` is null while it is under way."""

    id: str
    message_id: str
    type: str
    attempt: int
    at: str
    milliseconds: int | None
    status: int | None
    error: str | None
    outcome: Literal["delivered", "failed"] | None


class DeliveryPage(Answer):
    """A page of attempts, the newest first."""

    deliveries: list[Delivery]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class _Message(Answer):
    timestamp: str = Field(description="When the message was made (RFC 3339, UTC).")


class ChangeMessage(_Message):
    """What became of a row, or of the whole index: `index.reorganised` says after which block the
    state is again, once every change behind it was taken back by `….rolled_back` messages."""

    type: str = Field(examples=["unit.began", "project.rolled_back", "index.reorganised"])
    data: Change


class GapMessage(_Message):
    """Changes up to a cursor are kept no longer and were not told: take the rows as they are."""

    type: Literal["index.gap"]
    data: dict[str, int]


class PingMessage(_Message):
    """A test."""

    type: Literal["ping"]
    data: dict[str, str]


class TaskNews(Answer):
    """What became of a task."""

    cursor: int
    task_id: str
    kind: str
    state: str
    note: str | None
    at: str
    resource: str | None
    outcome: Literal["succeeded", "failed", "cancelled", "expired"] | None
    transaction_hash: str | None
    error: dict[str, Any] | None
    links: list[Link]


class TaskMessage(_Message):
    """A step of a task of the subscriber's."""

    type: str = Field(examples=["task.final"])
    data: TaskNews


#: What is sent, by a name for the documentation.
MESSAGES: dict[str, type[Answer]] = {
    "change": ChangeMessage,
    "gap": GapMessage,
    "task": TaskMessage,
    "ping": PingMessage,
}

"""The tables of subscriptions: what each is told, how far it has come, and what was tried."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Text
from sqlmodel import Field

from api.tables import ApiTable


class WebhookRow(ApiTable, table=True):
    """A subscription. Times are UNIX seconds with fractions.

    `scopes` and `wallets` are what the credential carried that it was made, or last confirmed, with
    at `confirmed_at`; `grant_id` is the grant behind the token of a wallet.
    `change_cursor` and `step_cursor` are the last ones of the change feed and of the steps of tasks
    that need not be told any more. `message_…` is the one that is being told, kept as it was first
    sent, with the attempts that were made; only once it is through the next one is looked for.
    `state` is active, paused or dead. `secret_turn` numbers the secrets, which are derived from the
    server's key of the name `key_name`; the one before it signs as well until `old_secret_until`.
    """

    __tablename__ = "webhook"
    id: str = Field(primary_key=True)
    principal: str = Field(index=True)
    wallets: list[str] = Field(sa_type=JSON)
    scopes: list[str] = Field(sa_type=JSON)
    grant_id: str | None = None
    confirmed_at: float
    url: str
    description: str | None = None
    events: list[str] = Field(sa_type=JSON)
    projects: list[str] = Field(sa_type=JSON)
    holders: list[str] = Field(sa_type=JSON)
    finality: str
    state: str = Field(index=True)
    key_name: str
    secret_turn: int = 1
    old_secret_until: float | None = None
    change_cursor: int = Field(sa_type=BigInteger)
    step_cursor: int = Field(sa_type=BigInteger)
    message_id: str | None = None
    message_type: str | None = None
    message_stream: str | None = None
    message_cursor: int | None = Field(default=None, sa_type=BigInteger)
    message_body: str | None = Field(default=None, sa_type=Text)
    attempts: int = 0
    next_attempt_at: float | None = None
    last_error: str | None = None
    last_delivered_at: float | None = None
    created_at: float


class WebhookAttempt(ApiTable, table=True):
    """One attempt to deliver a message; without status and error it is under way, or the process
    died meanwhile."""

    __tablename__ = "webhook_attempt"
    id: str = Field(primary_key=True)
    webhook_id: str = Field(foreign_key="webhook.id", index=True)
    message_id: str
    type: str
    attempt: int
    at: float = Field(index=True)
    milliseconds: int | None = None
    status: int | None = None
    error: str | None = None

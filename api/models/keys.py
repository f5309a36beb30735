"""API keys: as they are shown, and what a wallet signs for one."""

from __future__ import annotations

from typing import Literal

from api.models.answers import Answer, Listed


class ApiKey(Answer):
    """An API key of an organization; `owner` is who made it, `operator` for one made on the machine
    itself. Its secret is kept nowhere."""

    id: str
    name: str
    organization: str
    state: Literal["active", "revoked", "expired"]
    scopes: list[str]
    wallets: list[str]
    rate: str | None
    owner: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    revoked_by: str | None
    last_used_at: str | None


class NewApiKey(ApiKey):
    """A key that was made just now; `key` is shown this once."""

    key: str


class ApiKeyPage(Listed):
    """A page of API keys."""

    keys: list[ApiKey]


class WalletStatement(Answer):
    """What the owner of a wallet signs (`personal_sign`, EIP-191)."""

    organization: str
    wallet: str
    statement: str

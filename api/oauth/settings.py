"""OAuth's settings: how long what is granted lasts, where keys lie, which other issuer counts."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from api.oauth.addresses import is_safe_address
from indexer.settings import IndexerSettings


class OAuthSettings(IndexerSettings):
    """What the authorization server promises, and whose tokens are believed beside its own.

    `signing_keys` is the file of the keys that sign tokens, made when missing (mode 0600), beside
    the documents unless named. A sign-in must end within `sign_in_seconds`, a code is good for
    `code_seconds`, an access token for `access_token_seconds`, and a grant with all its refresh
    tokens for `grant_seconds`.

    `oidc_issuer` names an OpenID provider whose JWTs are accepted as well, when they are for
    `oidc_audience` (this API's address unless named). `oidc_scopes` says which of our scopes each
    value of its claim `oidc_scope_claim` stands for; what is not named there grants nothing. A
    claim about wallets or the organization is believed only where `oidc_wallet_claim` or
    `oidc_organization_claim` names it. Its keys are asked for again after `oidc_cache_seconds`.
    """

    signing_keys: Path | None = None
    sign_in_seconds: int = Field(default=600, ge=30, le=3600)
    code_seconds: int = Field(default=60, ge=5, le=600)
    access_token_seconds: int = Field(default=600, ge=30, le=3600)
    grant_seconds: int = Field(default=30 * 86_400, ge=3600)

    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_scope_claim: str = "scope"
    oidc_scopes: dict[str, list[str]] = Field(default_factory=dict)
    oidc_wallet_claim: str = ""
    oidc_organization_claim: str = ""
    oidc_cache_seconds: float = Field(default=300.0, gt=0)

    @property
    def signing_key_file(self) -> Path:
        """Where the signing keys lie."""
        return self.signing_keys or self.documents.parent / "oauth" / "signing-keys.json"

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if value and not is_safe_address(value):
            raise ValueError("give an https address, or an http one of this very machine")
        return value

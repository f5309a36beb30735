"""The tables of OAuth: clients, what was granted to them, refresh tokens, linked wallets.

Application state, like all of `api.tables`. Secrets, codes and tokens are kept as SHA-256 alone.
Times are UNIX seconds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from api.tables import ApiTable


class ClientRow(ApiTable, table=True):
    """A program that may ask for tokens; revoked, it and all that was granted to it are dead.

    `auth_method` is none (a public client), client_secret or private_key_jwt; `organization` is
    whom a confidential client acts for; `created_by` the principal that registered it.
    """

    __tablename__ = "oauth_client"
    id: str = Field(primary_key=True)
    name: str
    organization: str | None = None
    auth_method: str
    secret_hash: str | None = None
    jwks: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    redirect_uris: list[str] = Field(sa_type=JSON)
    grant_types: list[str] = Field(sa_type=JSON)
    scopes: list[str] = Field(sa_type=JSON)
    created_at: int = Field(sa_type=BigInteger)
    created_by: str
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)


class GrantRow(ApiTable, table=True):
    """What one principal granted one client: the family of a code, its tokens, their successors.

    A code is presented once (`code_used_at`); every token names its grant, so that a revoked
    grant ends all of them at once. `wallet` is the address that signed in, where one did.
    """

    __tablename__ = "oauth_grant"
    id: str = Field(primary_key=True)
    client_id: str = Field(foreign_key="oauth_client.id", index=True)
    principal: str = Field(index=True)
    wallet: str | None = None
    scopes: list[str] = Field(sa_type=JSON)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger, index=True)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_why: str | None = None
    code_hash: str | None = Field(default=None, unique=True, index=True)
    code_expires_at: int | None = Field(default=None, sa_type=BigInteger)
    code_used_at: int | None = Field(default=None, sa_type=BigInteger)
    redirect_uri: str | None = None
    code_challenge: str | None = None


class RefreshTokenRow(ApiTable, table=True):
    """A refresh token, good for one use; used again, it ends its grant (RFC 9700, 4.14)."""

    __tablename__ = "oauth_refresh_token"
    hash: str = Field(primary_key=True)
    grant_id: str = Field(foreign_key="oauth_grant.id", index=True)
    created_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)


class SpentRow(ApiTable, table=True):
    """Something that counts once until it expires: the nonce of a sign-in, the id of a JWT with
    which a client authenticated itself."""

    __tablename__ = "oauth_spent"
    id: str = Field(primary_key=True)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class WalletLinkRow(ApiTable, table=True):
    """A wallet that let a principal act for it; the wallet signed that itself."""

    __tablename__ = "oauth_wallet_link"
    principal: str = Field(primary_key=True)
    wallet: str = Field(primary_key=True, index=True)
    created_at: int = Field(sa_type=BigInteger)

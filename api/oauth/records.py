"""Records: clients and links of wallets as they are shown; never a secret, nor its hash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.oauth.tables import ClientRow, GrantRow, WalletLinkRow


def client_record(row: ClientRow, secret: str | None = None) -> dict[str, Any]:
    """A client; with its secret the one time that it is known."""
    shown = {"client_secret": secret} if secret else {}
    return {
        "client_id": row.id,
        "name": row.name,
        "organization": row.organization,
        "auth_method": row.auth_method,
        "redirect_uris": row.redirect_uris,
        "grant_types": row.grant_types,
        "scopes": row.scopes,
        "created_at": _moment(row.created_at),
        "created_by": row.created_by,
        "revoked_at": None if row.revoked_at is None else _moment(row.revoked_at),
        **shown,
    }


def grant_record(row: GrantRow, client: ClientRow) -> dict[str, Any]:
    """What a principal granted a client."""
    return {
        "id": row.id,
        "principal": row.principal,
        "client_id": client.id,
        "client_name": client.name,
        "scopes": row.scopes,
        "created_at": _moment(row.created_at),
        "expires_at": _moment(row.expires_at),
        "revoked_at": None if row.revoked_at is None else _moment(row.revoked_at),
    }


def link_record(row: WalletLinkRow) -> dict[str, Any]:
    """A link."""
    return {
        "principal": row.principal,
        "wallet": row.wallet,
        "created_at": _moment(row.created_at),
    }


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")

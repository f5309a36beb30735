"""Keys as JSON; the secret is in none of them."""

from __future__ import annotations

import time
from typing import Any

from api.access.tables import ApiKey
from api.encoding import moment_text


def key_json(row: ApiKey) -> dict[str, Any]:
    """A key with its state: active, revoked or expired."""
    return {
        "id": row.id,
        "name": row.name,
        "organization": row.organization,
        "state": state_of(row),
        "scopes": row.scopes,
        "wallets": row.wallets,
        "rate": row.rate,
        "owner": row.owner,
        "created_at": _moment(row.created_at),
        "expires_at": _moment(row.expires_at),
        "revoked_at": _moment(row.revoked_at),
        "revoked_by": row.revoked_by,
        "last_used_at": _moment(row.last_used_at),
    }


def state_of(row: ApiKey) -> str:
    """The word for what a key is good for now."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= time.time() else "active"


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else moment_text(int(seconds))

"""API keys: made once, shown once, kept as a digest, known again, revoked (OGCR 4.3)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from api.access.principals import Principal
from api.access.tables import ApiKey
from api.errors import AuthenticationError
from api.queries.keys import key as key_of
from api.registry import Registry
from indexer import database

START = "ogcr_"
OPERATOR = "operator"
_FORM = re.compile(START + r"([0-9a-f]{16})_[0-9a-f]{64}")
#: Of nothing that could be shown; so that an unknown id costs the same comparison.
_OF_NOBODY = "0" * 64


@dataclass(frozen=True)
class Wanted:
    """A key that is to be made: all of it was checked, each wallet with how it was proven.

    `rate` is a limit such as `600/minute`; `expires_at` UNIX seconds, None for a key that stays.
    """

    name: str
    organization: str
    scopes: frozenset[str]
    proofs: Mapping[str, str]
    owner: str
    rate: str | None = None
    expires_at: float | None = None


def make(session: Session, wanted: Wanted) -> tuple[ApiKey, str]:
    """Keep a new key; its secret is in the second value alone and can never be told again."""
    key_id = secrets.token_hex(8)
    secret = f"{START}{key_id}_{secrets.token_hex(32)}"
    made = ApiKey(
        id=key_id,
        digest=digest(secret),
        name=wanted.name,
        organization=wanted.organization,
        scopes=sorted(wanted.scopes),
        wallets=sorted(wanted.proofs),
        proofs=dict(wanted.proofs),
        rate=wanted.rate,
        owner=wanted.owner,
        created_at=time.time(),
        expires_at=wanted.expires_at,
    )
    session.add(made)
    return made, secret


def principal_of(registry: Registry, secret: str) -> Principal:
    """Whose key it is; asked of the database each time, so that a revoked one ends at once.

    Raises `AuthenticationError` when it is unknown, revoked or expired.
    """
    form = _FORM.fullmatch(secret)
    with database.snapshot(registry.engine) as session:
        row = key_of(session, form[1]) if form else None
    is_right = hmac.compare_digest(digest(secret), row.digest if row else _OF_NOBODY)
    if row is None or not is_right:
        raise _useless("is not known here; look whether all of it was copied")
    if row.revoked_at is not None:
        raise _useless("was revoked; ask for another one")
    if row.expires_at is not None and row.expires_at <= time.time():
        raise _useless("has expired; make another one")
    return _principal(row)


def revoke(row: ApiKey, by: str) -> None:
    """End a key for ever; a second time changes nothing."""
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = time.time(), by


def digest(secret: str) -> str:
    """What is kept of a key. 256 random bits cannot be guessed, so one fast hash is enough: a slow
    one protects passwords, and would let anybody keep the server busy with wrong keys."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _principal(row: ApiKey) -> Principal:
    return Principal(
        id=f"key:{row.id}",
        kind="key",
        scopes=frozenset(row.scopes),
        wallets=frozenset(row.wallets),
        organization=row.organization,
        credential=row.id,
        by_operator=row.owner == OPERATOR,
        rate=row.rate,
    )


def _useless(why: str) -> AuthenticationError:
    return AuthenticationError(f"The API key {why}.", error="invalid_token")

"""Credentials: secrets as they are made, and the hash that is kept of them."""

from __future__ import annotations

import hashlib
import secrets

#: What a client's secret begins with, so that one is found where it should not lie.
SECRET_START = "ogcr-client-"


#: Of no secret.
_OF_NOBODY = "0" * 64


def new_secret(start: str = "") -> str:
    """256 random bits as text."""
    return start + secrets.token_urlsafe(32)


def new_id() -> str:
    """A name that nobody guesses and nobody else has; no secret."""
    return secrets.token_hex(12)


def digest(secret: str) -> str:
    """What is kept of a secret of 256 random bits: nothing slower than SHA-256 is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(secret: str, kept: str | None) -> bool:
    """True when the hash is that of the secret, found out in the same time either way."""
    return secrets.compare_digest(digest(secret), kept or _OF_NOBODY)

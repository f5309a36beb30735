"""Links: what makes a chain of the entries of the audit log; pure."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

#: What the first entry follows.
GENESIS = "0" * 64
#: What the digest of an entry covers, beside the one before.
MEMBERS = (
    "sequence",
    "at",
    "actor",
    "credential",
    "operation",
    "resource",
    "outcome",
    "status",
    "request_id",
    "times",
    "machine",
)


@dataclass(frozen=True)
class Attempt:
    """What somebody tried and how it ended, before it is a link of the chain.

    `at` is UNIX milliseconds; `outcome` is allowed, refused (by access control, scope, role or
    rate), rejected (for what was asked), or failed (a fault of ours).
    """

    at: int
    actor: str
    credential: str | None
    operation: str
    resource: str
    outcome: str
    status: int
    request_id: str
    address: str = ""
    agent: str = ""
    times: int = 1


def outcome_of(status: int) -> str:
    """The word for a status."""
    if status in (401, 403, 429):
        return "refused"
    if status < 400:
        return "allowed"
    return "rejected" if status < 500 else "failed"


def writable(text: str, longest: int = 500) -> str:
    """The text as every database and canonical JSON take it: whoever asks chooses the path, and
    must not stop the log with it."""
    if text.isprintable():
        return text[:longest]
    whole = text.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else "\ufffd" for c in whole)[:longest]


def new_salt() -> str:
    """256 random bits, so that nobody finds an address by trying all there are."""
    return secrets.token_hex(32)


def commitment(salt: str, address: str, agent: str) -> str:
    """What an entry says of the machine: nothing, to whoever has not the salt."""
    return _digest({"salt": salt, "address": address, "agent": agent})


def digest_of(entry: Mapping[str, Any], previous: str) -> str:
    """The digest of an entry after the one with the digest `previous`: SHA-256 of the canonical
    JSON (RFC 8785) of its members and that digest."""
    return _digest({name: entry[name] for name in MEMBERS} | {"previous": previous})


def _digest(value: dict[str, Any]) -> str:
    return sha256(_canonical(value)).hexdigest()


def _canonical(value: dict[str, Any]) -> bytes:
    # Of texts that are `writable`, whole numbers and nothing, under names in ASCII, this is what
    # RFC 8785 makes, ten times as fast; and every request has two of them.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()

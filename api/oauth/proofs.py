"""Proofs: the text that a wallet signs to say that it is there (EIP-4361), and whether it did.

The server writes every letter of the text and never reads one of somebody else's: a signature made
for another domain, chain, request, time or purpose is one over another text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from eth_utils.address import to_checksum_address

from api.errors import AuthenticationError
from api.registry import Registry
from api.signatures import is_signed


@dataclass(frozen=True)
class Occasion:
    """What one signature is for: a statement, a nonce, and its time in UNIX seconds."""

    statement: str
    nonce: str
    issued_at: int
    expires_at: int


def text_for(registry: Registry, occasion: Occasion, wallet: str) -> str:
    """What the wallet (any case) is to sign with `personal_sign` (EIP-191)."""
    address = registry.settings.address
    return "\n".join(
        (
            f"{urlsplit(address).netloc} wants you to sign in with your Ethereum account:",
            to_checksum_address(wallet),
            "",
            occasion.statement,
            "",
            f"URI: {address}/oauth/authorize",
            "Version: 1",
            f"Chain ID: {registry.chain_id}",
            f"Nonce: {occasion.nonce}",
            f"Issued At: {_moment(occasion.issued_at)}",
            f"Expiration Time: {_moment(occasion.expires_at)}",
        )
    )


def require_signed(registry: Registry, text: str, wallet: str, signature: str) -> None:
    """Raise `AuthenticationError` unless the wallet signed the text, by its key or as its code says
    (ERC-1271). Raises `TryLater` when the node does not answer."""
    if not is_signed(registry, text, wallet, signature):
        raise AuthenticationError(_NOT_SIGNED, error="invalid_token")


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_NOT_SIGNED = (
    "This is not the wallet's signature of the text that it was given: sign it as it stands, with "
    "personal_sign, from the address that it names."
)

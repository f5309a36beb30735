"""Proofs: what a wallet signs to show that a key may act for it (EIP-191, ERC-1271)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eth_utils.address import to_checksum_address

from api.errors import Detail, ValidationError
from api.registry import Registry
from api.signatures import is_signed

_DAYS = 2


def statement(registry: Registry, organization: str, wallet: str, day: str | None = None) -> str:
    """What the owner of a wallet signs, today or on another UTC day (`2026-11-25`)."""
    return "\n".join(
        (
            f"The registry {registry.settings.address} asks you to show that you control this "
            "account. Whoever holds API keys of the organization below may then hand in what you "
            "sign, and read your tasks; nothing is signed for you.",
            "",
            f"Account: {to_checksum_address(wallet)}",
            f"Organization: {organization}",
            f"Chain: {registry.chain_id}",
            f"Day: {day or _day(0)}",
        )
    )


def require_proven(registry: Registry, organization: str, wallet: str, signature: str) -> str:
    """How the control of a wallet was proven, to be kept; a statement is good on its day and the
    one after. Raises `ValidationError` for any other signature."""
    for days in range(_DAYS):
        day = _day(days)
        said = statement(registry, organization, wallet, day)
        if is_signed(registry, said, wallet, signature):
            return f"{day} {signature.lower()}"
    message = (
        f"The signature is not that of {wallet} under today's statement; sign what "
        "“python -m api keys statement” or GET /keys/statement gives."
    )
    raise ValidationError(message, [Detail("/wallets", "WALLET_NOT_PROVEN", message)])


def _day(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()

"""Proofs: what a wallet signs to show that a key may act for it (EIP-191, ERC-1271)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from api.errors import Detail, ValidationError
from api.registry import Registry
from indexer.rpc import RpcError

#: `isValidSignature(bytes32,bytes)`, and what it answers to a signature that is good (ERC-1271).
_ERC1271 = bytes.fromhex("1626ba7e")
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
        if _is_signed(registry, said, wallet, signature):
            return f"{day} {signature.lower()}"
    message = (
        f"The signature is not that of {wallet} under today's statement; sign what "
        "“python -m api keys statement” or GET /keys/statement gives."
    )
    raise ValidationError(message, [Detail("/wallets", "WALLET_NOT_PROVEN", message)])


def _is_signed(registry: Registry, said: str, wallet: str, signature: str) -> bool:
    message = encode_defunct(text=said)
    try:
        recovered = Account.recover_message(message, signature=HexBytes(signature))
    except Exception:
        # The library raises whatever its inner layers do; a smart account may sign with anything.
        recovered = ""
    if str(recovered).lower() == wallet.lower():
        return True
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    return _agrees(registry, wallet, digest, signature)


def _agrees(registry: Registry, wallet: str, digest: bytes, signature: str) -> bool:
    """Whether the code of a smart account takes the signature for its own."""
    try:
        arguments = encode(["bytes32", "bytes"], [digest, bytes(HexBytes(signature))])
    except ValueError:
        return False
    answer = registry.node.view(wallet, "0x" + (_ERC1271 + arguments).hex())
    if isinstance(answer, RpcError) or len(answer) != 66:
        return False
    return answer[2:10].lower() == _ERC1271.hex()


def _day(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()

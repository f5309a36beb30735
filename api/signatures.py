"""Signatures: whether a wallet signed a text, by its key or by its code (EIP-191, ERC-1271)."""

from __future__ import annotations

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from api.registry import Registry
from indexer.rpc import RpcError

#: `isValidSignature(bytes32,bytes)`, and the whole word that it answers to a good one (ERC-1271).
_IS_VALID = "0x1626ba7e"
_VALID = "0x1626ba7e" + "0" * 56


def is_signed(registry: Registry, text: str, wallet: str, signature: str) -> bool:
    """True when the signature (`0x…`) of the text is the wallet's, as `personal_sign` makes it.

    Raises `TryLater` when the node has to be asked and does not answer.
    """
    message = encode_defunct(text=text)
    return _recovered(message, signature) == wallet.lower() or _agrees(
        registry, message, wallet, signature
    )


def _recovered(message: SignableMessage, signature: str) -> str:
    try:
        return str(Account.recover_message(message, signature=HexBytes(signature))).lower()
    except Exception:
        # The library raises whatever its inner layers do; a smart account may sign with anything.
        return ""


def _agrees(registry: Registry, message: SignableMessage, wallet: str, signature: str) -> bool:
    """Whether the code of a smart account takes the signature for its own."""
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    try:
        arguments = encode(["bytes32", "bytes"], [digest, bytes(HexBytes(signature))])
    except ValueError:
        return False
    answer = registry.node.view(wallet.lower(), _IS_VALID + arguments.hex())
    return not isinstance(answer, RpcError) and answer.lower()[:66] == _VALID

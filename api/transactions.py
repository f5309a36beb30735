"""Signed transactions: what their bytes say, before anybody believes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import rlp
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from api.errors import Detail, ValidationError

MAX_BYTES = 131_072
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})+")
_KINDS = {1: "EIP-2930", 2: "EIP-1559"}


@dataclass(frozen=True)
class SignedTransaction:
    """A transaction and who signed it. Addresses, hash and data are lower-case `0x…` text, `value`
    and `max_fee` (per gas) are wei."""

    raw: str
    hash: str
    sender: str
    chain_id: int
    nonce: int
    to: str
    value: int
    data: str
    gas: int
    max_fee: int

    @property
    def call(self) -> dict[str, str]:
        """The call that it makes, as a node simulates it."""
        return {
            "from": self.sender,
            "to": self.to,
            "data": self.data,
            "gas": hex(self.gas),
            "value": hex(self.value),
        }


def signed_transaction(raw: str) -> SignedTransaction:
    """Decode a legacy (EIP-155), EIP-2930 or EIP-1559 transaction and recover its sender.

    Raises `ValidationError` for everything else.
    """
    if not _HEX.fullmatch(raw) or len(raw) > 2 * MAX_BYTES:
        raise _unusable("it is no hex text “0x…” of a whole transaction")
    data = bytes.fromhex(raw[2:])
    try:
        fields = _typed_fields(data) if data[0] < 0xC0 else _legacy_fields(data)
        sender = Account.recover_transaction(HexBytes(data)).lower()
    except ValidationError:
        raise
    except Exception as error:
        # The decoders raise whatever their inner layers do; all of it means the same here.
        raise _unusable("its bytes cannot be decoded, or its signature does not fit") from error
    digest = "0x" + keccak(data).hex()
    return SignedTransaction("0x" + data.hex(), digest, sender, **fields)


def _typed_fields(data: bytes) -> dict[str, Any]:
    if data[0] not in _KINDS:
        raise _unusable(f"its type {data[0]} is not relayed; use {' or '.join(_KINDS.values())}")
    entries = TypedTransaction.from_bytes(HexBytes(data)).as_dict()
    price = entries.get("maxFeePerGas", entries.get("gasPrice", 0))
    return _checked(
        entries["chainId"],
        entries["nonce"],
        bytes(entries["to"] or b""),
        entries["value"],
        bytes(entries["data"]),
        entries["gas"],
        price,
    )


def _legacy_fields(data: bytes) -> dict[str, Any]:
    nonce, price, gas, to, value, payload, v, _r, _s = rlp.decode(data, strict=True)
    chain_mark = int.from_bytes(v)
    if chain_mark < 37:
        raise _unusable("its signature names no chain (EIP-155)")
    chain_id = (chain_mark - 35) // 2
    numbers = [int.from_bytes(part) for part in (nonce, value, gas, price)]
    return _checked(chain_id, numbers[0], to, numbers[1], payload, numbers[2], numbers[3])


def _checked(
    chain_id: int, nonce: int, to: bytes, value: int, data: bytes, gas: int, max_fee: int
) -> dict[str, Any]:
    if len(to) != 20:
        raise _unusable("it creates a contract instead of calling one")
    if max(nonce, gas, chain_id) >= 1 << 63:
        raise _unusable("its chain id, nonce or gas is beyond 2^63")
    return {
        "chain_id": chain_id,
        "nonce": nonce,
        "to": "0x" + to.hex(),
        "value": value,
        "data": "0x" + data.hex(),
        "gas": gas,
        "max_fee": max_fee,
    }


def _unusable(why: str) -> ValidationError:
    message = f"The signed transaction cannot be used: {why}."
    return ValidationError(message, [Detail("/signed_transaction", "INVALID_TRANSACTION", message)])

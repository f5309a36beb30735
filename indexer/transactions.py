"""Transactions: the bytes that a sender signed, out of what a node tells of them (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rlp
from eth_utils.crypto import keccak

from indexer.evidence import EvidenceError

Answer = Mapping[str, Any]

#: Members in their order, by kind (EIP-2718): of EIP-2930, 1559, 4844 and 7702.
_HEAD, _CALL, _END = ("chainId", "nonce"), ("gas", "to", "value", "input"), ("v", "r", "s")
_FEES, _LIST = ("maxPriorityFeePerGas", "maxFeePerGas"), ("accessList",)
_LEGACY = ("nonce", "gasPrice", *_CALL, *_END)
_TYPED = {
    1: (*_HEAD, "gasPrice", *_CALL, *_LIST),
    2: (*_HEAD, *_FEES, *_CALL, *_LIST),
    3: (*_HEAD, *_FEES, *_CALL, *_LIST, "maxFeePerBlobGas", "blobVersionedHashes"),
    4: (*_HEAD, *_FEES, *_CALL, *_LIST, "authorizationList"),
}
_TEXTS = ("to", "input")


def transaction_bytes(told: Answer) -> bytes:
    """A transaction as the transactions' trie holds it; raises EvidenceError when it does not hash
    to what the node names it by, as for kinds of a chain of its own."""
    kind = int(told.get("type") or "0x0", 16)
    if kind == 0:
        encoded: bytes = rlp.encode([_member(told, name) for name in _LEGACY])
    elif kind in _TYPED:
        parity = told.get("yParity") or told["v"]
        ends = [int(parity, 16), int(told["r"], 16), int(told["s"], 16)]
        fields = [_member(told, name) for name in _TYPED[kind]]
        encoded = bytes([kind]) + rlp.encode([*fields, *ends])
    else:
        raise EvidenceError(f"Transactions of the kind {kind} are not known here.")
    if "0x" + keccak(encoded).hex() != told["hash"].lower():
        raise EvidenceError("The transactions of this chain are of a form that is not known here.")
    return encoded


def chain_of(signed: bytes) -> int | None:
    """The chain that a transaction was signed for; None where its signature names none."""
    if signed[0] < 0xC0:
        return int.from_bytes(rlp.decode(signed[1:])[0])
    v = int.from_bytes(rlp.decode(signed)[len(_LEGACY) - len(_END)])
    return (v - 35) // 2 if v >= 35 else None


def _member(told: Answer, name: str) -> Any:
    value = told.get(name)
    if name == "accessList":
        return [[_raw(one["address"]), [*map(_raw, one["storageKeys"])]] for one in value or ()]
    if name == "authorizationList":
        return [_authorization(one) for one in value or ()]
    if name == "blobVersionedHashes":
        return [_raw(one) for one in value or ()]
    return _raw(value or "0x") if name in _TEXTS else int(value or "0x0", 16)


def _authorization(told: Answer) -> list[Any]:
    numbers = [int(told[name], 16) for name in ("chainId", "nonce", "yParity", "r", "s")]
    return [numbers[0], _raw(told["address"]), *numbers[1:]]


def _raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))

"""Evidence: what a block hash alone proves of a receipt, a log or a storage slot (pure).

A block's hash covers its header, the header the roots of receipts and state, and each root its
Merkle-Patricia trie: so a few nodes of a trie prove a value to whoever knows the hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie
from trie.exceptions import BadTrieProof

Answer = Mapping[str, Any]

#: Fields of a header in their order, as a node names them; the later ones came with forks.
_HASHES = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot")
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_LATER: tuple[tuple[str, bool], ...] = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)
_STATE_ROOT, _TRANSACTIONS_ROOT, _RECEIPTS_ROOT, _NUMBER, _TIMESTAMP = 3, 4, 5, 8, 11


class EvidenceError(Exception):
    """What was given does not prove what it claims; the message says which step breaks."""


@dataclass(frozen=True)
class Header:
    """What a proven header says; `timestamp` in UNIX seconds."""

    hash: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    number: int
    timestamp: int


@dataclass(frozen=True)
class ReceiptLog:
    """A log of a proven receipt."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


def header_bytes(block: Answer) -> bytes:
    """The RLP form of a header as a node tells it; raises EvidenceError when it does not hash to
    the block's hash, as on chains whose headers have other fields."""
    fields: list[Any] = [_bytes(block[name]) for name in _HASHES]
    fields.append(_bytes(block["logsBloom"]))
    fields += [_number(block[name]) for name in _NUMBERS]
    fields += [_bytes(block[name]) for name in ("extraData", "mixHash", "nonce")]
    for name, is_number in _LATER:
        if block.get(name) is not None:
            fields.append((_number if is_number else _bytes)(block[name]))
    encoded: bytes = rlp.encode(fields)
    if keccak(encoded) != _bytes(block["hash"]):
        raise EvidenceError("The headers of this chain are of a form that is not known here.")
    return encoded


def receipt_bytes(receipt: Answer) -> bytes:
    """A receipt as the receipts' trie holds it (EIP-2718)."""
    logs = [
        [_bytes(log["address"]), [_bytes(topic) for topic in log["topics"]], _bytes(log["data"])]
        for log in receipt["logs"]
    ]
    body: bytes = rlp.encode(
        [
            _number(receipt["status"]),
            _number(receipt["cumulativeGasUsed"]),
            _bytes(receipt["logsBloom"]),
            logs,
        ]
    )
    kind = _number(receipt.get("type") or "0x0")
    return bytes([kind]) + body if kind else body


def receipt_proof(receipts: Sequence[Answer], index: int) -> list[bytes]:
    """The nodes that prove the receipt at `index`, out of all receipts of its block in order."""
    return proof_among([receipt_bytes(receipt) for receipt in receipts], index)


def proof_among(values: Sequence[bytes], index: int) -> list[bytes]:
    """The nodes that prove the value at `index`, of those that a header's trie holds by place."""
    trie = HexaryTrie({})
    for place, value in enumerate(values):
        trie[rlp.encode(place)] = value
    return [rlp.encode(node) for node in trie.get_proof(rlp.encode(index))]


def proven_header(encoded: bytes, trusted: bytes) -> Header:
    """The header that a trusted hash covers; raises EvidenceError for any other."""
    if keccak(encoded) != trusted:
        raise EvidenceError(f"The header does not hash to 0x{trusted.hex()}.")
    fields = _decoded(encoded, "header")
    number, timestamp = (int.from_bytes(fields[place]) for place in (_NUMBER, _TIMESTAMP))
    state, transactions = fields[_STATE_ROOT], fields[_TRANSACTIONS_ROOT]
    return Header(trusted, state, transactions, fields[_RECEIPTS_ROOT], number, timestamp)


def proven_logs(header: Header, index: int, nodes: Sequence[bytes]) -> list[ReceiptLog]:
    """The logs of the transaction at `index` of a block; raises EvidenceError when it failed."""
    value = _proven(header.receipts_root, rlp.encode(index), nodes, "receipt")
    body = value if value[:1] >= b"\xc0" else value[1:]
    status, _, _, logs = _decoded(body, "receipt")
    if status != b"\x01":
        raise EvidenceError("The transaction was reverted.")
    return [ReceiptLog(address, tuple(topics), data) for address, topics, data in logs]


def proven_transaction(header: Header, index: int, nodes: Sequence[bytes]) -> bytes:
    """The transaction at `index` of a block, as its sender signed it."""
    return _proven(header.transactions_root, rlp.encode(index), nodes, "transaction")


def proven_storage_root(header: Header, address: bytes, nodes: Sequence[bytes]) -> bytes:
    """The root of an account's storage in the state after a block."""
    account = _proven(header.state_root, keccak(address), nodes, "account")
    root: bytes = _decoded(account, "account")[2]
    return root


def proven_slot(storage_root: bytes, slot: int, nodes: Sequence[bytes]) -> int:
    """What stands in a storage slot; zero when nothing does."""
    key = keccak(slot.to_bytes(32))
    value = _proven(storage_root, key, nodes, "storage slot")
    return int.from_bytes(rlp.decode(value)) if value else 0


def slot_of(namespace: str, position: int, key: bytes) -> int:
    """The slot of a mapping's entry, the mapping being the member at `position` of a namespaced
    struct (ERC-7201); `key` is padded as Solidity does: numbers left, fixed bytes right."""
    inner = int.from_bytes(keccak(text=namespace)) - 1
    base = int.from_bytes(keccak(inner.to_bytes(32))) & ~0xFF
    return int.from_bytes(keccak(key + (base + position).to_bytes(32)))


def _proven(root: bytes, key: bytes, nodes: Sequence[bytes], what: str) -> bytes:
    try:
        decoded = [rlp.decode(node) for node in nodes]
        value: bytes = HexaryTrie.get_from_proof(root, key, decoded)
    except (BadTrieProof, rlp.DecodingError, KeyError, ValueError, TypeError) as error:
        raise EvidenceError(f"The nodes do not prove the {what} ({error}).") from error
    return value


def _decoded(encoded: bytes, what: str) -> Any:
    try:
        return rlp.decode(encoded)
    except rlp.DecodingError as error:
        raise EvidenceError(f"The {what} is no RLP ({error}).") from error


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _number(text: str) -> int:
    return int(text, 16)

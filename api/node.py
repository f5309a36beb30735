"""What the relay asks a node: nonce, funds, fees, receipts, and whether a call would succeed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.trace import Tracer

from api.telemetry.traces import TracedRpc
from indexer.errors import TryLater
from indexer.rpc import RpcError


@dataclass(frozen=True)
class Receipt:
    """Where a transaction ended up; `succeeded` is False when it was reverted."""

    block_number: int
    block_hash: str
    succeeded: bool


@dataclass(frozen=True)
class Account:
    """A signer as the node sees it: nonces after mined and after known transactions, and wei."""

    mined_nonce: int
    next_nonce: int
    balance: int


@dataclass(frozen=True)
class Fees:
    """What a transaction may cost per gas, in wei (EIP-1559)."""

    max_fee: int
    priority_fee: int


class Node:
    """One chain's nodes. Every method raises `TryLater` when they do not answer."""

    def __init__(self, urls: Sequence[str], timeout: float, tracer: Tracer) -> None:
        self.rpc = TracedRpc(urls, timeout, tracer)

    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return _number(self.rpc.call("eth_chainId", []))

    def head(self) -> int:
        """Number of the newest block."""
        return _number(self.rpc.call("eth_blockNumber", []))

    def account(self, address: str) -> Account:
        """Nonces and balance of a signer."""
        answers = self.rpc.batch(
            [
                ("eth_getTransactionCount", [address, "latest"]),
                ("eth_getTransactionCount", [address, "pending"]),
                ("eth_getBalance", [address, "latest"]),
            ]
        )
        return Account(*(_number(answer) for answer in answers))

    def fees(self) -> Fees:
        """Fees that the next blocks will take: twice the base fee, and the node's tip."""
        block, tip = self.rpc.batch(
            [("eth_getBlockByNumber", ["latest", False]), ("eth_maxPriorityFeePerGas", [])]
        )
        if isinstance(block, RpcError) or not isinstance(block, dict):
            raise TryLater("The node does not tell its newest block.")
        priority = 10**9 if isinstance(tip, RpcError) else _number(tip)
        base = int(block.get("baseFeePerGas") or "0x0", 16)
        return Fees(2 * base + priority, priority)

    def view(self, to: str, data: str) -> str | RpcError:
        """What a view answers on the newest block, as `0x…`, or the node's refusal."""
        answer = self.rpc.batch([("eth_call", [{"to": to, "data": data}, "latest"])])[0]
        return answer if isinstance(answer, RpcError) else str(answer)

    def transaction(self, transaction_hash: str) -> dict[str, Any] | None:
        """A transaction as the node tells it, waiting or mined; None when it knows none."""
        found = self.rpc.call("eth_getTransactionByHash", [transaction_hash])
        return found if isinstance(found, dict) else None

    def input(self, transaction_hash: str) -> str:
        """The data of a transaction as `0x…`, empty when the node does not know it."""
        found = self.transaction(transaction_hash)
        return str(found.get("input", "")).lower() if found else ""

    def simulate(self, call: dict[str, str]) -> RpcError | None:
        """The node's refusal of a call on top of all it knows, None when it would succeed."""
        answer = self.rpc.batch([("eth_call", [call, "pending"])])[0]
        if isinstance(answer, RpcError) and "pending" in answer.message.lower():
            answer = self.rpc.batch([("eth_call", [call, "latest"])])[0]
        return answer if isinstance(answer, RpcError) else None

    def replay(self, call: dict[str, str], block: int) -> RpcError | None:
        """The node's refusal of a call on the state before a block: why it failed there."""
        answer = self.rpc.batch([("eth_call", [call, hex(max(0, block - 1))])])[0]
        return answer if isinstance(answer, RpcError) else None

    def gas(self, call: dict[str, str]) -> int | RpcError:
        """Gas that a call needs, or the node's refusal."""
        answer = self.rpc.batch([("eth_estimateGas", [call])])[0]
        return answer if isinstance(answer, RpcError) else _number(answer)

    def receipts(self, hashes: Sequence[str]) -> dict[str, Receipt]:
        """Receipts by transaction hash, of those that are in a block."""
        answers = self.rpc.batch([("eth_getTransactionReceipt", [digest]) for digest in hashes])
        pairs = zip(hashes, answers, strict=True)
        return {digest: _receipt(answer) for digest, answer in pairs if answer is not None}

    def knows(self, transaction_hash: str) -> bool:
        """True when the node holds the transaction, waiting or mined."""
        return self.transaction(transaction_hash) is not None

    def block_with_receipts(self, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A block with its transactions, and their receipts in order, as the node tells them."""
        block = self.rpc.call("eth_getBlockByNumber", [hex(number), True])
        receipts = self.rpc.call("eth_getBlockReceipts", [hex(number)])
        if not isinstance(block, dict) or not isinstance(receipts, list):
            raise TryLater(f"The node does not tell block {number} and its receipts.")
        if any(receipt["blockHash"] != block["hash"] for receipt in receipts):
            raise TryLater(f"Block {number} changed while it was read.")
        return block, receipts

    def proof(
        self, address: str, slots: Sequence[int], number: int
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A block and the proof of storage slots after it (EIP-1186).

        Of block `number` where the node still knows its state, else of the newest one.
        """
        keys = [f"0x{slot:064x}" for slot in slots]
        for tag in (hex(number), self.rpc.call("eth_blockNumber", [])):
            requests = [
                ("eth_getBlockByNumber", [tag, False]),
                ("eth_getProof", [address, keys, tag]),
            ]
            block, proof = self.rpc.batch(requests)
            if isinstance(block, dict) and isinstance(proof, dict):
                return block, proof
        raise TryLater("The node does not prove what its state holds (eth_getProof).")

    def close(self) -> None:
        """Close the connections."""
        self.rpc.close()


def _receipt(answer: Any) -> Receipt:
    try:
        number, digest = int(answer["blockNumber"], 16), answer["blockHash"].lower()
        return Receipt(number, digest, int(answer["status"], 16) == 1)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TryLater(f"The node's receipt is incomplete ({error!r}).") from error


def _number(answer: Any) -> int:
    try:
        return int(answer, 16)
    except (TypeError, ValueError) as error:
        raise TryLater(f"The node gave no number but {answer}.") from error

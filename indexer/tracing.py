"""Transactions and what became of the calls within them, as nodes tell it over JSON-RPC."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from indexer.chain import Header
from indexer.errors import TryLater
from indexer.rpc import Rpc, RpcError


@dataclass(frozen=True, slots=True)
class Transaction:
    """A mined transaction; addresses and bytes are lower-case `0x…` text."""

    hash: str
    index: int
    sender: str
    to: str | None
    data: str
    value: str
    gas: str

    @classmethod
    def of(cls, answer: Any) -> Self:
        """From a node's answer."""
        return cls(
            answer["hash"].lower(),
            int(answer["transactionIndex"], 16),
            answer["from"].lower(),
            answer["to"].lower() if answer.get("to") else None,
            (answer.get("input") or answer.get("data") or "0x").lower(),
            answer.get("value", "0x0"),
            answer["gas"],
        )


@dataclass(frozen=True, slots=True)
class FullBlock:
    """A block with its transactions."""

    header: Header
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A call within a transaction and the calls that it made; `failed` when it was reverted."""

    kind: str
    sender: str
    to: str | None
    data: str
    output: str
    failed: bool
    calls: tuple["Frame", ...]

    @classmethod
    def of(cls, answer: Any) -> Self:
        """From what geth's `callTracer` tells."""
        return cls(
            answer.get("type", "CALL").upper(),
            answer["from"].lower(),
            answer["to"].lower() if answer.get("to") else None,
            (answer.get("input") or "0x").lower(),
            (answer.get("output") or "0x").lower(),
            bool(answer.get("error")),
            tuple(cls.of(inner) for inner in answer.get("calls") or ()),
        )

    def walk(self) -> Iterator["Frame"]:
        """This call and all within it, in the order in which they were made."""
        yield self
        for inner in self.calls:
            yield from inner.walk()


class Tracing:
    """The methods of a node that tell of transactions; each raises `TryLater` when it cannot."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def blocks(self, numbers: Sequence[int]) -> list[FullBlock]:
        """Blocks with their transactions."""
        answers = self._rpc.batch([("eth_getBlockByNumber", [hex(n), True]) for n in numbers])
        found = []
        for number, answer in zip(numbers, answers, strict=True):
            if answer is None or isinstance(answer, RpcError):
                raise TryLater(f"The node does not tell block {number} ({answer}).")
            found.append(_full(answer))
        return found

    def failed(self, transactions: Sequence[Transaction]) -> set[str]:
        """Hashes of those of the transactions that were reverted."""
        asked = [("eth_getTransactionReceipt", [one.hash]) for one in transactions]
        found = set()
        for transaction, answer in zip(transactions, self._rpc.batch(asked), strict=True):
            if not isinstance(answer, dict) or answer.get("status") is None:
                raise TryLater(f"The node does not tell the receipt of {transaction.hash}.")
            if int(answer["status"], 16) == 0:
                found.add(transaction.hash)
        return found

    def trace(self, transaction: Transaction) -> Frame | None:
        """The calls within a transaction; None when the node keeps no traces, or not of it."""
        asked = ("debug_traceTransaction", [transaction.hash, {"tracer": "callTracer"}])
        answer = self._rpc.batch([asked])[0]
        if isinstance(answer, RpcError) or not isinstance(answer, dict):
            return None
        try:
            return Frame.of(answer)
        except (KeyError, TypeError, AttributeError):
            return None

    def replay(self, transaction: Transaction, parent_hash: str) -> str | None:
        """What the call says when it is made again on the state before its block.

        None when it does not fail there, or the node does not say why.
        """
        call = {
            "from": transaction.sender,
            "to": transaction.to,
            "data": transaction.data,
            "value": transaction.value,
            "gas": transaction.gas,
        }
        answer = self._rpc.batch([("eth_call", [call, {"blockHash": parent_hash}])])[0]
        return _revert_data(answer.data) if isinstance(answer, RpcError) else None


def _full(answer: Any) -> FullBlock:
    try:
        found = tuple(Transaction.of(one) for one in answer["transactions"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TryLater(f"The node's block is incomplete ({error!r}).") from error
    return FullBlock(Header.of(answer), found)


def _revert_data(data: Any) -> str | None:
    # Some nodes wrap the bytes once more.
    if isinstance(data, dict):
        return _revert_data(data.get("data"))
    return data.lower() if isinstance(data, str) and data.startswith("0x") else None

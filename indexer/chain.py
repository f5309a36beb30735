"""The only room that speaks to a node: headers, logs and code over JSON-RPC."""

from binascii import a2b_hex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

from indexer.errors import TryLater
from indexer.rpc import Request, Rpc, RpcError

#: Of JSON-RPC: the node does not know the method.
NO_SUCH_METHOD = -32601


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header; `timestamp` in UNIX seconds, `last_tx` the hash of its last transaction."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    bloom: int
    last_tx: str | None = None

    @classmethod
    def of(cls, answer: Any) -> Self:
        """From a node's answer; raises `TryLater` when it is none."""
        try:
            return cls(
                int(answer["number"], 16),
                answer["hash"].lower(),
                answer["parentHash"].lower(),
                int(answer["timestamp"], 16),
                int(answer.get("logsBloom") or "0x0", 16),
                next(reversed(answer.get("transactions") or ()), None),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TryLater(f"The node's block is incomplete ({error!r}).") from error


class Log(NamedTuple):
    """A log of a block; hashes, address, topics and data are lower-case `0x…` text."""

    block_number: int
    block_hash: str
    log_index: int
    tx_hash: str
    tx_index: int
    address: str
    topics: list[str]
    data: str


def logs_from(answers: Iterable[Any]) -> list[Log]:
    """Logs from a node's answers; raises `TryLater` when one is none, or a removed one."""
    words, numbers = _Words(), _Numbers()
    try:
        return [_log(answer, words, numbers) for answer in answers]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TryLater(f"The node's log is incomplete ({error!r}).") from error


class _Words(dict[str, str]):
    """Hashes and topics of one answer in lower case: each is checked once, and kept once."""

    def __missing__(self, word: str) -> str:
        if word[:2] != "0x" or len(a2b_hex(word[2:])) != 32:
            raise ValueError(f"{word} is no hash or topic")
        lowered = self[word] = word.lower()
        return lowered


class _Numbers(dict[str, int]):
    """Numbers of one answer: blocks, transactions and places come again and again."""

    def __missing__(self, text: str) -> int:
        number = self[text] = int(text, 16)
        return number


def _log(answer: Any, words: _Words, numbers: _Numbers) -> Log:
    if answer.get("removed"):
        raise ValueError("it was removed")
    data = answer["data"]
    if data != "0x":
        data = data.lower()
        a2b_hex(data[2:])
    return Log(
        numbers[answer["blockNumber"]],
        words[answer["blockHash"]],
        numbers[answer["logIndex"]],
        words[answer["transactionHash"]],
        numbers[answer["transactionIndex"]],
        answer["address"].lower(),
        list(map(words.__getitem__, answer["topics"])),
        data,
    )


class Receipt(NamedTuple):
    """Of a transaction's receipt: its block, and the place of its last log, None without any."""

    block_hash: str
    last_log: int | None

    @classmethod
    def of(cls, answer: Any) -> Self:
        """From a node's answer; raises `TryLater` when it is none."""
        try:
            places = [int(log["logIndex"], 16) for log in answer["logs"]]
            return cls(answer["blockHash"].lower(), max(places, default=None))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TryLater(f"The node's receipt is incomplete ({error!r}).") from error


@dataclass(frozen=True, slots=True)
class View:
    """What a node says in one breath: its head, its marks of finality, and the block asked for."""

    chain_id: int
    latest: Header
    safe: Header | None
    finalized: Header | None
    at: Header | None


class Chain:
    """A chain as its nodes tell it; every method raises `TryLater` when they cannot just now."""

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc

    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return _number(self.rpc.call("eth_chainId", []))

    def without_code(self, addresses: Sequence[str]) -> list[str]:
        """Those of the addresses where there is no contract now."""
        answers = self.rpc.batch([("eth_getCode", [address, "latest"]) for address in addresses])
        if any(isinstance(answer, RpcError) for answer in answers):
            raise TryLater("The node does not tell the code of the contracts.")
        found = zip(addresses, answers, strict=True)
        return [address for address, code in found if code in ("0x", "0x0", None)]

    def view(self, number: int | None) -> View:
        """The head, the marks of finality where the node has them, and block `number`."""
        tags = ["latest", "safe", "finalized", hex(number or 0)]
        requests = [("eth_chainId", []), *(_block_request(tag) for tag in tags)]
        chain_id, *blocks = self.rpc.batch(requests)
        latest, at = blocks[0], blocks[3]
        if latest is None or isinstance(latest, RpcError) or isinstance(at, RpcError):
            raise TryLater(f"The node does not tell its latest blocks ({latest or at}).")
        head = Header.of(latest)
        safe, finalized, found = (_header_or_none(block) for block in blocks[1:])
        if found is not None and found.number != (number or 0):
            raise TryLater(f"Asked for block {number}, the node gave {found.number}.")
        return View(_number(chain_id), head, safe, finalized, None if number is None else found)

    def headers(self, numbers: Sequence[int]) -> list[Header]:
        """Headers of blocks by number, in that order."""
        found = self.find_headers(numbers)
        for number, header in zip(numbers, found, strict=True):
            if header is None:
                raise TryLater(f"The node does not have block {number} yet, or no longer.")
        return [header for header in found if header is not None]

    def find_headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """Headers of blocks by number, None for those that the node does not have."""
        answers = self.rpc.batch([_block_request(hex(number)) for number in numbers])
        headers = []
        for number, answer in zip(numbers, answers, strict=True):
            if isinstance(answer, RpcError):
                raise TryLater(f"The node does not tell block {number} ({answer}).")
            headers.append(None if answer is None else _numbered(answer, number))
        return headers

    def logs_of(self, headers: Sequence[Header], addresses: Sequence[str]) -> list[Log]:
        """Logs of blocks by their hash, so that they are of the same fork as the header."""
        requests = [
            _logs_request({"blockHash": h.hash, "address": list(addresses)}) for h in headers
        ]
        logs = []
        for header, answer in zip(headers, self.rpc.batch(requests), strict=True):
            found = _logs(answer, f"block {header.number}")
            _check_logs_of(header, found)
            logs += _ordered(log for log in found if log.address in addresses)
        return logs

    def all_logs_of(self, header: Header) -> list[Log]:
        """Logs of a block by whatever contract."""
        answer = self.rpc.call("eth_getLogs", [{"blockHash": header.hash}])
        logs = _logs(answer, f"block {header.number}")
        _check_logs_of(header, logs)
        return _ordered(logs)

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None] | None:
        """Receipts of transactions, None for those that the node does not have (any longer), and
        None for all where it gives out no receipts."""
        requests = [("eth_getTransactionReceipt", [each]) for each in transactions]
        answers = self.rpc.batch(requests)
        errors = [answer for answer in answers if isinstance(answer, RpcError)]
        if any(error.code == NO_SUCH_METHOD for error in errors):
            return None
        if errors:
            raise TryLater(f"The node does not tell a receipt ({errors[0]}).")
        return [None if answer is None else Receipt.of(answer) for answer in answers]

    def transactions_of(self, header: Header) -> list[str]:
        """Hashes of a block's transactions, in order."""
        answer = self.rpc.call("eth_getBlockByHash", [header.hash, False])
        found = answer.get("transactions") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise TryLater(f"The node does not tell the transactions of block {header.number}.")
        return found

    def logs_in(
        self, first: int, last: int, addresses: Sequence[str], most_bytes: int | None = None
    ) -> tuple[str | None, list[Log], Header]:
        """Logs of a range of blocks, both ends included, and the header of the last one.

        First comes the hash of the block before the range, None when that starts with block 0. The
        last header is read before and after: should the chain change meanwhile, raises `TryLater`.
        An answer of more bytes than `most_bytes` is `RangeTooLarge`.
        """
        bounds = {"fromBlock": hex(first), "toBlock": hex(last), "address": list(addresses)}
        end, parent = _block_request(hex(last)), _block_request(hex(max(0, first - 1)))
        before, passed, answer, after = self.rpc.batch(
            [end, parent, _logs_request(bounds), end], most_bytes
        )
        logs = _logs(answer, f"blocks {first} to {last}")
        if before is None or before != after or isinstance(before, RpcError):
            raise TryLater(f"Block {last} changed while its logs were read.")
        if any(not first <= log.block_number <= last for log in logs):
            raise TryLater(f"The node gave logs outside of blocks {first} to {last}.")
        ours = _ordered(log for log in logs if log.address in addresses)
        end_of_range = _numbered(before, last)
        if passed is None or isinstance(passed, RpcError):
            raise TryLater(f"The node does not tell block {first - 1} ({passed}).")
        found = _numbered(passed, max(0, first - 1))
        return found.hash if first else None, ours, end_of_range

    def answers(self, calls: Sequence[tuple[str, str]], block_hash: str) -> list[str | None]:
        """What views return on the state after a block, None where they revert.

        `calls` are (address, calldata). Raises `TryLater` when the node has that state no longer.
        """
        at = {"blockHash": block_hash, "requireCanonical": True}
        requests = [("eth_call", [{"to": to, "data": data}, at]) for to, data in calls]
        return [_returned(answer) for answer in self.rpc.batch(requests)]


def _returned(answer: Any) -> str | None:
    if isinstance(answer, RpcError):
        if "revert" in answer.message.lower():
            return None
        raise TryLater(f"The node does not answer a view ({answer}).")
    if not isinstance(answer, str):
        raise TryLater("The node gave no bytes for a view.")
    return answer


def _block_request(tag: str) -> Request:
    return "eth_getBlockByNumber", [tag, False]


def _numbered(answer: Any, number: int) -> Header:
    """The header of the block that was asked for; raises `TryLater` when it is another one's."""
    header = Header.of(answer)
    if header.number != number:
        raise TryLater(f"Asked for block {number}, the node gave {header.number}.")
    return header


def _header_or_none(answer: Any) -> Header | None:
    return None if answer is None or isinstance(answer, RpcError) else Header.of(answer)


def _logs_request(bounds: dict[str, Any]) -> Request:
    return "eth_getLogs", [bounds]


def _logs(answer: Any, where: str) -> list[Log]:
    if isinstance(answer, RpcError):
        raise answer.as_trouble(where)
    if not isinstance(answer, list):
        raise TryLater(f"The node does not tell the logs of {where}.")
    return logs_from(answer)


def _check_logs_of(header: Header, logs: Sequence[Log]) -> None:
    if any((log.block_hash, log.block_number) != (header.hash, header.number) for log in logs):
        raise TryLater(f"The node gave logs of another block than {header.number}.")


def _ordered(logs: Iterable[Log]) -> list[Log]:
    """Logs in chain order, each once, however often and in whatever order the node gave them."""
    given = list(logs)
    if all(
        one < two for one, two in pairwise([(log.block_number, log.log_index) for log in given])
    ):
        return given
    places: dict[tuple[int, int], Log] = {}
    for log in given:
        place = log.block_number, log.log_index
        if places.setdefault(place, log) != log:
            raise TryLater(f"The node gave two logs of block {place[0]} at index {place[1]}.")
    return [places[place] for place in sorted(places)]


def _number(answer: Any) -> int:
    try:
        return int(answer, 16)
    except (TypeError, ValueError) as error:
        raise TryLater(f"The node gave no number but {answer!r}.") from error

"""The auditor's own eyes on the chain: plain JSON-RPC, every read pinned to one block."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

BATCH = 100
ATTEMPTS = 5
FIRST_RANGE = 50_000


class NodeTrouble(Exception):
    """The node cannot be asked; the message says what to do."""


@dataclass(frozen=True)
class Pin:
    """The block whose state is audited."""

    number: int
    hash: str
    timestamp: int


class Node:
    """A node at an HTTP URL."""

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        self.url = url
        self._http = httpx.Client(timeout=timeout)

    def ask(self, method: str, *parameters: Any) -> Any:
        """One request; raises `NodeTrouble` for an error of any kind."""
        return _result(self._post([(method, parameters)])[0], self.url)

    def ask_all(self, requests: Sequence[tuple[str, tuple[Any, ...]]]) -> Iterator[Any]:
        """Results in order, in batches; an error of the node is yielded as None."""
        for start in range(0, len(requests), BATCH):
            for reply in self._post(requests[start : start + BATCH]):
                yield reply.get("result")

    def chain_id(self) -> int:
        """Chain id of the node."""
        return int(self.ask("eth_chainId"), 16)

    def pin(self, block: int | str = "latest") -> Pin:
        """A block by number or tag; raises `NodeTrouble` when the node does not have it."""
        found = self.ask("eth_getBlockByNumber", _block(block), False)
        if found is None:
            raise NodeTrouble(f"The node {self.url} has no block {block}: let it catch up first.")
        return Pin(int(found["number"], 16), found["hash"], int(found["timestamp"], 16))

    def logs(
        self, addresses: Sequence[str], first: int, last: int, progress: Callable[[int], None]
    ) -> list[dict[str, Any]]:
        """Logs of the addresses in `[first, last]`; halves the range when the node refuses it."""
        found: list[dict[str, Any]] = []
        step = FIRST_RANGE
        while first <= last:
            end = min(first + step - 1, last)
            logs = self._logs_or_none(addresses, first, end)
            if logs is None:
                step = max(1, (end - first + 1) // 2)
                continue
            found += logs
            first = end + 1
            progress(end)
        return found

    def calls(self, calls: Sequence[tuple[str, str]], pin: Pin) -> Iterator[str | None]:
        """`eth_call` results for (address, calldata) in the state of the pinned block."""
        at = {"blockHash": pin.hash}
        requests = [("eth_call", ({"to": to, "data": data}, at)) for to, data in calls]
        yield from self.ask_all(requests)

    def _logs_or_none(self, addresses: Sequence[str], first: int, last: int) -> Any:
        query = {
            "address": list(addresses),
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        reply = self._post([("eth_getLogs", (query,))])[0]
        if "error" in reply and first == last:
            raise NodeTrouble(f"{self.url} gives no logs of block {first}: {reply['error']}.")
        return reply.get("result")

    def _post(self, requests: Sequence[tuple[str, tuple[Any, ...]]]) -> list[dict[str, Any]]:
        body = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": list(parameters)}
            for number, (method, parameters) in enumerate(requests)
        ]
        for attempt in range(ATTEMPTS):
            try:
                return _replies(self._http.post(self.url, json=body), len(body))
            except (httpx.HTTPError, ValueError) as error:
                if attempt == ATTEMPTS - 1:
                    raise NodeTrouble(_unreachable(self.url, error)) from error
                time.sleep(0.2 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")


def _replies(response: httpx.Response, count: int) -> list[dict[str, Any]]:
    response.raise_for_status()
    replies = response.json()
    if not isinstance(replies, list) or len(replies) != count:
        raise ValueError(f"{count} requests were not answered one by one")
    return sorted(replies, key=lambda reply: reply["id"])


def _result(reply: dict[str, Any], url: str) -> Any:
    if "error" in reply:
        raise NodeTrouble(f"The node {url} refuses: {reply['error'].get('message')}.")
    return reply["result"]


def _block(block: int | str) -> str:
    return hex(block) if isinstance(block, int) else block


def _unreachable(url: str, error: Exception) -> str:
    return f"The node {url} cannot be asked ({error}): start it, or name another with --rpc-url."

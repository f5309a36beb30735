"""A JSON-RPC server of a chain that was never mined: life cycles of units, any number of them.

Shapes are those of a node's answers, block hashes link, and blooms are those of the logs; there are
no transactions. Run as a process of its own: `python replay.py EVENTS UNITS_ADDRESS TOPICS`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from indexer.bloom import bloom_of

PER_BLOCK, FIRST, CHAIN = 100, 10, 31337
#: What ten events are about: a new unit (two events), a known one that moves, one that is retired.
PATTERN = "nntttnnttr"
_ZERO = "0x" + "0" * 64


def word(number: int) -> str:
    """A number as a topic."""
    return f"0x{number:064x}"


def block_hash(number: int) -> str:
    """Hash of a block: no hash at all, but unlike any other."""
    return f"0x{(number * 0x9E3779B97F4A7C15 + 1) & ((1 << 64) - 1):016x}{number:048x}"


class Chain:
    """Blocks of `PER_BLOCK` logs of one contract, made when asked for."""

    def __init__(self, events: int, units: str, topics: dict[str, str]) -> None:
        self.units, self.topics = units, topics
        self.last_full = FIRST + events // PER_BLOCK - 1
        self.head = self.last_full + 100
        # A block is asked for twice, for its logs and for its header.
        self.header = lru_cache(maxsize=256)(self._header)
        self._logs_of = lru_cache(maxsize=256)(self._made)

    def logs(self, first: int, last: int) -> Iterator[dict[str, Any]]:
        """Logs of the blocks from `first` to `last`."""
        for number in range(max(first, FIRST), min(last, self.last_full) + 1):
            yield from self._logs_of(number)

    def _header(self, number: int) -> dict[str, Any]:
        """A block as `eth_getBlockByNumber` gives it."""
        items = {i for log in self._logs_of(number) for i in (log["address"], *log["topics"])}
        return {
            "number": hex(number),
            "hash": block_hash(number),
            "parentHash": block_hash(number - 1),
            "timestamp": hex(1_700_000_000 + 2 * number),
            "logsBloom": f"0x{bloom_of(items):0512x}",
            "transactions": [],
        }

    def _made(self, number: int) -> list[dict[str, Any]]:
        if not FIRST <= number <= self.last_full:
            return []
        start, named = (number - FIRST) * PER_BLOCK, block_hash(number)
        return [
            {
                "address": self.units,
                "topics": topics,
                "data": data,
                "blockHash": named,
                "blockNumber": hex(number),
                "transactionHash": word((start + place) // 10 * 0x9E3779B97F4A7C15F39CC0605CEDC834),
                "transactionIndex": hex(place // 10),
                "logIndex": hex(place),
                "removed": False,
            }
            for place, (topics, data) in enumerate(map(self._log, range(start, start + PER_BLOCK)))
        ]

    def _log(self, event: int) -> tuple[list[str], str]:
        kind, known = PATTERN[event % 10], event // 10 * 2
        if kind == "n":
            return self._minted(event, known)
        unit = (event * 2_654_435_761) % max(1, known)
        owner, other = holder(event), holder(event + 1)
        if kind == "t":
            return [self.topics["Transfer"], owner, other, word(token(unit))], "0x"
        amounts = f"{1000:064x}{0:064x}{128:064x}{3:064x}"
        data = f"{owner}{amounts}{b'eth'.hex().ljust(64, '0')}"
        return [self.topics["CRURetired"], word(token(unit)), owner, word(2)], data

    def _minted(self, event: int, known: int) -> tuple[list[str], str]:
        unit = known + (event % 10 > 4)
        id_, owner = word(token(unit)), holder(unit)
        if event % 10 in (0, 5):
            return [self.topics["Transfer"], _ZERO, owner, id_], "0x"
        report = f"{token(unit) >> 144:028x}".ljust(64, "0")
        words = [report, f"{2020:064x}", f"{1000:064x}", "0" * 64, f"{1:064x}"]
        return [self.topics["CRUMinted"], id_, word(unit // 1000 + 1), owner], "0x" + "".join(words)


def token(unit: int) -> int:
    """The id of the n-th block of units: a thousand of them make up a report."""
    report = (unit // 1000 + 1) * 0x9E3779B97F4A7C15 % (1 << 112)
    return report << 144 | 2020 << 128 | (unit % 1000) * 1000 << 64 | 1000


def holder(number: int) -> str:
    """One of two thousand holders, as a topic."""
    return word(number * 2_654_435_761 % 2000 + 0x1234567890)


def answer(chain: Chain, request: dict[str, Any]) -> Any:
    """The result of one request."""
    method, params = request["method"], request["params"]
    if method == "eth_chainId":
        return hex(CHAIN)
    if method == "eth_getCode":
        return "0x60"
    if method == "eth_getLogs":
        bounds = params[0]
        if "blockHash" in bounds:
            number = int(bounds["blockHash"][-48:], 16)
            return list(chain.logs(number, number))
        return list(chain.logs(int(bounds["fromBlock"], 16), int(bounds["toBlock"], 16)))
    tag = params[0]
    number = chain.head if tag == "latest" else None
    number = chain.head - 64 if tag in ("safe", "finalized") else number
    number = int(tag, 16) if number is None else number
    return chain.header(number) if number <= chain.head else None


def serve(chain: Chain) -> None:
    """Answer on a free port, which is printed first."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            several = asked if isinstance(asked, list) else [asked]
            replies = [
                {"jsonrpc": "2.0", "id": one["id"], "result": answer(chain, one)} for one in several
            ]
            content = orjson.dumps(replies if isinstance(asked, list) else replies[0])
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(Chain(int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])))

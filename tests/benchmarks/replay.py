"""A JSON-RPC server of a chain that was never mined: life cycles of units, any number of them.

Shapes of events are those of the compiled contracts, shapes of answers a node's, block hashes link,
and blooms are those of the logs; there are no transactions. Run as a process of its own:
`python replay.py MANIFEST UNITS_ADDRESS EVENTS EMPTY`: so many empty blocks follow each full one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

from indexer.abi import Abi, EventType
from indexer.bloom import bloom_of
from indexer.values import Parameter, encode_values

PER_BLOCK, FIRST, CHAIN = 100, 10, 31337
#: What ten events are about: a new unit (two events), a known one that moves, one that is retired.
PATTERN = "nntttnnttr"
_NOBODY = "0" * 64
KG, SPREAD = 1000, 0x9E3779B97F4A7C15F39CC0605CEDC834


def word(number: int) -> str:
    """A number as a word."""
    return f"{number:064x}"


def block_hash(number: int) -> str:
    """Hash of a block: no hash at all, but unlike any other."""
    return f"0x{(number * 0x9E3779B97F4A7C15 + 1) & ((1 << 64) - 1):016x}{number:048x}"


class Shape:
    """Logs of an event as its ABI has them: some arguments are the same in all, the others words of
    64 digits that are given for each."""

    def __init__(self, event: EventType, **same: Any) -> None:
        values = [same.get(p.name, _zero(p)) for p in event.data]
        whole = encode_values(event.data, values).hex()
        self._topic = event.topic
        fixed = {p.name: _encoded(p, same) for p in event.indexed if p.name in same}
        self._indexed = [(p.name, fixed.get(p.name, "")) for p in event.indexed]
        self._data, end = [], 0
        for place, parameter in enumerate(event.data):
            if parameter.name not in same:
                self._data += [(None, whole[end : 64 * place]), (parameter.name, "")]
                end = 64 * (place + 1)
        self._data.append((None, whole[end:]))

    def log(self, **words: str) -> tuple[list[str], str]:
        """Topics and data."""
        topics = [f"0x{same or words[name]}" for name, same in self._indexed]
        data = "".join(same if name is None else words[name] for name, same in self._data)
        return [self._topic, *topics], "0x" + data


def _encoded(parameter: Parameter, values: dict[str, Any]) -> str:
    return encode_values([parameter], [values[parameter.name]]).hex()


def _zero(parameter: Parameter) -> Any:
    size = {"address": "20"}.get(parameter.type) or parameter.type.removeprefix("bytes")
    return "0x" + "00" * int(size) if size.isdigit() else 0


class Chain:
    """Blocks of `PER_BLOCK` logs of one contract, made when asked for, and empty ones between."""

    def __init__(self, abi: Abi, units: str, events: int, empty: int) -> None:
        self.units, self._step, self._full = units, empty + 1, events // PER_BLOCK
        self.head = FIRST + self._full * self._step + 100
        types = {event.name: event for event in abi.events_of("CRU")}
        held = {"unitType": "CRU", "status": "held", "expires": False, "monitoringEndDay": 0}
        amounts = {"vintage": 2020, "kg": KG}
        claim = {
            "claimStartDay": 0,
            "claimEndDay": 0,
            "purpose": "eth",
            "beneficiary": "0x" + "03" * 32,
        }
        self._moved = Shape(types["Transfer"])
        self._minted = Shape(types["CRUMinted"], **held, **amounts)
        self._retired = Shape(types["CRURetired"], reason=2, kg=KG, **claim)
        # A block is asked for twice, for its logs and for its header.
        self.header = lru_cache(maxsize=256)(self._header)
        self._logs_of = lru_cache(maxsize=256)(self._made)

    def logs(self, first: int, last: int) -> Iterator[dict[str, Any]]:
        """Logs of the blocks from `first` to `last`."""
        low = max(0, -(-(first - FIRST) // self._step))
        for place in range(low, min(self._full, (last - FIRST) // self._step + 1)):
            yield from self._logs_of(FIRST + place * self._step)

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
        place, beside = divmod(number - FIRST, self._step)
        if beside or not 0 <= place < self._full:
            return []
        start, named = place * PER_BLOCK, block_hash(number)
        return [
            {
                "address": self.units,
                "topics": topics,
                "data": data,
                "blockHash": named,
                "blockNumber": hex(number),
                "transactionHash": "0x"
                + word((start + place) // 10 * 0x9E3779B97F4A7C15F39CC0605CEDC834),
                "transactionIndex": hex(place // 10),
                "logIndex": hex(place),
                "removed": False,
            }
            for place, (topics, data) in enumerate(map(self._log, range(start, start + PER_BLOCK)))
        ]

    def _log(self, event: int) -> tuple[list[str], str]:
        kind, known = PATTERN[event % 10], event // 10 * 2
        if kind == "n":
            return self._born(event, known)
        unit = (event * 2_654_435_761) % max(1, known)
        owner, other, named = holder(event), holder(event + 1), word(token(unit))
        if kind == "t":
            return self._moved.log(**{"from": owner, "to": other, "tokenId": named})
        return self._retired.log(tokenId=named, owner=owner, actor=owner)

    def _born(self, event: int, known: int) -> tuple[list[str], str]:
        unit = known + (event % 10 > 4)
        named, owner = word(token(unit)), holder(unit)
        if event % 10 in (0, 5):
            return self._moved.log(**{"from": _NOBODY, "to": owner, "tokenId": named})
        report = f"{token(unit) >> 144:028x}".ljust(64, "0")
        project = word(unit // 1000 + 1)
        return self._minted.log(tokenId=named, projectId=project, to=owner, reportId=report)


def token(unit: int) -> int:
    """The id of the n-th block of units: a thousand of them make up a report."""
    report = (unit // 1000 + 1) * 0x9E3779B97F4A7C15 % (1 << 112)
    return report << 144 | 2020 << 128 | (unit % 1000) * KG << 64 | KG


def holder(number: int) -> str:
    """One of two thousand holders, as a word."""
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
    manifest, units, events, empty = sys.argv[1:]
    serve(Chain(Abi.load(Path(manifest)), units, int(events), int(empty)))

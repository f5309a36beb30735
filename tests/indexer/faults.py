"""What nodes do wrong: lies and failures to put between an indexer and the truth."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Callable
from typing import Any

from .liar import Twist

Replies = list[dict[str, Any]]


def truth(_asked: Replies, replies: Replies) -> Replies:
    """What the node says."""
    return replies


def sometimes(lie: Twist, share: float = 0.3, seed: int = 4) -> Twist:
    """The lie where it first makes a difference and for this share of the later chances."""
    chances = itertools.chain([0.0], iter(random.Random(seed).random, None))

    def twist(asked: Replies, replies: Replies) -> Any:
        told = lie(asked, replies)
        return told if told != replies and next(chances) < share else replies

    return twist


def once(lie: Twist) -> Twist:
    """The lie where it first makes a difference, and the truth ever after."""
    return sometimes(lie, share=0.0)


def in_logs(change: Callable[[list[Any]], Any]) -> Twist:
    """A change of every answer that is a list of logs."""

    def twist(asked: Replies, replies: Replies) -> Replies:
        return [
            reply | {"result": change(reply["result"])}
            if request["method"] == "eth_getLogs" and isinstance(reply.get("result"), list)
            else reply
            for request, reply in zip(asked, replies, strict=True)
        ]

    return twist


def without_a_block(logs: list[Any]) -> list[Any]:
    """All logs of one block in the middle are left out."""
    blocks = sorted({log["blockNumber"] for log in logs})
    return [log for log in logs if log["blockNumber"] != blocks[len(blocks) // 2]]


def each_changed(**members: Any) -> Callable[[list[Any]], list[Any]]:
    """These members of every log are otherwise."""
    return lambda logs: [log | members for log in logs]


def each_with_data(cut: Callable[[str], str]) -> Callable[[list[Any]], list[Any]]:
    """The data of every log that has some is cut, and valid hexadecimal still."""
    return lambda logs: [
        log | ({"data": cut(log["data"])} if len(log["data"]) > 2 else {}) for log in logs
    ]


def with_a_stranger(logs: list[Any]) -> list[Any]:
    """The node minds no filter: logs of another address are among ours, under other numbers."""
    foreign = [
        log | {"address": "0x" + "99" * 20, "logIndex": hex(10_000 + n)}
        for n, log in enumerate(logs)
    ]
    return [*foreign, *logs]


def one_told_otherwise(logs: list[Any]) -> list[Any]:
    """A log comes twice, and not the same both times."""
    return [*logs, *(log | {"transactionHash": "0x" + "00" * 32} for log in logs[:1])]


def with_logs_of_another_fork(_asked: Replies, replies: Replies) -> Any:
    """Logs name another block hash than the header."""
    return json.loads(
        json.dumps(replies)
        .replace('"blockHash": "0x', '"blockHash": "0xff')
        .replace("0xff0x", "0x")
    )


def without_blocks(asked: Replies, replies: Replies) -> Replies:
    """Blocks asked for by number are not there yet."""
    return [
        reply | {"result": None}
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] != "latest"
        else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


def with_blocks_of_others(asked: Replies, replies: Replies) -> Replies:
    """Asked for a block, the node gives another one."""
    return [
        reply | {"result": reply["result"] | {"number": "0x1"}}
        if request["method"] == "eth_getBlockByNumber" and reply.get("result")
        else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


def with_ranges_of_others(asked: Replies, replies: Replies) -> Replies:
    """Asked for a range and the blocks at its ends, the node gives other blocks."""
    is_range = any("fromBlock" in request["params"][0] for request in asked if _is_of_logs(request))
    return with_blocks_of_others(asked, replies) if is_range else replies


def _is_of_logs(request: dict[str, Any]) -> bool:
    return bool(request["method"] == "eth_getLogs")


def ahead_of_its_logs(asked: Replies, replies: Replies) -> Replies:
    """The newest block is told before its logs are."""
    newest = max((_number(reply) for reply in replies), default=0)
    return [
        reply | {"result": [log for log in reply["result"] if int(log["blockNumber"], 16) < newest]}
        if request["method"] == "eth_getLogs" and isinstance(reply.get("result"), list)
        else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


def _number(reply: dict[str, Any]) -> int:
    result = reply.get("result")
    if isinstance(result, list):
        return max((int(log["blockNumber"], 16) for log in result), default=0)
    return 0


def error(code: int, message: str) -> Twist:
    """Every request of the batch is refused."""
    return lambda asked, _: [
        {"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}}
        for request in asked
    ]


def late(seconds: float, every: int = 9) -> Twist:
    """Every ninth answer comes when nobody waits for it any longer."""
    answers = itertools.count(1)

    def twist(_asked: Replies, replies: Replies) -> Replies:
        if next(answers) % every == 0:
            time.sleep(seconds)
        return replies

    return twist


FAULTS: dict[str, Twist] = {
    "truncated JSON": lambda _asked, replies: json.dumps(replies).encode()[:-20],
    "no JSON": lambda *_: b"<html>Bad gateway</html>",
    "JSON of another kind": lambda *_: b'"busy"',
    "results of another kind": lambda _, replies: [reply | {"result": 5} for reply in replies],
    "HTTP 429": lambda *_: 429,
    "HTTP 500": lambda *_: 500,
    "HTTP 503": lambda *_: 503,
    "empty answer": lambda *_: b"",
    "connection lost": lambda *_: None,
    "answer too late": late(1.3),
    "server error": error(-32000, "header not found"),
    "rate limit": error(-32005, "daily request count exceeded, request rate limited"),
    "rate limit of compute units": error(429, "Your app has exceeded its compute units per second"),
    "answers missing": lambda _asked, replies: replies[:-1] if len(replies) > 1 else 500,
    "null blocks": without_blocks,
    "blocks of other numbers": with_blocks_of_others,
    "ends of ranges of other numbers": with_ranges_of_others,
    "no logs": in_logs(lambda logs: []),
    "null instead of logs": in_logs(lambda logs: None),
    "one log missing": in_logs(lambda logs: logs[:-1]),
    "first log missing": in_logs(lambda logs: logs[1:]),
    "every second log missing": in_logs(lambda logs: logs[::2]),
    "one block's logs missing": in_logs(without_a_block),
    "head ahead of its logs": ahead_of_its_logs,
    "logs of another fork": with_logs_of_another_fork,
    "logs of a stranger": in_logs(with_a_stranger),
    "logs twice": in_logs(lambda logs: [*logs, *logs]),
    "logs in another order": in_logs(lambda logs: logs[::-1]),
    "a log twice and otherwise": in_logs(one_told_otherwise),
    "removed logs": in_logs(each_changed(removed=True)),
    "logs without topics": in_logs(each_changed(topics=None)),
    "logs cut off": in_logs(each_changed(data="0x0")),
    "logs cut off after a word": in_logs(each_with_data(lambda data: data[:-64])),
    "logs cut off after a byte": in_logs(each_with_data(lambda data: data[: len(data) // 4 * 2])),
    "topics missing": in_logs(lambda logs: [log | {"topics": log["topics"][:-1]} for log in logs]),
    "logs of later blocks": in_logs(each_changed(blockNumber="0xffffff")),
}
#: Refusals of a range's size, as providers and clients word them.
RANGE_DIALECTS: list[tuple[int, str]] = [
    (-32005, "query returned more than 10000 results"),
    (-32005, "query returned more than 10000 results. Try with this block range [0x1, 0x2]."),
    (-32602, "eth_getLogs range is too large, max is 1k blocks"),
    (-32602, "query exceeds max results 20000, retry with the range 1-5"),
    (-32602, "invalid params: block range is too wide"),
    (-32000, "exceed maximum block range: 5000"),
    (-32000, "block range greater than 10000 max"),
    (-32000, "requested too many blocks from 1 to 20000, maximum is set to 2048"),
    (-32000, "query timeout exceeded"),
    (-32600, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K range"),
    (-32600, "eth_getLogs is limited to a 10,000 range"),
    (-32614, "eth_getLogs is limited to a 5 block range"),
    (-32701, "Please specify less number of addresses; block range limit exceeded"),
    (-32701, "Please specify an address in your request or, to remove restrictions, limit blocks"),
    (-32002, "request timed out"),
    (-32003, "logs matched by query exceeds limit of 10000"),
    (-32011, "too many logs, narrow your filter"),
    (-32012, "response is too big"),
    (-32016, "exceeds the range allowed for your plan"),
    (35, "ranges over 10000 blocks are not supported on freetier"),
    (0, "maximum allowed number of requested blocks is 3000"),
    (-32062, "Block range is too large"),
    (-32000, "One of the blocks specified in filter (fromBlock, toBlock) cannot be this far apart"),
]

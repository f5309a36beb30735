"""What nodes do wrong: lies and failures to put between an indexer and the truth."""

from __future__ import annotations

import json
import random
from itertools import chain
from typing import Any

from .liar import Twist

Replies = list[dict[str, Any]]


def sometimes(lie: Twist, share: float = 0.3) -> Twist:
    """The lie where it first makes a difference and for this share of the later chances."""
    chances = chain([0.0], iter(random.Random(4).random, None))

    def twist(asked: Replies, replies: Replies) -> Any:
        told = lie(asked, replies)
        return told if told != replies and next(chances) < share else replies

    return twist


def without_logs(asked: Replies, replies: Replies) -> Replies:
    """Every log is left out."""
    return [
        reply | {"result": []} if request["method"] == "eth_getLogs" else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


def without_one_event(asked: Replies, replies: Replies) -> Replies:
    """The last log of each answer is left out."""
    return [
        reply | {"result": reply["result"][:-1]} if request["method"] == "eth_getLogs" else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


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


def error(code: int, message: str) -> Twist:
    """Every request of the batch is refused."""
    return lambda asked, _: [
        {"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}}
        for request in asked
    ]


FAULTS: dict[str, Twist] = {
    "truncated JSON": lambda _asked, replies: json.dumps(replies).encode()[:-20],
    "no JSON": lambda *_: b"<html>Bad gateway</html>",
    "HTTP 429": lambda *_: 429,
    "HTTP 500": lambda *_: 500,
    "HTTP 503": lambda *_: 503,
    "empty answer": lambda *_: b"",
    "server error": error(-32000, "header not found"),
    "rate limit": error(-32005, "daily request count exceeded, request rate limited"),
    "answers missing": lambda _asked, replies: replies[:-1] if len(replies) > 1 else 500,
    "null blocks": without_blocks,
    "no logs": without_logs,
    "one log missing": without_one_event,
    "logs of another fork": with_logs_of_another_fork,
}

SEEN_IN_RANGES = ["truncated JSON", "server error", "null blocks", "logs of another fork"]

"""Logs that a node leaves out where neither a bloom nor a number betrays it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indexer.errors import TryLater
from indexer.follower import Follower
from indexer.settings import IndexerSettings

from .faults import Replies, in_logs, once
from .liar import Twist, liar
from .stage import Registry
from .truth import digest_of, fresh_digest

pytestmark = pytest.mark.chain

Another = Callable[[], IndexerSettings]
DEPTHS = pytest.mark.parametrize("depth", [64, 0], ids=["near the head", "in ranges"])


@pytest.fixture
def settings(another: Another) -> IndexerSettings:
    """On SQLite alone: what a node says does not depend on the database."""
    return another()


def approve(registry: Registry) -> None:
    """Say who may move an account's units."""
    registry.send(registry.holders[0], "CRU", "setApprovalForAll", registry.holders[1], True)


def hide_one(registry: Registry, *, is_last: bool) -> str:
    """A block with the same approval twice; gives its number. Unless the second one is in its last
    transaction, one without logs comes after."""
    approve(registry)
    approve(registry)
    if not is_last:
        registry.node.rpc(
            "eth_sendTransaction", {"from": registry.holders[0], "to": registry.holders[1]}
        )
    registry.node.mine()
    return hex(registry.node.head)


def without_the_end(block: str) -> Twist:
    """The last log of a block is left out."""
    return in_logs(lambda logs: logs[:-1] if logs and logs[-1]["blockNumber"] == block else logs)


def to_receipts(answer: dict[str, Any]) -> Twist:
    """The node answers so where it is asked for a receipt."""
    return lambda asked, replies: [
        {"jsonrpc": "2.0", "id": reply["id"]} | answer
        if request["method"] == "eth_getTransactionReceipt"
        else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


def follow(settings: IndexerSettings, url: str, depth: int, patience: float) -> None:
    told = settings.model_copy(update={"rpc_urls": (url,), "finality_depth": depth})
    with Follower(told) as follower:
        follower.catch_up(patience)


class TestEnds:
    """
    given a block's last log repeats the topics of another
        when a node leaves it out for ever              the index does not pass the block
        when it leaves it out once                      the index ends at the truth
        whether or not the block ends with a transaction without logs
    given a node that knows no receipts                 it is believed
    given one that has those of new blocks only later   it is waited for
    """

    @DEPTHS
    @pytest.mark.parametrize("is_last", [True, False], ids=["last", "before one without logs"])
    def test_is_missed_when_the_end_of_a_block_is_left_out(
        self,
        registry: Registry,
        settings: IndexerSettings,
        another: Another,
        depth: int,
        is_last: bool,
    ) -> None:
        lie = without_the_end(hide_one(registry, is_last=is_last))
        with liar(registry.node.url, lie) as url, pytest.raises(TryLater, match="end of block"):
            follow(settings, url, depth, 1)
        with liar(registry.node.url, once(lie)) as url:
            follow(settings, url, depth, 10)
        assert digest_of(settings) == fresh_digest(another())

    @DEPTHS
    def test_a_node_is_believed_given_it_knows_no_receipts(
        self, registry: Registry, settings: IndexerSettings, another: Another, depth: int
    ) -> None:
        hide_one(registry, is_last=True)
        unknown = {"error": {"code": -32601, "message": "the method is not available"}}
        with liar(registry.node.url, to_receipts(unknown)) as url:
            follow(settings, url, depth, 10)
        assert digest_of(settings) == fresh_digest(another())

    def test_a_node_is_waited_for_given_its_receipts_come_later(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        hide_one(registry, is_last=True)
        without = to_receipts({"result": None})
        with liar(registry.node.url, without) as url, pytest.raises(TryLater, match="receipts"):
            follow(settings, url, 64, 1)
        with liar(registry.node.url, once(without)) as url:
            follow(settings, url, 64, 10)
        assert digest_of(settings) == fresh_digest(another())


class TestSilence:
    """
    when a range of some hundred blocks comes without its only logs   they are missed
    """

    def test_is_noticed_when_the_only_logs_of_a_range_are_left_out(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        registry.node.mine(300)
        approve(registry)
        registry.node.mine(300)
        hidden = hex(registry.node.head - 299)

        def without(asked: Replies, replies: Replies) -> Replies:
            """Only where a range is asked for: who asks for the block by its hash is told."""
            is_range = any("fromBlock" in str(request["params"]) for request in asked)
            drop = in_logs(lambda logs: [log for log in logs if log["blockNumber"] != hidden])
            return drop(asked, replies) if is_range else replies

        said = pytest.raises(TryLater, match=f"left out logs of block {int(hidden, 16)}")
        with liar(registry.node.url, without) as url, said:
            follow(settings, url, 0, 2)

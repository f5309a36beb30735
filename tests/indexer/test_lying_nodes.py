"""Nodes that fail, forget and lie: the index ends where the truth is, or stops and says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from indexer.database import engine, snapshot
from indexer.errors import TryLater, WrongChain
from indexer.follower import Follower
from indexer.models import Block
from indexer.settings import IndexerSettings

from .faults import (
    FAULTS,
    RANGE_DIALECTS,
    Replies,
    in_logs,
    sometimes,
    with_ranges_of_others,
)
from .liar import liar
from .play import Play
from .stage import MANIFEST, Registry
from .truth import check_model, digest_of, fresh_digest

pytestmark = [pytest.mark.chain, pytest.mark.slow]

Another = Callable[[], IndexerSettings]


@pytest.fixture
def settings(another: Another) -> IndexerSettings:
    """On SQLite alone: what a node says does not depend on the database."""
    return another().model_copy(update={"request_timeout": 1.0})


@pytest.fixture(scope="module")
def opened(deployed: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The digest of a chain with a past, for tests that only read it."""
    mark = deployed.node.snapshot()
    Play(deployed, 21, "liar").open()
    folder = tmp_path_factory.mktemp("opened")
    deployed.save(folder)
    yield fresh_digest(
        IndexerSettings(
            database_url=f"sqlite:///{folder}/index.db",
            rpc_urls=(deployed.node.url,),
            deployments=folder,
            documents=folder,
            artifacts=MANIFEST,
        )
    )
    deployed.node.revert(mark)


class TestPassingTrouble:
    """
    when a node fails now and then         the index ends at the truth
    when answers come twice and unordered  the same
    when batches are refused as a whole    the same, with smaller ones
    given one dead and one sound endpoint  the same, from the sound one
    """

    @pytest.mark.parametrize("depth", [64, 0], ids=["near the head", "in ranges"])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_ends_at_the_truth_when_a_node_fails_now_and_then(
        self,
        opened: str,
        registry: Registry,
        settings: IndexerSettings,
        fault: str,
        depth: int,
    ) -> None:
        told = settings.model_copy(update={"finality_depth": depth})
        with liar(registry.node.url, sometimes(FAULTS[fault], 0.15)) as url:
            lied_to = told.model_copy(update={"rpc_urls": (url,)})
            with Follower(lied_to) as follower:
                follower.catch_up(30)
        # A node may have said that its chain is shorter; what it said wrongly would still be there.
        with Follower(told) as follower:
            follower.catch_up(5)
        assert digest_of(settings) == opened

    def test_ends_at_the_truth_when_answers_come_twice_and_unordered(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        Play(registry, 22, "twice").open()
        with liar(registry.node.url, lambda _, replies: [*replies[::-1], *replies]) as url:
            told = settings.model_copy(update={"rpc_urls": (url,)})
            with Follower(told) as follower:
                follower.catch_up(5)
        assert digest_of(settings) == fresh_digest(another())

    def test_asks_for_less_when_batches_are_refused_as_a_whole(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        def refuse(asked: Replies, replies: Replies) -> Any:
            fault = {"code": -32600, "message": "batch too large"}
            return {"jsonrpc": "2.0", "id": None, "error": fault} if len(asked) > 1 else replies

        Play(registry, 23, "batch").open()
        with liar(registry.node.url, refuse) as url:
            told = settings.model_copy(update={"rpc_urls": (url,)})
            with Follower(told) as follower:
                follower.catch_up(5)
        assert digest_of(settings) == fresh_digest(another())

    def test_goes_to_the_next_endpoint_when_one_is_dead_or_leaves_logs_out(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        Play(registry, 24, "next").open()
        with liar(registry.node.url, in_logs(lambda logs: [])) as url:
            urls = ("http://127.0.0.1:9", url, registry.node.url)
            with Follower(settings.model_copy(update={"rpc_urls": urls})) as follower:
                follower.catch_up(20)
        assert digest_of(settings) == fresh_digest(another())


class TestRanges:
    """
    when a node limits ranges in any dialect   smaller ones are asked for, to the same end
    when it numbers their ends otherwise   it is asked again, though nothing else is wrong
    """

    def test_are_asked_for_again_when_their_empty_ends_are_numbered_otherwise(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        Play(registry, 29, "numbers").open()
        registry.node.mine(40)
        with liar(registry.node.url, sometimes(with_ranges_of_others)) as url:
            told = settings.model_copy(update={"rpc_urls": (url,), "finality_depth": 0})
            with Follower(told) as follower:
                follower.catch_up(60)
                assert follower.checkpoint.block_number == registry.node.head
        with snapshot(engine(settings.database_url)) as session:
            kept = dict(session.execute(select(Block.number, Block.hash)).all())
        of_node = {
            n: registry.node.rpc("eth_getBlockByNumber", hex(n), False)["hash"] for n in kept
        }
        assert kept == of_node
        assert digest_of(settings) == fresh_digest(another())

    @pytest.mark.parametrize(("code", "message"), RANGE_DIALECTS)
    def test_asks_for_less_when_a_range_is_refused(
        self,
        opened: str,
        registry: Registry,
        settings: IndexerSettings,
        code: int,
        message: str,
    ) -> None:

        def refuse(asked: Replies, replies: Replies) -> Replies:
            fault = {"code": code, "message": message}
            return [
                {"jsonrpc": "2.0", "id": reply["id"], "error": fault}
                if _span(request) > 7
                else reply
                for request, reply in zip(asked, replies, strict=True)
            ]

        with liar(registry.node.url, refuse) as url:
            told = settings.model_copy(update={"rpc_urls": (url,), "finality_depth": 0})
            with Follower(told) as follower:
                follower.catch_up(5)
        assert digest_of(settings) == opened


class TestLastingTrouble:
    """
    when a node leaves out logs for ever    the index does not pass that block, and says why
    when a node changes to another chain    the indexer stops and says so
    when a stale node answers in between    nothing is undone
    when the chain changes between answers  no block of one branch is put upon another's
    """

    def test_does_not_pass_a_block_when_its_logs_are_left_out(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        Play(registry, 26, "out").open()
        with liar(registry.node.url, in_logs(lambda logs: [])) as url:
            told = settings.model_copy(update={"rpc_urls": (url,)})
            with Follower(told) as follower, pytest.raises(TryLater, match="bloom"):
                follower.catch_up(1)

    def test_stops_when_the_chain_id_changes(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        def elsewhere(asked: Replies, replies: Replies) -> Replies:
            return [
                reply | {"result": "0x1"} if request["method"] == "eth_chainId" else reply
                for request, reply in zip(asked, replies, strict=True)
            ]

        with Follower(settings) as follower:
            follower.catch_up(5)
        with liar(registry.node.url, elsewhere) as url:
            update = {"rpc_urls": (url,), "chain_id": 31337}
            said = pytest.raises(WrongChain, match="chain 1, the contracts are on chain 31337")
            with Follower(settings.model_copy(update=update)) as follower, said:
                follower.catch_up(5)

    def test_undoes_nothing_when_a_stale_node_answers_in_between(
        self,
        registry: Registry,
        settings: IndexerSettings,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        Play(registry, 27, "stale").open()
        stale = registry.node.head - 5

        def behind(asked: Replies, replies: Replies) -> Replies:
            return [_before(stale, a, r, registry) for a, r in zip(asked, replies, strict=True)]

        with liar(registry.node.url, sometimes(behind, 0.5)) as url:
            told = settings.model_copy(update={"rpc_urls": (url,)})
            with Follower(told) as follower:
                for _ in range(5):
                    follower.catch_up(5)
                    registry.node.mine()
        assert "reorganisation" not in capsys.readouterr().err

    def test_mixes_no_branches_when_the_chain_changes_between_answers(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play, node = Play(registry, 28, "mix"), registry.node
        play.open()
        mark = node.snapshot()
        play.act(6, per_block=5)
        with Follower(settings) as follower:
            follower.catch_up(5)
        play.act(2)
        changes = iter([True])

        def change(asked: Replies, replies: Replies) -> Replies:
            if [request["method"] for request in asked] != ["eth_getBlockByNumber"] * 2:
                return replies
            if next(changes, False):
                node.revert(mark)
                play.act(9, per_block=5)
            return [
                reply | {"result": node.rpc(request["method"], *request["params"])}
                for request, reply in zip(asked, replies, strict=True)
            ]

        with liar(node.url, change) as url:
            told = settings.model_copy(update={"rpc_urls": (url,)})
            with Follower(told) as follower:
                follower.catch_up(5)
        assert next(changes, None) is None
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


def _before(stale: int, asked: dict[str, Any], reply: dict[str, Any], registry: Registry) -> Any:
    """What a node says that knows no block after `stale`."""
    if asked["method"] != "eth_getBlockByNumber":
        return reply
    if asked["params"][0] == "latest":
        block = registry.node.rpc("eth_getBlockByNumber", hex(stale), False)
        return reply | {"result": block}
    number = (reply["result"] or {}).get("number", "0x0")
    return reply | {"result": None} if int(number, 16) > stale else reply


def _span(request: dict[str, Any]) -> int:
    bounds = request["params"][0] if request["method"] == "eth_getLogs" else {}
    if "fromBlock" not in bounds:
        return 0
    return int(bounds["toBlock"], 16) - int(bounds["fromBlock"], 16) + 1

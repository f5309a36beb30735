"""New blocks: announced or asked for, indexed at once; lost ones are gone within two looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from indexer.database import drop_index_tables, engine, snapshot
from indexer.follower import Follower
from indexer.heads import Heads, announcing_url
from indexer.models import Checkpoint, Reorganisation
from indexer.settings import IndexerSettings

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from ..ports import free_port  # noqa: TID252
from .background import running
from .liar import liar
from .play import Play
from .stage import Registry
from .truth import check_model, digest_of, fresh_digest
from .waiting import wait_until_at_head

pytestmark = pytest.mark.chain

Another = Callable[[], IndexerSettings]
SELDOM = {"poll_seconds": 60.0}


def repairs(settings: IndexerSettings) -> list[Reorganisation]:
    with snapshot(engine(settings.database_url)) as session:
        return list(session.scalars(select(Reorganisation).order_by(Reorganisation.number)))


def head_of(settings: IndexerSettings) -> str | None:
    with snapshot(engine(settings.database_url)) as session:
        return session.scalar(select(Checkpoint.block_hash))


class TestAnnouncements:
    """
    when a node announces its heads    each is indexed at once, however seldom it is asked
    given a node that announces none   it is asked
    given the first endpoint is gone   the next one is listened to
    when told to stop                  the thread ends
    """

    def test_head_is_indexed_at_once_when_it_is_announced(
        self, registry: Registry, another: Another
    ) -> None:
        settings = another().model_copy(update=SELDOM)
        Play(registry, 71, "told").open()
        told = threading.Event()
        heads = Heads(settings.rpc_urls, told.set)
        heads.start()
        with running(settings):
            wait_until_at_head(registry, settings)
            assert told.wait(10)
            for _ in range(3):
                told.clear()
                registry.node.mine()
                assert told.wait(5)
                wait_until_at_head(registry, settings, seconds=5)
        heads.close()
        assert not heads.is_subscribed

    def test_next_endpoint_is_listened_to_given_the_first_is_gone(self, registry: Registry) -> None:
        told = threading.Event()
        heads = Heads((f"http://127.0.0.1:{free_port()}", registry.node.url), told.set)
        heads.start()
        assert told.wait(PATIENCE_SECONDS)
        assert heads.is_subscribed
        heads.close()

    def test_head_is_indexed_given_a_node_that_announces_none(
        self, registry: Registry, another: Another
    ) -> None:
        settings = another()
        silent = liar(registry.node.url, lambda _, replies: replies)
        with silent as url, running(settings.model_copy(update={"rpc_urls": (url,)})):
            wait_until_at_head(registry, settings)
            registry.node.mine()
            wait_until_at_head(registry, settings, seconds=5)

    @pytest.mark.parametrize(
        ("url", "place"),
        [
            ("http://127.0.0.1:8545/v3/key?x=1", "ws://127.0.0.1:8545/v3/key?x=1"),
            ("https://node.example/rpc", "wss://node.example/rpc"),
        ],
    )
    def test_place_is_that_of_the_endpoint(self, url: str, place: str) -> None:
        assert announcing_url(url) == place


class TestLooks:
    """
    given another branch, longer or shorter   the index is right after two looks, with no new block
    when a repair takes 64 blocks back        it takes one look
    """

    @pytest.mark.parametrize(("gone", "come"), [(3, 5), (5, 5), (5, 2), (4, 0)])
    def test_is_right_after_two_looks_given_another_branch(
        self, registry: Registry, another: Another, gone: int, come: int
    ) -> None:
        settings, play = another(), Play(registry, 72, "looks")
        play.open()
        mark = registry.node.snapshot()
        play.act(gone)
        with Follower(settings) as follower:
            follower.catch_up(5)
            registry.node.revert(mark)
            play.act(come)
            follower.look()
            follower.look()
        head = registry.node.rpc("eth_getBlockByNumber", "latest", False)["hash"]
        assert head_of(settings) == head
        check_model(registry, settings)


class TestRecord:
    """
    when a branch is repaired                       the record says from where to where
    given the node had called a lost block final    the record says that too
    given more were lost than the depth of finality it says so as well
    when the index is made again                    the record stays
    """

    def test_says_what_was_lost_when_a_branch_is_repaired(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        play = Play(registry, 73, "kept")
        play.open()
        base, mark = registry.node.head, registry.node.snapshot()
        play.act(3)
        with Follower(settings) as follower:
            follower.catch_up(5)
            lost = head_of(settings)
            registry.node.revert(mark)
            play.act(5)
            follower.catch_up(5)
        (repair,) = repairs(settings)
        assert (repair.number, repair.fork_number, repair.lost_number) == (1, base, base + 3)
        assert (repair.lost_hash, repair.head_hash) == (lost, head_of(settings))
        assert not repair.is_below_finality
        assert abs(repair.noticed_at - time.time()) < 60

    def test_says_that_finality_was_broken(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        shallow = settings.model_copy(update={"finality_depth": 2})
        play = Play(registry, 74, "final")
        play.open()
        mark = registry.node.snapshot()
        play.act(6)
        with Follower(shallow) as follower:
            follower.catch_up(5)
            registry.node.revert(mark)
            play.act(4)
            follower.catch_up(5)
            assert follower.metrics.reorgs_below_finality._value.get() == 1
        (repair,) = repairs(settings)
        assert repair.is_below_finality
        drop_index_tables(engine(settings.database_url))
        with Follower(settings) as follower:
            follower.catch_up(5)
        assert [kept.lost_hash for kept in repairs(settings)] == [repair.lost_hash]
        assert digest_of(settings) == fresh_digest(another())

"""Reorganisations of every shape, made on a real chain, while the indexer runs or rests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from indexer.database import engine, snapshot
from indexer.follower import Follower
from indexer.models import Block, Event, Reorganisation, ReportVintage, Unit, as_of
from indexer.settings import IndexerSettings

from .background import running
from .liar import liar
from .play import Play
from .stage import Registry
from .truth import check_model, digest_of, fresh_digest
from .waiting import wait_until_at_head

pytestmark = [pytest.mark.chain, pytest.mark.slow]

Another = Callable[[], IndexerSettings]

#: (blocks that vanish, blocks that come instead)
SHAPES = [(1, 1), (1, 0), (3, 5), (5, 2), (7, 0), (20, 20), (64, 66), (64, 10)]


def played(registry: Registry, seed: int) -> Play:
    play = Play(registry, seed, f"play{seed}")
    play.open()
    play.act(6)
    return play


def _all_final(asked: list[dict[str, Any]], replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The node calls its newest block final."""
    newest = {
        request["params"][0]: reply.get("result")
        for request, reply in zip(asked, replies, strict=True)
        if request["method"] == "eth_getBlockByNumber"
    }
    return [
        reply | {"result": newest["latest"]}
        if request["params"][:1] in (["finalized"], ["safe"])
        else reply
        for request, reply in zip(asked, replies, strict=True)
    ]


class TestWhileStopped:
    """
    given another branch of any length    the model is that branch's, as if it had always been
    given a branch deeper than finality   the same, and it is said aloud
    given a lost block the node called final  the same, and a record of it is kept
    given no block of the index is left   it begins anew
    """

    @pytest.mark.parametrize(("gone", "come"), SHAPES)
    def test_follows_the_branch_given_it_is_of_any_length(
        self, registry: Registry, settings: IndexerSettings, another: Another, gone: int, come: int
    ) -> None:
        play = played(registry, gone * 100 + come)
        mark = registry.node.snapshot()
        play.act(gone, per_block=3 if gone < 10 else 1)
        with Follower(settings) as follower:
            follower.catch_up(5)
        registry.node.revert(mark)
        play.act(come, per_block=3 if come < 10 else 1)
        with Follower(settings) as follower:
            follower.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    @pytest.mark.own_node
    @pytest.mark.parametrize("depth", [1, 2, 13, 64])
    def test_follows_the_node_when_it_reorganises_itself(
        self, registry: Registry, settings: IndexerSettings, another: Another, depth: int
    ) -> None:
        play = played(registry, depth)
        play.act(depth + 3, per_block=1)
        with Follower(settings) as follower:
            follower.catch_up(5)
            data = registry.abi.encode_call("RegistryAccessControl", "labelRole", [9, "nine"])
            call = {
                "from": registry.administrator,
                "to": registry.address("RegistryAccessControl"),
                "data": data,
            }
            registry.node.reorganise(depth, (call, depth // 2))
            follower.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_repairs_aloud_given_a_branch_below_finality(
        self,
        registry: Registry,
        settings: IndexerSettings,
        another: Another,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        settings = settings.model_copy(update={"finality_depth": 5})
        play = played(registry, 5)
        mark = registry.node.snapshot()
        play.act(40)
        with Follower(settings) as follower:
            follower.catch_up(5)
            registry.node.revert(mark)
            play.act(30)
            follower.catch_up(5)
        assert "below finality" in capsys.readouterr().err
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_repairs_aloud_given_the_node_had_called_a_lost_block_final(
        self,
        registry: Registry,
        settings: IndexerSettings,
        another: Another,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        play = played(registry, 15)
        mark = registry.node.snapshot()
        play.act(3)
        with liar(registry.node.url, _all_final) as url:
            hasty = settings.model_copy(update={"rpc_urls": (url,)})
            with Follower(hasty) as follower:
                follower.catch_up(5)
                registry.node.revert(mark)
                play.act(4)
                follower.catch_up(5)
        assert "reorganisation below finality repaired" in capsys.readouterr().err
        with snapshot(engine(settings.database_url)) as session:
            kept = session.scalars(select(Reorganisation)).one()
        assert kept.is_below_finality
        assert kept.finalized_number == kept.lost_number
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    @pytest.mark.own_node
    def test_remembers_enough_given_a_branch_older_than_all_blocks_near_the_head(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = played(registry, 6)
        mark = registry.node.snapshot()
        play.act(10)
        registry.node.mine(600)
        play.act(5)
        with Follower(settings) as follower:
            follower.catch_up(5)
            registry.node.mine(300)
            follower.catch_up(5)
            registry.node.revert(mark)
            play.act(3)
            registry.node.mine(20)
            follower.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


class TestMemory:
    """
    when empty blocks pass   the newest 256 and all with events are remembered, no others
    """

    @pytest.mark.own_node
    def test_remembers_what_it_needs_when_empty_blocks_pass(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        play = played(registry, 10)
        registry.node.mine(150)
        with Follower(settings) as follower:
            follower.catch_up(5)
            for _ in range(30):
                play.act(2)
                registry.node.mine(8)
                follower.catch_up(5)
        head = registry.node.head
        with snapshot(engine(settings.database_url)) as session:
            kept = set(session.scalars(select(Block.number)))
            with_events = set(session.scalars(select(Event.block_number)))
        assert kept >= with_events | set(range(head - 255, head + 1))
        # Ends of ranges stay as well; there are few of them.
        assert len([n for n in kept - with_events if n < head - 256]) <= 2


class TestWhileRunning:
    """
    when branches replace each other     every time the model becomes that of the last one
    when the head goes back              the model goes back, without waiting for a new block
    meanwhile                            no reader sees a unit without its issuance
    """

    def test_follows_the_last_branch_when_they_replace_each_other(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = played(registry, 7)
        with running(settings):
            for gone, come in [(1, 1), (2, 4), (9, 3), (4, 0), (30, 31), (1, 2)]:
                mark = registry.node.snapshot()
                play.act(gone, per_block=2)
                wait_until_at_head(registry, settings)
                registry.node.revert(mark)
                play.act(come, per_block=2)
                wait_until_at_head(registry, settings)
            check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_ends_right_when_branches_change_faster_than_it_looks(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = played(registry, 8)
        with running(settings):
            for blocks in (3, 1, 6, 2, 8, 1, 4, 2):
                mark = registry.node.snapshot()
                play.act(blocks, per_block=2)
                registry.node.revert(mark)
                play.act(1)
            wait_until_at_head(registry, settings)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_readers_see_whole_states_when_branches_change(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        play = played(registry, 9)
        done, torn, seen = threading.Event(), [], []

        def read() -> None:
            database = engine(settings.database_url)
            while not done.wait(0.002):
                with snapshot(database) as session:
                    issued = select(func.sum(ReportVintage.issued_kg)).where(as_of(ReportVintage))
                    held = select(func.sum(Unit.quantity_kg)).where(as_of(Unit))
                    pair = session.scalar(issued) or 0, session.scalar(held) or 0
                    seen.append(pair)
                    if pair[0] != pair[1]:
                        torn.append(pair)

        reader = threading.Thread(target=read)
        with running(settings):
            wait_until_at_head(registry, settings)
            reader.start()
            for _ in range(6):
                mark = registry.node.snapshot()
                play.act(4, per_block=4)
                wait_until_at_head(registry, settings)
                registry.node.revert(mark)
                play.act(2, per_block=4)
                wait_until_at_head(registry, settings)
            done.set()
            reader.join()
        assert seen
        assert not torn

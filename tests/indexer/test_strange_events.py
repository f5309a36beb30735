"""Events that nobody expected: of a new version of a contract, of another contract, of no kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from indexer.database import engine, snapshot
from indexer.errors import UndecodableEvent
from indexer.follower import Follower
from indexer.models import Checkpoint, Event
from indexer.settings import IndexerSettings

from .play import Play
from .stage import Registry
from .truth import check_model, digest_of, fresh_digest

pytestmark = pytest.mark.chain

Another = Callable[[], IndexerSettings]
TOPIC = "ab" * 32
#: PUSH32 topic, PUSH1 0, PUSH1 0, LOG1, STOP; and the same with no topic at all.
EMITTING = f"0x7f{TOPIC}60006000a100"
EMITTING_NO_TOPIC = "0x60006000a000"


def replace_code(registry: Registry, contract: str, code: str) -> None:
    """Another implementation behind the contract's proxy, whose every function emits its event."""
    implementation = registry.record["contracts"][contract]["implementation"]
    registry.node.rpc("anvil_setCode", implementation, code)


@pytest.fixture
def settings(another: Another) -> IndexerSettings:
    """On SQLite alone: what a log means does not depend on the database."""
    return another()


@pytest.mark.own_node
class TestUpgrades:
    """
    when an upgraded contract emits an event that the artefacts lack   the index stops before it,
                                                                       says where and how to mend it
    when it emits a log without a topic                                the same
    """

    @pytest.mark.parametrize(
        ("code", "named"), [(EMITTING, f"topic 0x{TOPIC}"), (EMITTING_NO_TOPIC, "topic none")]
    )
    def test_stops_before_it_and_says_where(
        self, registry: Registry, settings: IndexerSettings, code: str, named: str
    ) -> None:
        play = Play(registry, 101, "upgrade")
        play.open()
        with Follower(settings) as follower:
            follower.catch_up(5)
            before = registry.node.head
            replace_code(registry, "ProjectRegistry", code)
            registry.node.send(registry.operator, registry.address("ProjectRegistry"), "0x")
            registry.node.mine()
            with pytest.raises(UndecodableEvent) as stopped:
                follower.catch_up(5)
        said = str(stopped.value)
        assert f"ProjectRegistry emitted an event in block {before + 1}" in said
        assert named in said
        assert "compile the version of the contracts that is deployed there" in said
        with snapshot(engine(settings.database_url)) as session:
            assert session.scalar(select(Checkpoint.block_number)) == before


class TestOtherContracts:
    """
    when a contract that is not ours emits our events   they are none of ours
    """

    @pytest.mark.own_node
    def test_are_none_of_ours(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = Play(registry, 102, "foreign")
        play.open()
        topic = next(e.topic for e in registry.abi.events.values() if e.name == "Paused")
        foreign = "0x" + "77" * 20
        registry.node.rpc("anvil_setCode", foreign, f"0x7f{topic[2:]}60006000a100")
        with Follower(settings) as follower:
            for _ in range(3):
                play.step()
                registry.node.send(registry.operator, foreign, "0x")
                registry.node.mine()
                follower.catch_up(5)
        with snapshot(engine(settings.database_url)) as session:
            assert foreign not in set(session.scalars(select(Event.address)))
        logs = {"fromBlock": "0x0", "toBlock": "latest", "address": foreign}
        assert len(registry.node.rpc("eth_getLogs", logs)) == 3
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

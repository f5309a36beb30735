"""Two deployments, on two chains, in one database: neither knows of the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from indexer.database import engine, snapshot
from indexer.follower import Follower
from indexer.models import Checkpoint
from indexer.placement import placed
from indexer.settings import IndexerSettings

from .background import running
from .mirror import Mirror, indexed
from .node import Node
from .play import Play
from .stage import Registry
from .truth import check_model, digest_of, fresh_digest
from .waiting import wait_until_at_head

pytestmark = pytest.mark.chain


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Registry]:
    """The registry on a chain of another id."""
    node = Node(chain_id=31338)
    yield Registry(node)
    node.close()


@pytest.fixture
def pair(
    registry: Registry, elsewhere: Registry, settings: IndexerSettings
) -> dict[str, tuple[Registry, IndexerSettings]]:
    """Each deployment with the settings of its indexer, by name; the database is the same."""
    elsewhere.save(settings.deployments)
    made = {}
    for name, on in (("alps", registry), ("coast", elsewhere)):
        own = {"deployment_name": name, "rpc_urls": (on.node.url,), "feed": "all"}
        made[name] = on, settings.model_copy(update=own)
    return made


def within(settings: IndexerSettings) -> IndexerSettings:
    """The settings as the tools of these tests want them: with the deployment's part as the URL."""
    return settings.model_copy(update={"database_url": settings.index_url, "deployment_name": ""})


class TestSideBySide:
    """
    when both are followed at once     each index is that of its own chain, and so is its feed
    when one chain reorganises         the other's index does not move
    """

    def test_each_is_of_its_own_chain_when_followed_at_once(
        self, pair: dict[str, tuple[Registry, IndexerSettings]]
    ) -> None:
        (alps, first), (coast, second) = pair["alps"], pair["coast"]
        with running(first), running(second):
            for seed, on in ((71, alps), (72, coast)):
                play = Play(on, seed, f"side{seed}")
                play.open()
                play.act(3)
            for on, settings in pair.values():
                wait_until_at_head(on, within(settings))
        for on, settings in pair.values():
            mirror = Mirror(within(settings))
            mirror.follow()
            assert mirror.rows == indexed(within(settings))
            check_model(on, within(settings))
            assert _checkpoint(settings).chain_id == on.node.chain_id
        fresh = second.model_copy(update={"deployment_name": "fresh", "feed": "off"})
        assert digest_of(within(second)) == fresh_digest(within(fresh))
        assert digest_of(within(first)) != digest_of(within(second))

    def test_the_other_does_not_move_when_one_chain_reorganises(
        self, pair: dict[str, tuple[Registry, IndexerSettings]]
    ) -> None:
        (alps, first), (_, second) = pair["alps"], pair["coast"]
        play = Play(alps, 73, "side73")
        play.open()
        mark = alps.node.snapshot()
        play.act(5, per_block=4)
        with Follower(first) as one, Follower(second) as other:
            one.catch_up(5)
            other.catch_up(5)
            still = digest_of(within(second)), _checkpoint(second)
            alps.node.revert(mark)
            play.act(2)
            one.catch_up(5)
            other.catch_up(5)
        assert (digest_of(within(second)), _checkpoint(second)) == still
        check_model(alps, within(first))


class TestPlaces:
    """
    given no name          the database itself
    given SQLite           a file beside the one that is named
    given PostgreSQL       a schema of the database that is named
    """

    @pytest.mark.parametrize(
        ("url", "name", "place"),
        [
            ("sqlite:///a/registry.db", "", "sqlite:///a/registry.db"),
            ("sqlite:///a/registry.db", "alps", "sqlite:///a/registry.alps.db"),
            ("postgresql://u:p@h/d", "", "postgresql://u:p@h/d"),
            ("postgresql://u:p@h/d", "alps", "postgresql://u:p@h/d?options=-csearch_path%3Dalps"),
        ],
    )
    def test_is_named(self, url: str, name: str, place: str) -> None:
        assert placed(url, name) == place


def _checkpoint(settings: IndexerSettings) -> Checkpoint:
    with snapshot(engine(settings.index_url)) as session:
        return session.scalars(select(Checkpoint)).one()

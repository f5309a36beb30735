"""Random histories: acts, reorganisations, kills and faults in any order, and the truth after each.

Two hundred of them, as far as they fit into `SECONDS`. `OGCR_HISTORIES=3000 pytest
tests/indexer/test_histories.py` lives through thousands, however long that takes;
`OGCR_HISTORIES_SEED` begins elsewhere. A failure names the seed of the life it came in.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from indexer.database import drop_index_tables, engine
from indexer.errors import TryLater
from indexer.follower import Follower
from indexer.settings import IndexerSettings

from .faults import FAULTS, Replies, sometimes, truth
from .liar import Twist, liar
from .node import Node
from .play import Play
from .stage import MANIFEST, Registry
from .truth import check_model, digest_of, fresh_digest

pytestmark = [pytest.mark.chain, pytest.mark.slow]

#: Histories on each kind of database, and how many are lived through by one index.
COUNT, LIVED = int(os.environ.get("OGCR_HISTORIES", "200")) // 2, 10
#: For each kind of database, unless a number was asked for; so many are tried in any case.
SECONDS, LEAST = (float("inf") if "OGCR_HISTORIES" in os.environ else 35.0), 10
FIRST_SEED = int(os.environ.get("OGCR_HISTORIES_SEED", "1"))
#: Too slow to come in each of hundreds.
QUICK = sorted(set(FAULTS) - {"answer too late"})


class Proxy:
    """A node's endpoint that lies as told, and says the truth when told nothing."""

    def __init__(self) -> None:
        self.twist: Twist = truth

    def __call__(self, asked: Replies, replies: Replies) -> object:
        return self.twist(asked, replies)


@dataclass(frozen=True)
class World:
    """The acts so far, and the endpoint before their node."""

    past: Play
    url: str
    proxy: Proxy


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A registry with a past on a node of its own, and an endpoint before it that may lie."""
    node, proxy = Node(), Proxy()
    past = Play(Registry(node), 80, "past")
    past.open()
    with liar(node.url, proxy) as url:
        yield World(past, url, proxy)
    node.close()


class Life:
    """An index that lives through one history after another."""

    def __init__(self, world: World, url: str, folder: Path, seed: int) -> None:
        self.registry, self.proxy = world.past.registry, world.proxy
        self.chance = random.Random(seed)
        self.play = world.past.heir(seed, f"life{seed}")
        self.folder, self.fresh = folder, 0
        self.registry.save(folder)
        self.settings = IndexerSettings(
            database_url=url,
            rpc_urls=(world.url,),
            deployments=folder,
            documents=folder,
            artifacts=MANIFEST,
            poll_seconds=0.01,
        )
        self.marks = [self.registry.node.snapshot()]
        self.follower = Follower(self.settings)

    def live(self) -> None:
        """One history: a few events of any kind, then quiet, then the truth."""
        steps: list[Callable[[], None]] = [
            *[self.act] * 3,
            *[self.reorganise] * 3,
            self.shrink,
            self.doubt,
            self.kill,
            self.restart,
            self.cut_off,
        ]
        for _ in range(self.chance.randint(1, 4)):
            self.chance.choice(steps)()
            if self.chance.random() < 0.6:
                self._index(self.follower, patience=3)
        self.proxy.twist = truth
        self._index(self.follower, patience=30)
        self.check()

    def act(self) -> None:
        if self.chance.random() < 0.5:
            self.marks.append(self.registry.node.snapshot())
        self.play.act(self.chance.randint(1, 3), per_block=3)

    def reorganise(self) -> None:
        self.shrink()
        self.play.act(self.chance.randint(0, 4), per_block=2)

    def shrink(self) -> None:
        place = self.chance.randrange(len(self.marks))
        self.registry.node.revert(self.marks[place])
        self.marks[place:] = [self.registry.node.snapshot()]

    def doubt(self) -> None:
        fault = FAULTS[self.chance.choice(QUICK)]
        self.proxy.twist = sometimes(fault, 0.2, self.chance.randrange(1 << 30))

    def kill(self) -> None:
        """Another process of the indexer dies at whatever instruction it has come to."""
        self.follower.close()
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                Follower(self.settings).run()
            os._exit(0)
        time.sleep(self.chance.random() * 0.12)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        self.follower = Follower(self.settings)

    def restart(self) -> None:
        """Started again, with another depth of finality."""
        self.follower.close()
        depth = self.chance.choice([0, 3, 64])
        self.settings = self.settings.model_copy(update={"finality_depth": depth})
        self.follower = Follower(self.settings)

    def cut_off(self) -> None:
        """The database ends every connection; SQLite has none to lose."""
        if self.settings.database_url.startswith("sqlite"):
            return
        server = create_engine(self.settings.database_url)
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        with server.connect() as connection:
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            connection.execute(text(ended))
        server.dispose()

    def check(self) -> None:
        """The model is what the contracts say, the digest that of an index made from nothing."""
        self.fresh += 1
        update = {
            "database_url": f"sqlite:///{self.folder}/fresh-{self.fresh}.db",
            "rpc_urls": (self.registry.node.url,),
        }
        assert digest_of(self.settings) == fresh_digest(self.settings.model_copy(update=update))
        check_model(self.registry, self.settings)

    def end(self) -> None:
        self.proxy.twist = truth
        self.follower.close()
        self.registry.node.revert(self.marks[0])

    def _index(self, follower: Follower, patience: float) -> None:
        try:
            follower.catch_up(patience)
        except TryLater:
            assert self.proxy.twist is not truth


class TestRandomHistories:
    """
    whatever comes, in whatever order   after quiet the model is the contracts' views, and the
                                        digest that of a fresh index
    """

    def test_is_right_after_quiet_whatever_came(
        self, world: World, database_url: str, tmp_path: Path
    ) -> None:
        lived, end = 0, time.monotonic() + SECONDS
        while lived < COUNT and (lived < LEAST or time.monotonic() < end):
            seed = FIRST_SEED * 1_000_003 + lived
            drop_index_tables(engine(database_url), feed=True)
            life = Life(world, database_url, tmp_path / str(seed), seed)
            try:
                for _ in range(min(LIVED, COUNT - lived)):
                    life.live()
                    lived += 1
            except BaseException as failure:
                failure.add_note(f"It was in the life of seed {seed}.")
                raise
            finally:
                life.end()
        assert lived >= min(LEAST, COUNT)

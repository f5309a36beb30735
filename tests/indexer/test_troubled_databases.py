"""Databases that lose connections, that others write to, and events that nobody knows."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text

from indexer.database import create_index_tables, engine, snapshot, transaction
from indexer.errors import UndecodableEvent
from indexer.follower import Follower
from indexer.settings import IndexerSettings

from .background import running
from .play import Play
from .stage import MANIFEST, Registry
from .truth import check_model, digest_of, fresh_digest
from .waiting import wait_until_at_head

pytestmark = [pytest.mark.chain, pytest.mark.slow]

Another = Callable[[], IndexerSettings]


class TestConnections:
    """
    when the server drops every connection again and again   the index ends at the truth
    """

    def test_ends_at_the_truth_when_connections_are_dropped(
        self, registry: Registry, base: IndexerSettings, fresh_postgres_url: str, another: Another
    ) -> None:
        settings = base.model_copy(update={"database_url": fresh_postgres_url})
        play = Play(registry, 51, "drop")
        play.open()
        create_index_tables(engine(fresh_postgres_url))
        server = engine(fresh_postgres_url)
        others = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        with running(settings):
            for _ in range(6):
                play.act(3)
                time.sleep(random.Random(5).random() * 0.1)
                with server.connect() as connection:
                    connection.execute(others)
            wait_until_at_head(registry, settings)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


class TestNeighbours:
    """
    when others write to their tables beside   both get their turn
    """

    def test_both_get_their_turn(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = Play(registry, 52, "beside")
        play.open()
        database = engine(settings.database_url)
        theirs = Table("theirs", MetaData(), Column("number", Integer, primary_key=True))
        theirs.metadata.create_all(database)
        done, written = threading.Event(), [0]

        def write() -> None:
            while not done.wait(0.001):
                with transaction(database) as session:
                    count = session.scalar(select(func.count()).select_from(theirs)) or 0
                    session.execute(insert(theirs), [{"number": count}])
                written[0] += 1

        writer = threading.Thread(target=write)
        with running(settings):
            writer.start()
            for _ in range(8):
                play.act(2)
                wait_until_at_head(registry, settings)
            done.set()
            writer.join()
        with snapshot(database) as session:
            assert session.scalar(select(func.count()).select_from(theirs)) == written[0] > 0
        assert digest_of(settings) == fresh_digest(another())


class TestOtherWriters:
    """
    when another indexer moved the index meanwhile   this one goes on from where that one came to
    """

    def test_goes_on_from_there(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = Play(registry, 54, "other")
        play.open()
        with Follower(settings) as first, Follower(settings) as second:
            first.catch_up(5)
            first._lock.release()
            play.act(4)
            second.catch_up(5)
            second._lock.release()
            play.act(4)
            first.catch_up(5)
        assert digest_of(settings) == fresh_digest(another())


class TestUnknownEvents:
    """
    given an event of ours that the compiled contracts lack   the indexer stops, and says where
    given the manifest is whole again                         it goes on from there
    """

    def test_stops_given_an_unknown_event_and_goes_on(
        self, registry: Registry, settings: IndexerSettings, another: Another, tmp_path: Path
    ) -> None:
        Play(registry, 53, "unknown").open()
        manifest = json.loads(MANIFEST.read_bytes())
        for contract in manifest["contractTypes"].values():
            abi = contract["abi"]
            contract["abi"] = [entry for entry in abi if entry.get("name") != "ValidatorAssigned"]
        (tmp_path / "old.json").write_text(json.dumps(manifest))
        old = settings.model_copy(update={"artifacts": tmp_path / "old.json"})
        with Follower(old) as follower, pytest.raises(UndecodableEvent) as stopped:
            follower.catch_up(5)
        assert "ProjectRegistry emitted an event in block" in str(stopped.value)
        with Follower(settings) as follower:
            follower.catch_up(5)
        assert digest_of(settings) == fresh_digest(another())


class TestRandomHistories:
    """
    when acts, reorganisations and restarts come in any order   model and digest are right
    """

    @pytest.mark.parametrize("seed", range(3))
    def test_is_right_whatever_comes(
        self, registry: Registry, settings: IndexerSettings, another: Another, seed: int
    ) -> None:
        chance = random.Random(seed)
        settings = settings.model_copy(update={"finality_depth": chance.choice([0, 3, 64])})
        play = Play(registry, 600 + seed, "random")
        play.open()
        marks = [registry.node.snapshot()]
        follower = Follower(settings)
        for _ in range(25):
            step = chance.randrange(5)
            if step == 0:
                marks.append(registry.node.snapshot())
            elif step == 1 and marks:
                place = chance.randrange(len(marks))
                registry.node.revert(marks[place])
                del marks[place:]
            elif step == 2:
                follower.close()
                follower = Follower(settings)
            else:
                play.act(chance.randint(1, 6), per_block=4)
            if chance.random() < 0.7:
                follower.catch_up(5)
        follower.catch_up(5)
        follower.close()
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

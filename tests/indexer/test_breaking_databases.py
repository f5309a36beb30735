"""Commits that break, disks that fill, locks and clocks that cannot be relied on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from indexer.database import create_index_tables, engine
from indexer.errors import TryLater
from indexer.follower import Follower
from indexer.settings import IndexerSettings

from .play import Play
from .severing import severing
from .stage import Registry
from .truth import check_model, digest_of, fresh_digest

pytestmark = pytest.mark.chain

Another = Callable[[], IndexerSettings]

_FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from indexer.__main__ import main
sys.exit(main())
"""


class TestBrokenCommits:
    """
    when the connection breaks before a commit arrives   the batch is written again
    when it breaks after the commit was done             the batch is not written twice
    """

    @pytest.mark.parametrize("fate", ["before", "after"])
    def test_ends_at_the_truth_when_commits_break(
        self,
        registry: Registry,
        base: IndexerSettings,
        fresh_postgres_url: str,
        another: Another,
        fate: str,
    ) -> None:
        play = Play(registry, 91, "severed")
        play.open()
        with severing(fresh_postgres_url) as (way, url):
            settings = base.model_copy(update={"database_url": url, "finality_depth": 8})
            with Follower(settings) as follower:
                way.plan = ["pass", *[fate, "pass"] * 3]
                follower.catch_up(20)
                for _ in range(4):
                    mark = registry.node.snapshot()
                    play.act(3)
                    way.plan = [fate]
                    follower.catch_up(20)
                    registry.node.revert(mark)
                    play.act(2)
                    way.plan = [fate]
                    follower.catch_up(20)
            assert way.severed >= 8
        direct = settings.model_copy(update={"database_url": fresh_postgres_url})
        check_model(registry, direct)
        assert digest_of(direct) == fresh_digest(another())


class TestFullDisks:
    """
    when SQLite's disk is full       the indexer says so, and goes on when there is room again
    when PostgreSQL's disk is full   the same
    """

    @pytest.mark.parametrize("room", [200_000, 500_000])
    def test_goes_on_when_there_is_room_again(
        self, registry: Registry, another: Another, room: int
    ) -> None:
        Play(registry, 92, "full").open()
        settings = another().model_copy(update={"finality_depth": 5})
        given = ["--database-url", settings.database_url, "--rpc-url", settings.rpc_urls[0]]
        given += ["--deployments", str(settings.deployments), "--finality-depth", "5"]
        command = [sys.executable, "-c", _FULL, str(room), "run", *given]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as full:
            said = _line_with(full, "database is in trouble")
            full.kill()
        assert "disk" in said
        with Follower(settings) as follower:
            follower.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_goes_on_when_the_server_has_room_again(
        self, registry: Registry, base: IndexerSettings, fresh_postgres_url: str, another: Another
    ) -> None:
        Play(registry, 93, "full").open()
        settings = base.model_copy(update={"database_url": fresh_postgres_url})
        database = engine(fresh_postgres_url)
        create_index_tables(database)
        with database.begin() as connection:
            connection.execute(text(_NO_ROOM))
        with Follower(settings) as follower:
            with pytest.raises(TryLater, match="No space left on device"):
                follower.catch_up(1)
            with database.begin() as connection:
                connection.execute(text("DROP TRIGGER full_disk ON unit"))
            follower.catch_up(5)
        database.dispose()
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


#: What the server raises when it cannot extend a file, at the moment a unit is written.
_NO_ROOM = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END
$$;
CREATE TRIGGER full_disk BEFORE INSERT ON unit FOR EACH ROW EXECUTE FUNCTION full_disk();
"""


class TestLostLocks:
    """
    when the lock's connection is lost and another indexer took over   the first one writes nothing
    given two on an empty database, both believing to be the writer    one writes, none fails
    """

    def test_writes_nothing_when_another_took_over(
        self, registry: Registry, base: IndexerSettings, fresh_postgres_url: str, another: Another
    ) -> None:
        settings = base.model_copy(update={"database_url": fresh_postgres_url})
        play = Play(registry, 94, "lock")
        play.open()
        with Follower(settings) as first, Follower(settings) as second:
            first.catch_up(5)
            _end_all(fresh_postgres_url)
            play.act(3)
            second.catch_up(5)
            play.act(3)
            for _ in range(3):
                first.look()
            assert first.is_standby
            second.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_one_writes_given_both_believe_to_be_the_writer(
        self, registry: Registry, base: IndexerSettings, fresh_postgres_url: str, another: Another
    ) -> None:
        settings = base.model_copy(update={"database_url": fresh_postgres_url})
        Play(registry, 95, "both").open()
        with Follower(settings) as first, Follower(settings) as second:
            # Neither knows of the other: as if the lock were lost at the worst moment.
            first._lock.acquire = second._lock.acquire = lambda: True
            for _ in range(20):
                first.look()
                second.look()
            first.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


class TestClocks:
    """
    when the machine's clock jumps      nothing is undone, missed or waited for
    when the time of blocks jumps       the same
    """

    def test_follows_when_the_clock_jumps(
        self,
        registry: Registry,
        settings: IndexerSettings,
        another: Another,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        play, real = Play(registry, 96, "clock"), time.time
        play.open()
        with Follower(settings) as follower:
            for jump in (0, 10**9, -(10**9), 5):
                monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
                play.act(2)
                follower.catch_up(5)
        monkeypatch.undo()
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    @pytest.mark.own_node
    def test_follows_when_the_time_of_blocks_jumps(
        self, registry: Registry, settings: IndexerSettings, another: Another
    ) -> None:
        play = Play(registry, 97, "leap")
        play.open()
        with Follower(settings) as follower:
            for leap in (1, 10**6, 10**9):
                registry.node.rpc("evm_increaseTime", leap)
                play.act(2)
                follower.catch_up(5)
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


def _line_with(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            return line
    raise AssertionError("".join(said))


def _end_all(url: str) -> None:
    server = engine(url)
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    with server.connect() as connection:
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        connection.execute(text(ended))
    server.dispose()

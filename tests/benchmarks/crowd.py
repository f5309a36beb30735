"""A crowd on several API processes while blocks arrive and are taken back: how many answers a
second, how long each takes, and that none is wrong, torn or of a block that is gone.

Run by hand: `pytest tests/benchmarks/crowd.py -s --seconds 30`, once on SQLite and once on
PostgreSQL. It asserts no time.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account
from rich.console import Console
from rich.table import Table

from ..api import documents  # noqa: TID252
from ..api.world import World, activate  # noqa: TID252
from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252
from .crowding import READS, Book, Listener, Person, Reader, Walker, Writer, digest

PROCESSES, WRITER, SEED = 2, 10, 7
_LIMITED = ("READS", "WRITES", "CHECKS", "SIGNING_IN", "WRONG_CREDENTIALS")


class Crowd:
    """A registry that people act on at random, its indexer, and APIs on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.node = Node()
        self.registry = Registry(self.node)
        activate(self.registry, documents.methodology())
        self.play = Play(self.registry, SEED, "crowd")
        self.play.open()
        self.world = World(self.registry, url, folder, feed="all")
        self._let_in_a_writer()
        self.key = self.world.api_key(WRITER)
        self.world.close()
        self.book = Book()
        settings = self.world.settings
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "OGCR_RPC_URL": self.node.url,
            "OGCR_DEPLOYMENTS": str(settings.deployments),
            "OGCR_DOCUMENTS": str(settings.documents),
            "OGCR_SEAL_KEY_FILE": str(settings.seal_key_file),
            "OGCR_FEED": "all",
            # What names its own address would differ between the processes.
            "OGCR_PUBLIC_URL": "https://registry.example",
            **{f"OGCR_RATE_{kind}": "1000000/second" for kind in _LIMITED},
        }

    def _let_in_a_writer(self) -> None:
        """A developer whom the others neither pause nor delay: no account of the node."""
        self.world.keys = [*self.world.keys, Account.create()]
        account = self.world.address(WRITER)
        self.node.rpc("anvil_setBalance", account, hex(10**22))
        self.world.direct(0, "RegistryAccessControl", "grantRole", 2, account, 0)
        # Deeper than anything that is taken back.
        self.world.mine(12)

    def sign(self, to_sign: Mapping[str, Any], nonce: int) -> str:
        """As a wallet that counts its own transactions."""
        return self.world.signed(WRITER, to_sign, nonce=nonce)

    def documents(self) -> Iterator[dict[str, Any]]:
        """PDDs that do not touch one another."""
        for number in count():
            yield documents.forest(f"crowd-{number}", east=0.05 * number)

    @contextmanager
    def process(self, *command: str) -> Iterator[None]:
        """A part of the registry in a process of its own."""
        quiet = subprocess.DEVNULL
        called = [sys.executable, "-m", *command]
        started = subprocess.Popen(called, env=self.environment, stdout=quiet, stderr=quiet)
        try:
            yield
        finally:
            started.terminate()
            started.wait(20)

    def act(self, seconds: float, base: str) -> int:
        """Let blocks arrive, and take some back now and then; gives how often."""
        ends, taken_back = time.perf_counter() + seconds, 0
        with httpx.Client(base_url=base, timeout=30) as client:
            while time.perf_counter() < ends:
                self.play.act(2)
                if self.play.random.random() < 0.3:
                    self._take_back(client, self.play.random.randint(1, 5))
                    taken_back += 1
                time.sleep(0.3)
        return taken_back

    def _take_back(self, client: httpx.Client, depth: int) -> None:
        lost = [self.hash_of(self.node.head - back) for back in range(depth)]
        self.node.reorganise(depth)
        self.play.act(2)
        self.wait(client)
        still = {self.hash_of(self.node.head - back) for back in range(depth + 8)}
        moment = time.perf_counter()
        self.book.gone.update(dict.fromkeys(set(lost) - still, moment))

    def hash_of(self, number: int) -> str:
        """The hash of a block of the chain as it is now."""
        return str(self.node.rpc("eth_getBlockByNumber", hex(number), False)["hash"])

    def wait(self, client: httpx.Client, seconds: float = 30) -> dict[str, Any]:
        """Until the index stands on the head of the chain; gives what is said of it."""
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            found: dict[str, Any] = client.get("/health").json()
            if found.get("index") and found["index"]["block_hash"] == self.hash_of(self.node.head):
                return found
            time.sleep(0.02)
        raise AssertionError(f"The index does not follow: {found}")


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> float:
    found: float = request.config.getoption("--seconds")
    return found


def test_crowd(database_url: str, tmp_path: Path, seconds: float) -> None:
    crowd = Crowd(database_url, tmp_path)
    ports = [_free_port() for _ in range(PROCESSES)]
    bases = [f"http://127.0.0.1:{port}" for port in ports]
    with ExitStack() as stack:
        stack.callback(crowd.node.close)
        stack.enter_context(crowd.process("indexer", "run"))
        for port in ports:
            stack.enter_context(crowd.process("api", "--port", str(port)))
        _wait_for(bases)
        people, listeners, writer = _gathered(crowd, bases)
        for person in (*people, *listeners, writer):
            person.start()
        began = time.perf_counter()
        taken_back = crowd.act(seconds, bases[0])
        took = time.perf_counter() - began
        for person in (*people, writer):
            person.ends.set()
        for person in (*people, writer):
            person.join(60)
        with httpx.Client(base_url=bases[1], timeout=30) as client:
            _require_written(crowd, client, writer)
            health = crowd.wait(client)
            _require_heard(client, listeners, health)
            _require_true(crowd, client)
    dialect = database_url.partition(":")[0].partition("+")[0]
    _report(crowd.book, took, f"{dialect}, {PROCESSES} processes, {taken_back} reorganisations")
    assert crowd.book.faults == []
    assert taken_back > 0
    assert crowd.book.known > 0
    assert crowd.book.whole_lists > 0
    assert writer.projects


def _gathered(crowd: Crowd, bases: list[str]) -> tuple[list[Person], list[Listener], Writer]:
    shown = {"Authorization": f"Bearer {crowd.key}"}
    people: list[Person] = []
    for base in bases:
        people += [Reader(base, crowd.book, conditional=is_so) for is_so in (False, True)]
        people.append(Walker(base, crowd.book))
    listeners = [Listener(base, crowd.book) for base in bases]
    writer = Writer(bases[-1], crowd.book, crowd.documents(), crowd.sign, **shown)
    return people, listeners, writer


def _require_written(crowd: Crowd, client: httpx.Client, writer: Writer) -> None:
    """What was delivered is in the index in the end, whatever was taken back."""
    shown = writer.client.headers
    for task, project in zip(writer.tasks, writer.projects, strict=True):
        for _ in range(100):
            state = client.get(f"/tasks/{task}", headers=shown).json()["state"]
            if state in ("indexed", "final"):
                break
            crowd.node.mine()
            time.sleep(0.2)
        assert state in ("indexed", "final"), f"{project}: {state}"
        assert client.get(f"/projects/{project}").status_code == 200


def _require_heard(
    client: httpx.Client, listeners: list[Listener], health: Mapping[str, Any]
) -> None:
    """Whoever only listened has the very units that are read."""
    last = client.get("/changes").json()["last"]
    found = client.get(READS[1][1]).json()["features"]
    units = {one["id"]: one["properties"]["status"] for one in found}
    for listener in listeners:
        listener.last = last
    for listener in listeners:
        listener.join(40)
        assert not listener.is_alive()
        heard = {key: row["status"] for key, row in listener.rows.items()}
        assert heard == units
        assert listener.reorganised == health["reorganisations"]["count"]


def _require_true(crowd: Crowd, client: httpx.Client) -> None:
    """One block has one answer, whoever was asked; it is the one that is given as of that block;
    and the answers of a block agree with one another."""
    book, head = crowd.book, crowd.node.head
    numbers = {crowd.hash_of(number): number for number in range(max(0, head - 800), head + 1)}
    for (path, block), digests in book.told.items():
        assert len(digests) == 1, f"{path} has {len(digests)} answers at {block}"
        assert block in numbers or block in book.gone, f"{path} names {block}, which never was"
    for path in {path for path, _ in book.told}:
        kept = [block for named, block in book.told if named == path and block in numbers]
        for block in kept[:: max(1, len(kept) // 10)]:
            mark = "&" if "?" in path else "?"
            found = client.get(f"{path}{mark}as_of={numbers[block]}").json()
            assert {digest(found)} == book.told[path, block], f"{path} as of {numbers[block]}"
    for block in book.lost_lists:
        assert block not in numbers, f"a list of {block} ended with 410, and the block is there"
    _require_sums(book)


def _require_sums(book: Book) -> None:
    compared = 0
    for (path, block), supply in book.contents.items():
        if path != "/statistics/supply":
            continue
        for row in supply["supply"]:
            parts = [row[name] for name in row if name.endswith("_kg") and name != "issued_kg"]
            assert row["issued_kg"] == sum(parts), row
        listed = book.contents.get(("/credits?limit=1000", block))
        if listed is not None:
            compared += 1
            kept = sum(one["properties"]["quantity_kg"] for one in listed["features"])
            assert kept == sum(row["issued_kg"] for row in supply["supply"]), block
    assert compared > 0


def _report(book: Book, took: float, title: str) -> None:
    total = sum(len(found) for found in book.seconds.values())
    table = Table(title=f"{title}: {total / took:.0f} requests a second; milliseconds")
    for column in ("what", "a second", "p50", "p99", "longest"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for kind, found in sorted(book.seconds.items()):
        ordered = sorted(1000 * one for one in found)
        late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        cells = (f"{len(found) / took:.1f}", f"{statistics.median(ordered):.1f}", f"{late:.1f}")
        table.add_row(kind, *cells, f"{ordered[-1]:.1f}")
    Console(width=110).print(table)
    Console(width=110).print(
        f"{book.known} answers were known already (304); of the lists read by cursors "
        f"{book.whole_lists} came whole and {len(book.lost_lists)} ended with 410"
    )
    for fault in book.faults[:10]:
        Console(width=110).print(fault)


def _wait_for(bases: list[str], seconds: float = 60) -> None:
    ends = time.perf_counter() + seconds
    for base in bases:
        while True:
            try:
                if httpx.get(f"{base}/ready").status_code == 200:
                    break
            except httpx.HTTPError:
                assert time.perf_counter() < ends
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

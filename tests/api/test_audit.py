"""The audit log: complete, in one chain, held by the chain, searchable, and free of secrets."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from api.access.anchoring import Anchored, anchor
from api.access.links import GENESIS, Attempt, commitment, digest_of, new_salt
from api.access.secrets import without_secrets
from api.access.segments import SegmentFault, check, export, require_joined
from api.access.trail import Trail, append
from api.access.verifying import verify
from api.commands.audit import main
from api.migrations import migrate
from api.queries.audit import every_entry
from api.relayer import Relayer
from indexer.database import engine, transaction

from . import documents
from .people import DEVELOPER, STRANGER
from .relaying import keyfile
from .test_keys import on_the_machine
from .world import World

NOW = 1_764_000_000_000
ATTEMPT = Attempt(NOW, "key:1", "1", "GET /projects", "/projects", "allowed", 200, "r-1")
#: Another process: two hundred attempts, some of them urgent, each waited for.
WRITER = """
import sys
from api.access.links import Attempt
from api.access.trail import Trail
from indexer.database import engine

trail = Trail(engine(sys.argv[1]))
attempt = Attempt(1, sys.argv[2], "1", "GET /projects", "/projects", "allowed", 200, "r-1")
for done in [trail.note(attempt, at_once=place % 10 == 0) for place in range(200)]:
    done.result(30)
trail.stop()
"""
#: Pays for anchors and for nothing else.
ANCHORING = 4


@pytest.fixture
def parts(world: World) -> Any:
    """The parts of the API's process, with a log of its own."""
    return world.app.state.registry


@pytest.fixture
def auditor(world: World) -> str:
    return world.api_key(scopes=["admin:audit"])


def asked(world: World, method: str, path: str, key: str | None, **more: Any) -> Response:
    client = TestClient(world.app, headers={"Authorization": f"Bearer {key}"} if key else {})
    return client.request(method, path, **more)


def searched(world: World, auditor: str, **filters: Any) -> list[dict[str, Any]]:
    found = asked(world, "GET", "/audit", auditor, params=filters)
    assert found.status_code == 200, found.text
    entries: list[dict[str, Any]] = found.json()["entries"]
    return entries


def tampered(session: Session, statement: str) -> None:
    """Change what the triggers keep from being changed."""
    for verb in ("update", "delete"):
        session.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{verb}"))
    session.execute(text(statement))


class TestEntries:
    """
    when somebody asks             who, what, of which resource, with which outcome, is written down
    given a write or a refusal     it is written before the answer is given
    when a flood is refused        it is one entry, with how many there were
    given any secret               it stands in no table and no log
    """

    def test_says_who_asked_for_what_and_what_was_decided(
        self, world: World, auditor: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        key = world.api_key(DEVELOPER)
        new = documents.forest("audited", east=5.0)
        marked = {"X-Request-ID": "mine-1", "User-Agent": f"spy {key}"}
        client = TestClient(world.app, headers={"Authorization": f"Bearer {key}", **marked})
        assert client.post("/projects", json=new).status_code == 202
        (entry,) = searched(world, auditor, request="mine-1")
        assert (entry["actor"], entry["credential"]) == (f"key:{key[5:21]}", key[5:21])
        assert (entry["operation"], entry["resource"]) == ("POST /projects", "/projects")
        assert (entry["outcome"], entry["status"]) == ("allowed", 202)
        assert entry["machine"] == {"address": "unknown", "agent": f"spy {key[:21]}…"}
        asked(world, "POST", "/projects", world.api_key(STRANGER), json=new)
        asked(world, "GET", f"/keys/{key}", auditor)
        asked(world, "GET", "/projects", key[:-1] + "x")
        asked(world, "GET", "/projects/nowhere", None)
        refused = searched(world, auditor, outcome="refused")
        assert [one["status"] for one in refused][:2] == [401, 403]
        assert [one["operation"] for one in refused][:2] == ["GET /projects", "POST /projects"]
        time.sleep(0.2)
        (read,) = searched(world, auditor, resource="/projects/nowhere")
        assert (read["outcome"], read["actor"]) == ("rejected", "anonymous")
        assert key.split("_")[2] not in dumped(world) + caplog.text

    def test_tells_a_flood_in_one_entry(self, world: World, parts: Any) -> None:
        flood = [replace(ATTEMPT, status=429, outcome="refused")] * 500
        with parts.transaction() as session:
            append(session, [ATTEMPT, *flood, replace(ATTEMPT, status=404)])
        last = [row for row, _ in every_entry(parts.engine)][-3:]
        assert [(row.status, row.times) for row in last] == [(200, 1), (429, 500), (404, 1)]

    def test_takes_no_write_while_the_log_cannot_be_written(self, world: World) -> None:
        trail: Trail = world.app.state.trail
        trail._stuck_since = time.monotonic() - 60
        answer = asked(world, "POST", "/projects", world.api_key(DEVELOPER), json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert asked(world, "GET", "/projects", None).status_code == 200

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            (f"/keys/ogcr_{'a' * 16}_{'b' * 64}", f"/keys/ogcr_{'a' * 16}…"),
            ("eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln x", "… x"),
            ("Bearer  abc, Bearer def", "Bearer  abc, Bearer …"),
            ("curl/8", "curl/8"),
        ],
    )
    def test_leaves_secrets_out(self, written: str, expected: str) -> None:
        assert without_secrets(written) == expected


class TestChain:
    """
    given nobody changed anything            it verifies, from the first entry on
    when an entry is changed or taken out    the first broken one is named
    when the end is cut off                  it is missed
    when a row is to be changed              the database refuses
    when somebody asks for what no text is   it is written in other signs, and nothing stops
    when two processes write at once         they make one chain
    each digest                              covers every member, and the entry before
    """

    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            ("UPDATE audit_entry SET actor = 'key:2' WHERE sequence = 3", 3),
            ("UPDATE audit_entry SET digest = '00' WHERE sequence = 5", 5),
            ("UPDATE audit_entry SET at = at + 1 WHERE sequence = 2", 2),
            ("DELETE FROM audit_entry WHERE sequence = 4", 4),
            ("DELETE FROM audit_entry WHERE sequence = 1", 1),
            ("DELETE FROM audit_entry WHERE sequence = 8", 8),
            ("UPDATE audit_machine SET address = '192.0.2.1' WHERE sequence = 6", 6),
        ],
    )
    def test_names_the_first_broken_link(self, tmp_path: Path, statement: str, fault: int) -> None:
        made = engine(f"sqlite:///{tmp_path}/log.db")
        migrate(made)
        with transaction(made) as session:
            append(session, [replace(ATTEMPT, request_id=f"r-{n}", agent="a") for n in range(8)])
        registry = _Only(made)
        assert verify(registry).faults == ()  # type: ignore[arg-type]
        with transaction(made) as session:
            tampered(session, statement)
        (said,) = verify(registry).faults  # type: ignore[arg-type]
        assert f"ntry {fault} " in said or f"ntry {fault}." in said or f"entry {fault} was" in said
        made.dispose()

    def test_refuses_every_change_of_a_row(self, database_url: str) -> None:
        made = engine(database_url)
        migrate(made)
        with transaction(made) as session:
            append(session, [ATTEMPT])
        for statement in ("UPDATE audit_entry SET status = 0", "DELETE FROM audit_entry"):
            with pytest.raises(DatabaseError, match="stay as they are"), transaction(made) as one:
                one.execute(text(statement))
        made.dispose()

    def test_takes_whatever_somebody_asks_for(self, database_url: str) -> None:
        made = engine(database_url)
        migrate(made)
        asked_for = "/%00\x00\udcff\r\n\u2028é" + "x" * 9_000
        with transaction(made) as session:
            odd = replace(ATTEMPT, resource=asked_for, actor=asked_for, agent=asked_for)
            append(session, [odd])
        ((row, machine),) = every_entry(made)
        assert row.resource.startswith("/%00\ufffd?\ufffd\ufffd\ufffdéxxx")
        assert {len(text) for text in (row.resource, row.actor, machine.agent)} == {500}
        assert verify(_Only(made)).faults == ()  # type: ignore[arg-type]
        made.dispose()

    def test_is_one_when_two_processes_write_at_once(self, module_postgres_url: str) -> None:
        made = engine(module_postgres_url)
        migrate(made)
        command = [sys.executable, "-c", WRITER, module_postgres_url]
        writers = [subprocess.Popen([*command, f"key:{number}"]) for number in range(2)]
        assert [writer.wait(60) for writer in writers] == [0, 0]
        rows = [row for row, _ in every_entry(made)]
        assert sorted(row.actor for row in rows) == ["key:0"] * 200 + ["key:1"] * 200
        assert verify(_Only(made)).faults == ()  # type: ignore[arg-type]
        made.dispose()

    def test_covers_every_member_and_the_one_before(self) -> None:
        entry = {**vars(ATTEMPT), "sequence": 1, "machine": None}
        for name in ("actor", "resource", "request_id", "machine"):
            other = {**entry, name: "é\u2028"}
            assert digest_of(other, GENESIS) != digest_of(entry, GENESIS)
        assert digest_of(entry, "0" * 63 + "1") != digest_of(entry, GENESIS)
        assert commitment(new_salt(), "192.0.2.1", "") != commitment(new_salt(), "192.0.2.1", "")


class TestAnchors:
    """
    when the head is anchored           the chain has it, and verify holds the log against it
    when nothing was added              nothing is sent
    when the whole log is made anew     an anchor of before finds it out, wherever it was kept
    """

    def test_holds_the_log_against_the_chain(self, world: World, tmp_path: Path) -> None:
        registry, account = world.app.state.registry, account_of(tmp_path)
        asked(world, "POST", "/projects", None, json={})
        first = anchor(registry, account)
        assert first is not None
        assert verify(registry).waiting == 1
        world.node.mine()
        asked(world, "POST", "/projects", None, json={})
        second = anchor(registry, account)
        assert second is not None
        assert anchor(registry, account) is None
        world.node.mine()
        found = verify(registry, by=account.address)
        assert (found.faults, found.anchors, found.waiting) == ((), 2, 0)
        sent = world.node.rpc("eth_getTransactionByHash", second.transaction_hash)
        said = Anchored.read(sent["input"])
        assert said == Anchored(second.sequence, second.digest, first.transaction_hash)
        assert (sent["from"], sent["to"]) == (account.address, account.address)
        self._rewritten(world)
        faults = verify(registry, newest=second.transaction_hash).faults
        for anchored in (first, second):
            said_of_it = f"Entry {anchored.sequence} is not the one that the anchor "
            assert f"{said_of_it}{anchored.transaction_hash} names." in faults
        others = verify(registry, second.transaction_hash, by=world.address(STRANGER)).faults
        assert any("other than" in one for one in others)

    def _rewritten(self, world: World) -> None:
        """Change an entry, link all after it anew, and forget the anchors: a perfect forgery."""
        registry, previous = world.app.state.registry, GENESIS
        with registry.transaction() as session:
            tampered(session, "DELETE FROM audit_anchor")
            tampered(session, "UPDATE audit_entry SET actor='x' WHERE sequence=1")
        for row, _ in list(every_entry(registry.engine)):
            previous = digest_of(row.model_dump(), previous)
            with registry.transaction() as session:
                values = f"digest = '{previous}' WHERE sequence = {row.sequence}"
                session.execute(text(f"UPDATE audit_entry SET {values}"))
                session.execute(text(f"UPDATE audit_head SET digest = '{previous}'"))
        assert verify(registry).faults == ()


class TestCommand:
    """
    verify, anchor, search, erase     each does it, and stands in the log where it changes something
    """

    def test_does_what_it_says(
        self, world: World, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        on_the_machine(world, monkeypatch)
        asked(world, "POST", "/projects", None, json={}, headers={"User-Agent": "curl/8"})
        files = keyfile(tmp_path / "anchor", ANCHORING)
        options = ["--keyfile", str(files["relayer_keyfile"])]
        options += ["--passphrase-file", str(files["relayer_passphrase_file"])]
        capsys.readouterr()
        assert main(["anchor", *options]) == 0
        sent = json.loads(capsys.readouterr().out)
        world.node.mine()
        assert main(["verify", "--newest", sent["transaction"]]) == 0
        assert "are as they were written; 1 anchors" in capsys.readouterr().out
        assert main(["search", "--outcome", "refused", "--limit", "1"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["status"], found["machine"]["agent"]) == (401, "curl/8")
        assert main(["search", "--outcome", "good"]) == 3
        assert main(["erase", "--entry", str(found["sequence"])]) == 0
        assert main(["erase", "--before", "2999-01-01"]) == 0
        capsys.readouterr()
        assert main(["search"]) == 0
        entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one["operation"] for one in entries[:2]] == ["audit erase", "audit erase"]
        assert {one["machine"] for one in entries} == {None}
        assert "curl/8" not in dumped(world)
        assert main(["verify"]) == 0
        with world.app.state.registry.transaction() as session:
            tampered(session, "UPDATE audit_entry SET actor = 'x' WHERE sequence = 2")
        assert main(["verify"]) == 1
        assert "Entry 2 was changed" in capsys.readouterr().out


class TestSegments:
    """
    given entries                          files of them prove themselves and join
    given what is personal                 it stays behind unless it is asked for
    when a line is changed, left out, cut off or turned round   the file says where
    when the log itself is broken          no file is made
    when there is a file already           it stays
    """

    @pytest.fixture
    def log(self, tmp_path: Path) -> Iterator[Any]:
        made = engine(f"sqlite:///{tmp_path}/log.db")
        migrate(made)
        with transaction(made) as session:
            append(session, [replace(ATTEMPT, address="192.0.2.1") for _ in range(5)])
        yield _Only(made)
        made.dispose()

    def test_prove_themselves_and_join(self, log: Any, tmp_path: Path) -> None:
        whole, first, second = (tmp_path / name for name in ("whole", "first", "second"))
        export(log, first, 0, with_machines=False)
        with transaction(log.engine) as session:
            append(session, [ATTEMPT, ATTEMPT])
        made = [export(log, second, 5, with_machines=False)]
        made.append(export(log, whole, 0, with_machines=True))
        assert [check(second), check(whole)] == made
        assert (made[0].after, made[0].last, made[0].digest) == (5, 7, made[1].digest)
        require_joined([check(first), check(second)])
        with pytest.raises(SegmentFault, match="begins after 0 does not follow 7"):
            require_joined([check(second), check(first)])
        assert "192.0.2.1" not in first.read_text() + second.read_text()
        assert whole.read_text().count("192.0.2.1") == 5
        assert first.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (
                lambda lines: [lines[0], lines[1].replace("key:1", "key:2"), *lines[2:]],
                "entry 1 was",
            ),
            (lambda lines: [*lines[:2], *lines[3:]], "entry 2 is missing"),
            (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "entry 1 is missing"),
            (lambda lines: lines[:-1], "ends after entry 5, in the middle"),
            (lambda lines: lines[:-2] + lines[-1:], "does not end with entry 4"),
            (lambda lines: [*lines, lines[-1]], "does not end with entry 5"),
            (lambda lines: [lines[0].replace("0000", "1111"), *lines[1:]], "entry 1 was"),
            (lambda lines: [lines[0], "[]", *lines[1:]], "line 2 is no JSON object"),
            (lambda lines: ["{}"], "no segment"),
            (lambda lines: [lines[0], '{"sequence": 1}', *lines[1:]], "entry 1 was"),
            (
                lambda lines: [lines[0], lines[1].replace("192.0.2.1", "192.0.2.2"), *lines[2:]],
                "mach",
            ),
            (lambda lines: [lines[0], lines[1].replace('"salt"', '"sa"'), *lines[2:]], "made of"),
        ],
    )
    def test_say_where_they_were_changed(
        self, log: Any, tmp_path: Path, change: Any, said: str
    ) -> None:
        path = tmp_path / "segment"
        export(log, path, 0, with_machines=True)
        path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
        with pytest.raises(SegmentFault, match=said):
            check(path)

    def test_are_not_made_of_what_is_broken(self, log: Any, tmp_path: Path) -> None:
        path = tmp_path / "segment"
        with pytest.raises(SegmentFault, match="no entry 9"):
            export(log, path, 9, with_machines=False)
        export(log, path, 0, with_machines=False)
        kept = path.read_bytes()
        with pytest.raises(FileExistsError):
            export(log, path, 2, with_machines=False)
        with transaction(log.engine) as session:
            tampered(session, "UPDATE audit_entry SET actor = 'other' WHERE sequence = 3")
        with pytest.raises(SegmentFault, match="the log: entry 3 was changed"):
            export(log, tmp_path / "other", 0, with_machines=False)
        assert path.read_bytes() == kept
        names = {one.name for one in tmp_path.iterdir() if not one.name.startswith("log.db")}
        assert names == {"segment"}

    def test_are_made_and_checked_by_commands(
        self, world: World, tmp_path: Path, monkeypatch: Any, capsys: Any
    ) -> None:
        on_the_machine(world, monkeypatch)
        asked(world, "POST", "/projects", None, json={})
        path = str(tmp_path / "log.jsonl")
        assert main(["export", path]) == 0
        monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
        assert main(["check", path]) == 0
        assert "are as they were written" in capsys.readouterr().out
        assert main(["check", str(tmp_path / "none")]) == 3


class TestSearch:
    """
    by any member, by time, page by page     administrators alone
    """

    def test_finds_what_is_asked_for(self, world: World, auditor: str) -> None:
        for number in range(5):
            asked(
                world, "POST", "/projects", None, json={}, headers={"X-Request-ID": f"n-{number}"}
            )
        for filters, count in (
            ({"operation": "POST /projects"}, 5),
            ({"status": 401}, 5),
            ({"request": "n-3"}, 1),
            ({"resource": "/proj"}, 5),
            ({"since": "2999-01-01"}, 0),
            ({"actor": "anonymous", "until": "2999-01-01"}, 5),
            ({"actor": "key:none"}, 0),
        ):
            assert len(searched(world, auditor, **filters)) == count, filters
        page = asked(world, "GET", "/audit", auditor, params={"limit": 2, "cursor": "*"}).json()
        (following,) = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = following.removeprefix(world.settings.public_url)
        rest = asked(world, "GET", path, auditor).json()["entries"]
        assert rest[0]["sequence"] == page["entries"][-1]["sequence"] - 1
        assert asked(world, "GET", "/audit", world.api_key(scopes=["mrv:read"])).status_code == 403
        assert asked(world, "GET", "/audit", None).status_code == 401


class _Only:
    """A registry of which only the database is asked."""

    def __init__(self, made: Any) -> None:
        self.engine = made


def account_of(folder: Path) -> Relayer:
    files = keyfile(folder / "anchor", ANCHORING)
    return Relayer.opened(files["relayer_keyfile"], files["relayer_passphrase_file"])


def dumped(world: World) -> str:
    """Everything that a world's SQLite database holds."""
    path = world.settings.database_url.removeprefix("sqlite:///")
    return "\n".join(_lines(sqlite3.connect(path)))


def _lines(connection: sqlite3.Connection) -> Iterator[str]:
    yield from connection.iterdump()
    connection.close()

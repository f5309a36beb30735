"""The command `python -m indexer`, and what it says when it cannot."""

from __future__ import annotations

import csv
import hashlib
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from indexer.__main__ import _parser, main
from indexer.commands import COMMANDS
from indexer.database import engine
from indexer.follower import Follower
from indexer.models import VERSIONED
from indexer.settings import IndexerSettings

from .mirror import Mirror, indexed
from .play import Play
from .stage import Registry
from .truth import digest_of

pytestmark = pytest.mark.chain

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(settings: IndexerSettings, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with the test's settings; gives exit code, output and errors."""

    def call(*arguments: str, **changes: str) -> tuple[int, str, str]:
        options = {
            "--database-url": settings.database_url,
            "--rpc-url": settings.rpc_urls[0],
            "--deployments": str(settings.deployments),
            "--documents": str(settings.documents),
        } | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
        code = main([*arguments, *(word for pair in options.items() for word in pair)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


class TestCommands:
    """
    run --once   indexes to the head and exits 0
    status       tells how far the index is
    digest       prints block and digest, also of a past block
    rebuild      ends at the same digest
    """

    def test_runs_once_tells_and_rebuilds(
        self, registry: Registry, settings: IndexerSettings, run: Run
    ) -> None:
        play = Play(registry, 41, "command")
        play.open()
        assert run("status")[0] == 4
        assert run("digest")[0] == 4
        assert run("--once")[0] == 0
        past = registry.node.head
        before = digest_of(settings)
        play.act(5, per_block=6)
        assert run("run", "--once")[0] == 0
        code, told, _ = run("status")
        assert code == 0
        assert f"block      {registry.node.head} 0x" in told
        assert run("digest")[1] == f"{registry.node.head} {digest_of(settings)}\n"
        assert run("digest", "--block", str(past))[1] == f"{past} {before}\n"
        assert run("digest", "--block", str(registry.node.head + 1))[0] == 4
        assert run("rebuild")[0] == 0
        assert run("digest")[1] == f"{registry.node.head} {digest_of(settings)}\n"


class TestRefusals:
    """
    given no record, no manifest, another deployment, another table, no contracts, no database
        it exits 3 or 4 with one sentence that says what to do
    """

    def test_says_what_to_do_given_no_record(self, run: Run, tmp_path: object) -> None:
        code, _, said = run("--once", deployments=f"{tmp_path}/none")
        assert code == 3
        assert "deploy the contracts first" in said

    def test_says_what_to_do_given_a_broken_record(
        self, run: Run, settings: IndexerSettings
    ) -> None:
        (settings.deployments / "31337.json").write_text('{"chain_id": 1, "contracts": {}}')
        code, _, said = run("--once")
        assert code == 3
        assert "it is for chain 1, not 31337; RegistryAccessControl has no address" in said

    def test_says_what_to_do_given_no_manifest(self, run: Run) -> None:
        code, _, said = run("--once", artifacts="nowhere.json")
        assert code == 3
        assert "compile" in said

    def test_says_what_to_do_given_another_deployment(
        self, run: Run, settings: IndexerSettings, registry: Registry
    ) -> None:
        assert run("--once")[0] == 0
        record = json.loads(json.dumps(registry.record))
        record["contracts"]["CRU"]["address"] = "0x" + "12" * 20
        (settings.deployments / "31337.json").write_text(json.dumps(record))
        code, _, said = run("--once")
        assert code == 3
        assert "run `python -m indexer rebuild`" in said

    def test_says_what_to_do_given_no_contracts_there(
        self, run: Run, settings: IndexerSettings, registry: Registry
    ) -> None:
        record = json.loads(json.dumps(registry.record))
        record["contracts"]["CRU"]["address"] = "0x" + "12" * 20
        (settings.deployments / "31337.json").write_text(json.dumps(record))
        code, _, said = run("--once")
        assert code == 3
        assert "no contract where the deployments record has CRU" in said

    def test_says_what_to_do_given_tables_of_another_version(
        self, run: Run, settings: IndexerSettings
    ) -> None:
        with engine(settings.database_url).begin() as connection:
            connection.execute(text("CREATE TABLE unit (id INTEGER)"))
        code, _, said = run("--once")
        assert code == 3
        assert "The table unit is that of another version" in said

    def test_says_what_to_do_given_wrong_settings(self, run: Run) -> None:
        code, _, said = run("--once", poll_seconds="0")
        assert code == 3
        assert "poll_seconds: Input should be greater than 0" in said

    def test_says_what_is_wrong_given_no_database(self, run: Run) -> None:
        code, _, said = run("status", database_url="postgresql://nobody@127.0.0.1:1/none")
        assert code == 4
        assert said.startswith("indexer: ")


class TestVerify:
    """
    when the index is the chain's          it exits 0, having compared every table, and is told
    given a row that was tampered with     it exits 1, naming row, column and both values
    given a row that was taken away        it exits 1 by the digest
    when a past block is asked for         it compares that state
    """

    def test_exits_0_when_the_index_is_the_chains(
        self, registry: Registry, settings: IndexerSettings, run: Run
    ) -> None:
        play = Play(registry, 42, "verify")
        play.open()
        play.act(12, per_block=6)
        assert run("verify")[0] == 4
        assert run("--once")[0] == 0
        code, said, _ = run("verify")
        assert code == 0
        compared = int(said.split()[0])
        assert compared > 200
        assert f"digest {digest_of(settings)} at block {registry.node.head}" in said
        told = run("status")[1]
        assert f"rows       0 of {compared} differ at block {registry.node.head}" in told
        assert f"digest     0 of 1 differ at block {registry.node.head}" in told

    @pytest.mark.parametrize(
        ("statement", "sentence"),
        [
            ("UPDATE unit SET owner = '0xff' WHERE valid_to IS NULL", "owner is '0xff', on chain"),
            ("UPDATE role_member SET since = 7 WHERE valid_to IS NULL", "since is 7, on chain"),
            ("DELETE FROM unit WHERE first_kg = 0", "blocks of units is"),
            ("UPDATE report SET status = 'verified' WHERE status = 'submitted'", "on chain 'sub"),
        ],
    )
    def test_exits_1_given_a_row_was_tampered_with(
        self, registry: Registry, settings: IndexerSettings, run: Run, statement: str, sentence: str
    ) -> None:
        play = Play(registry, 43, "tamper")
        play.open()
        play.new_report()
        registry.node.mine()
        assert run("--once")[0] == 0
        with engine(settings.database_url).begin() as connection:
            assert connection.execute(text(statement)).rowcount > 0
        code, said, _ = run("verify", "--rows-only")
        assert code == 1
        assert sentence in said

    def test_exits_1_given_a_row_was_taken_away(
        self, registry: Registry, settings: IndexerSettings, run: Run
    ) -> None:
        Play(registry, 44, "taken").open()
        assert run("--once")[0] == 0
        with engine(settings.database_url).begin() as connection:
            connection.execute(text("DELETE FROM pdd_version WHERE version = 1"))
        assert run("verify", "--rows-only")[0] == 0
        assert run("verify", "--digest-only")[0] == 1
        assert "digest     1 of 1 differ" in run("status")[1]

    def test_compares_that_state_when_a_past_block_is_asked_for(
        self, registry: Registry, run: Run
    ) -> None:
        play = Play(registry, 45, "past")
        play.open()
        past = registry.node.head
        play.act(6, per_block=5)
        assert run("--once")[0] == 0
        code, said, _ = run("verify", "--block", str(past))
        assert (code, f"at block {past}, 0 differ" in said) == (0, True)


class TestRollback:
    """
    when taken back to a block     the state is that after it, and running goes on from there
    given an indexer that writes   it refuses
    given nothing lies beyond      nothing is undone
    """

    def test_goes_on_from_there_when_taken_back(
        self, registry: Registry, settings: IndexerSettings, run: Run
    ) -> None:
        play = Play(registry, 46, "back")
        play.open()
        assert run("--once")[0] == 0
        past, before = registry.node.head, digest_of(settings)
        play.act(8, per_block=5)
        assert run("--once")[0] == 0
        newest = digest_of(settings)
        mirror = Mirror(settings)
        mirror.take()
        code, said, _ = run("rollback", "--to", str(past))
        assert (code, f"the state after block {past}" in said) == (0, True)
        assert digest_of(settings) == before != newest
        mirror.follow()
        assert mirror.rows == indexed(settings)
        assert run("rollback", "--to", str(past))[0] == 0
        assert digest_of(settings) == before
        assert run("--once")[0] == 0
        assert digest_of(settings) == newest

    def test_refuses_given_an_indexer_writes(
        self, registry: Registry, settings: IndexerSettings, run: Run
    ) -> None:
        Play(registry, 47, "busy").open()
        with Follower(settings) as follower:
            follower.catch_up(5)
            for command in (("rollback", "--to", "5"), ("rebuild",)):
                code, _, said = run(*command)
                assert code == 3
                assert "An indexer writes this database: stop it" in said


class TestExport:
    """
    when exported                    every row of that block is in the files; a manifest says so
    given a folder with something    it refuses
    given an unknown table           it names those there are
    """

    @pytest.mark.parametrize("form", ["parquet", "csv"])
    def test_every_row_is_in_the_files_when_exported(
        self, registry: Registry, settings: IndexerSettings, run: Run, tmp_path: Path, form: str
    ) -> None:
        play = Play(registry, 48, "export")
        play.open()
        assert run("--once")[0] == 0
        past, state, digest = registry.node.head, indexed(settings), digest_of(settings)
        play.act(6, per_block=5)
        assert run("--once")[0] == 0
        out = tmp_path / "out"
        assert run("export", "--out", str(out), "--format", form, "--at", str(past))[0] == 0
        manifest = json.loads((out / "manifest.json").read_text())
        assert (manifest["block_number"], manifest["digest"]) == (past, digest)
        assert manifest["tables"].keys() == {t.__table__.name for t in VERSIONED} | {"event"}
        for table in VERSIONED:
            name = table.__table__.name
            entry = manifest["tables"][name]
            content = (out / entry["file"]).read_bytes()
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
            rows = _exported(out / entry["file"])
            expected = [row for (of, _), row in state.items() if of == name]
            assert len(rows) == entry["rows"] == len(expected)
            kept = {tuple(str(row[key]) for key in table.key_columns()): row for row in rows}
            for row in expected:
                found = kept[tuple(str(row[key]) for key in table.key_columns())]
                for column, value in row.items():
                    assert _plain(found[column]) == _plain(value), (name, column)

    def test_refuses_given_a_folder_with_something_in_it(
        self, registry: Registry, run: Run, tmp_path: Path
    ) -> None:
        assert run("--once")[0] == 0
        code, _, said = run("export", "--out", str(tmp_path))
        assert code == 3
        assert "is no empty folder" in said

    def test_names_those_there_are_given_an_unknown_table(self, run: Run, tmp_path: Path) -> None:
        code, _, said = run("export", "--out", str(tmp_path / "x"), "--tables", "units")
        assert code == 3
        assert "There is no table units: give some of methodology, project" in said


def _exported(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return found
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _plain(value: Any) -> str:
    """One spelling for what CSV cannot tell apart."""
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return "" if value is None else str(value)


class TestHelp:
    """
    of every command   examples and exit codes are told, and each example is understood
    """

    @pytest.mark.parametrize("name", COMMANDS)
    def test_tells_examples_and_codes(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        said = capsys.readouterr().out
        assert "examples:" in said
        assert "0 done, 1 verify found a difference" in said
        for line in COMMANDS[name].examples:
            words = shlex.split(line.replace("…", "x"))
            options = words[words.index("indexer") + 1 :]
            assert _parser().parse_args(options).command == name

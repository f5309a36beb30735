"""The command `python -m indexer`, and what it says when it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from indexer.__main__ import main
from indexer.database import engine
from indexer.settings import IndexerSettings

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

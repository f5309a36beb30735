"""The audit of the played sample: sound as it is, and every tampering found."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from eth_utils import keccak
from sqlalchemy import JSON, Boolean, Column

from indexer.deployments import Deployments
from indexer.models import (
    VERSIONED,
    AccreditationWithdrawal,
    BufferRelease,
    NonceInvalidation,
    OperatorApproval,
    RelayedCall,
    RetirementReason,
    ScheduledOperation,
    SuspendedAccount,
    Versioned,
)
from scripts.auditing.checks import Checks
from scripts.auditing.code import IMPLEMENTATION_SLOT
from scripts.auditing.node import Node

from .running import ROOT, Running, audited


def change(database: Path, statement: str) -> int:
    """Change an index by hand; gives the number of changed rows."""
    with closing(sqlite3.connect(database)) as connection:
        changed = connection.execute(statement).rowcount
        connection.commit()
    return changed


def command(running: Running, kept: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`scripts/audit` as an auditor types it."""
    typed = [sys.executable, "-m", "scripts.audit", "--rpc-url", running.rpc]
    typed += ["--deployments", str(running.record), "--documents", str(kept / "documents")]
    return subprocess.run([*typed, *options], cwd=ROOT, capture_output=True, text=True, check=False)


def anchored_file(kept: Path, words: str) -> Path:
    """The stored document that holds these words."""
    (found,) = (p for p in (kept / "documents").iterdir() if words in p.read_text())
    return found


class TestAudit:
    """
    given nothing was touched                   it exits 0 with a table, API and index included
    given a byte of a document was flipped      it exits 1 and names the document
    given a document is missing                 it exits 1 and names the document
    given a row of the index was changed        it exits 1 and names row, column and both values
    given a row, event or block was removed     it names it
    given the documents come from the API       it reads them there
    given contract storage was changed          it names the view that differs
    given other code was put behind a proxy     it names the contract
    given an earlier block                      it audits the state of then
    """

    def test_holds_given_nothing_was_touched(self, running: Running, kept: Path) -> None:
        index = f"sqlite:///{running.database}"
        done = command(running, kept, "--api", running.api, "--index", index)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Everything holds." in done.stdout

    def test_names_the_document_given_a_flipped_byte(self, running: Running, kept: Path) -> None:
        path = anchored_file(kept, '"id":"at-marchfeld-2023"')
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        done = command(running, kept)
        assert done.returncode == 1
        wanted = (
            "The version 1 of report at-marchfeld-2023 of project at-marchfeld-soil was changed"
        )
        assert wanted in done.stdout
        assert path.stem in done.stdout

    def test_names_the_document_given_it_is_missing(self, running: Running, kept: Path) -> None:
        path = anchored_file(kept, '"id":"is-hellisheidi-dac"')
        path.unlink()
        done = command(running, kept)
        assert done.returncode == 1
        missing = f"no document hashes to sha256:{path.stem}"
        assert (
            f"The PDD version 1 of project is-hellisheidi-dac is missing: {missing}" in done.stdout
        )

    def test_holds_given_documents_from_the_api(self, running: Running, kept: Path) -> None:
        done = command(running, kept, "--documents", running.api)
        assert done.returncode == 0, done.stdout

    def test_names_the_row_given_a_changed_owner(self, running: Running, kept: Path) -> None:
        thief = "0x" + 40 * "6"
        where = "valid_to IS NULL AND status = 'retired' AND quantity_kg = 100000"
        assert change(kept / "index.db", f"UPDATE unit SET owner = '{thief}' WHERE {where}") == 1
        done = command(running, kept, "--index", f"sqlite:///{kept / 'index.db'}")
        assert done.returncode == 1
        assert f"The index has owner = '{thief}' in unit 0x" in done.stdout

    @pytest.mark.parametrize("table", VERSIONED, ids=lambda table: table.__tablename__)
    def test_names_every_column_given_any_change(
        self, running: Running, kept: Path, table: type[Versioned]
    ) -> None:
        database = kept / "index.db"
        with closing(sqlite3.connect(database)) as connection:
            cursor = connection.execute(f"SELECT * FROM {table.__tablename__}")
            names, row = [column[0] for column in cursor.description], cursor.fetchone()
        if row is None:
            assert table in UNPLAYED
            return
        keys = [*table.key_columns(), "valid_from"]
        place = " AND ".join(f"{key} = {row[names.index(key)]!r}" for key in keys)
        columns = set(names) - {*keys, "valid_to"}
        for column in columns:
            value = tampered(table.__table__.c[column])
            statement = f"UPDATE {table.__tablename__} SET {column} = {value} WHERE {place}"
            assert change(database, statement) == 1
        found = audited(running, kept).areas["model"].discrepancies
        for column in columns:
            assert any(f"The index has {column} = " in sentence for sentence in found), column

    @pytest.mark.parametrize(
        ("statement", "sentence"),
        [
            ("DELETE FROM unit WHERE valid_to IS NULL AND vintage = 2022", "no row of unit 0x"),
            ("UPDATE footprint SET east = east + 1 WHERE country = 'PT'", "in footprint sha256:"),
            ("UPDATE footprint SET name = 'x' WHERE kind = 'pdd'", "The index has name = 'x' in"),
            ("DELETE FROM event WHERE name = 'CRURetired'", "The index has nothing as event of"),
            ("UPDATE event SET arguments = '{}' WHERE name = 'CRUMinted'", "as event of block"),
            ("UPDATE block SET hash = '0x00' WHERE number = 40", "The index has block 40 as 0x00"),
            ("UPDATE project SET valid_from = valid_from + 1 WHERE valid_to IS NULL", "valid for"),
            (
                "INSERT INTO role_member (role_id, account, valid_from, execution_delay, since) "
                "VALUES ('1', '0x6666666666666666666666666666666666666666', 30, 0, 1)",
                "no event makes one",
            ),
        ],
    )
    def test_names_it_given_a_forged_history(
        self, running: Running, kept: Path, statement: str, sentence: str
    ) -> None:
        assert change(kept / "index.db", statement) > 0
        found = audited(running, kept).areas["model"].discrepancies
        assert any(sentence in one for one in found), found

    def test_names_the_view_given_changed_contract_storage(
        self, running: Running, kept: Path
    ) -> None:
        unit = httpx.get(f"{running.api}/credits", params={"status": "held"}).json()["features"][0]
        slot = "0x" + keccak(bytes.fromhex(unit["id"][2:]) + BLOCKS).hex()
        address = Deployments.load(running.record.parent, 31337).contracts["CRU"].address
        node = Node(running.rpc)
        before = node.ask("eth_getStorageAt", address, slot, "latest")
        assert before[-40:] == unit["properties"]["owner"][2:]
        node.ask("anvil_setStorageAt", address, slot, before[:-40] + 40 * "6")
        try:
            found = audited(running, kept).areas["storage"].discrepancies
        finally:
            node.ask("anvil_setStorageAt", address, slot, before)
        assert any(f"as owner of unit {unit['id']}" in sentence for sentence in found), found
        assert audited(running, kept).discrepancies == []

    def test_names_the_contract_given_other_code_behind_its_proxy(
        self, running: Running, kept: Path
    ) -> None:
        contracts = Deployments.load(running.record.parent, 31337).contracts
        node, address = Node(running.rpc), contracts["MethodologyRegistry"].address
        before = node.ask("eth_getStorageAt", address, IMPLEMENTATION_SLOT, "latest")
        other = "0x" + contracts["CRU"].address[2:].rjust(64, "0")
        node.ask("anvil_setStorageAt", address, IMPLEMENTATION_SLOT, other)
        try:
            found = audited(running, kept).areas["storage"].discrepancies
        finally:
            node.ask("anvil_setStorageAt", address, IMPLEMENTATION_SLOT, before)
        code = [one for one in found if one.startswith("MethodologyRegistry runs the code at")]
        assert len(code) == 1, found

    def test_holds_given_an_earlier_block(self, running: Running, kept: Path) -> None:
        index = f"sqlite:///{kept / 'index.db'}"
        done = command(running, kept, "--block", "60", "--index", index, "--api", running.api)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "at block 60" in done.stdout

    def test_says_why_given_no_node(self, running: Running, kept: Path) -> None:
        done = command(running, kept, "--rpc-url", "http://127.0.0.1:9")
        assert done.returncode == 2
        assert "start it, or name another with --rpc-url" in done.stderr


class TestAuditOfTheApi:
    """
    given the API serves the sample     every project, report and unit equals the replay
    """

    def test_counts_what_it_compares(self, running: Running, kept: Path) -> None:
        with_api, without = audited(running, kept, api=True), audited(running, kept)
        assert with_api.discrepancies == []
        served = httpx.get(f"{running.api}/credits").json()["numberMatched"]
        assert seen(with_api) - seen(without) > served


def seen(checks: Checks) -> int:
    return checks.areas["model"].seen


def tampered(column: Column[object]) -> str:
    """SQL for another value than the one a column has."""
    if isinstance(column.type, Boolean):
        return f"NOT {column.name}"
    return "'[\"tampered\"]'" if isinstance(column.type, JSON) else "4711"


#: Where `CRU` keeps its blocks, the owner in the low bits: erc7201("ogcr.storage.CRU") + 1.
BLOCKS = bytes.fromhex("41f28b862b751b438a5a1ce254c4350cf346443e7f5b82b19d7810bf5ea36801")
#: In the sample nobody approves an operator, schedules a delayed call, is suspended or loses an
#: accreditation; no buffer is released, no reason added, nothing relayed.
UNPLAYED = (
    OperatorApproval,
    ScheduledOperation,
    SuspendedAccount,
    BufferRelease,
    RetirementReason,
    AccreditationWithdrawal,
    RelayedCall,
    NonceInvalidation,
)

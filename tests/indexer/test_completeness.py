"""The code asked about itself: nothing that the contracts say is left without a hearer."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

import schemas
from indexer.abi import Abi, EventType
from indexer.changes import Change
from indexer.deployments import ALL_NAMES
from indexer.errands.anchors import ANCHORS
from indexer.events import ChainEvent
from indexer.handlers import HANDLERS, ROOMS, changes_of
from indexer.models import VERSIONED, Decision, Versioned, index_metadata
from indexer.values import Parameter, encode_values
from indexer.verification.questions import Moment, Question, View
from indexer.verification.views import EVENTS_ALONE, VIEWS

from .stage import MANIFEST

ABI = Abi.load(MANIFEST)
WRITERS = {"sync.py", "healing.py", "failed_calls.py", "findings.py"}


def example(parameter: Parameter, pick: int) -> Any:
    """A value of that type, other than zero; of an enum the word at `pick`, round and round."""
    if parameter.is_array:
        return [example(parameter.item, pick)] * 2
    if parameter.members:
        return {member.name: example(member, pick) for member in parameter.members}
    if parameter.words:
        return parameter.words[pick % len(parameter.words)]
    if parameter.type == "address":
        return "0x" + "12" * 20
    if parameter.type.startswith("bytes"):
        return "0x" + "34" * int(parameter.type.removeprefix("bytes") or 3)
    return {"string": "text", "bool": True}.get(parameter.type, 1)


def changes_from(event: EventType) -> list[Change]:
    """What the event changes, for every word of the enums in it."""
    return [change for pick in range(8) for change in changes_picked(event, pick)]


def changes_picked(event: EventType, pick: int) -> list[Change]:
    arguments = {p.name: example(p, pick) for p in (*event.indexed, *event.data)}
    where = {"block_number": 1, "log_index": 0, "tx_index": 0, "timestamp": 5}
    hashes = {"block_hash": "0xb", "tx_hash": "0xt", "address": "0x" + "56" * 20}
    called = ChainEvent(
        contract=event.contract, name=event.name, arguments=arguments, enums=ABI, **where, **hashes
    )
    return changes_of(called)


class TestHandlers:
    """
    every event of every contract   has one handler
    every handler                   is for an event that there is
    every change of a handler       names a table that can be undone, and columns that exist
    every column                    is written by some handler
    """

    def test_every_event_has_a_handler(self) -> None:
        emitted = {
            (name, entry["name"])
            for name in ALL_NAMES
            for entry in ABI.contract_abi(name)
            if entry["type"] == "event"
        }
        assert set(HANDLERS) == emitted

    @pytest.mark.parametrize("event", ABI.events.values(), ids=lambda e: f"{e.contract}.{e.name}")
    def test_changes_name_only_what_exists(self, event: EventType) -> None:
        for change in changes_from(event):
            assert change.table in VERSIONED
            assert len(change.key) == len(change.table.key_columns())
            assert set(change.columns()) <= set(change.table.__table__.columns.keys())

    def test_every_column_is_written_by_some_handler(self) -> None:
        written: dict[type[Versioned], set[str]] = {table: set() for table in VERSIONED}
        for event in ABI.events.values():
            for change in changes_from(event):
                written[change.table] |= set(change.columns())
        for table, columns in written.items():
            kept = {*table.key_columns(), "valid_from", "valid_to"}
            assert set(table.__table__.columns.keys()) - columns - kept == set()

    def test_handlers_are_in_their_rooms_and_call_nothing_outside(self) -> None:
        for room in ROOMS:
            imported = inspect.getsource(room)
            assert "chain" not in imported.replace("ChainEvent", "")
            assert "sqlalchemy" not in imported


class TestTables:
    """
    every table with a validity   takes part in undo and digest
    """

    def test_every_versioned_table_is_undone(self) -> None:
        with_validity = {t.name for t in index_metadata.sorted_tables if "valid_from" in t.columns}
        assert with_validity == {table.__tablename__ for table in VERSIONED}


class TestRooms:
    """
    the environment   is read in settings.py alone
    a node            is spoken to in chain.py, and in tracing.py of failed calls;
                      heads.py hears that it is time to
    """

    @pytest.mark.parametrize(
        ("word", "allowed"),
        [
            ("os.environ", set()),
            ("getenv", set()),
            ("httpx", {"rpc.py"}),
            ("eth_", {"chain.py", "rpc.py", "tracing.py", "heads.py"}),
            ("debug_", {"tracing.py"}),
            ("httpcore", {"connecting.py", "fetching.py"}),
            (
                "transaction(self._engine)",
                {"sync.py", "healing.py", "failed_calls.py", "findings.py"},
            ),
            ("websockets", {"heads.py"}),
            ("time.time(", {"sync.py", "findings.py", "verifying.py"}),
        ],
    )
    def test_each_kind_of_line_is_in_its_room(self, word: str, allowed: set[str]) -> None:
        sources = Path("indexer").rglob("*.py")
        found = {
            path.name
            for path in sources
            for line in path.read_text().splitlines()
            if word in line.replace("eth_utils", "").replace("eth_abi", "")
        }
        assert found <= allowed


class TestViews:
    """
    every versioned table       is compared with a view, or said to be of events alone
    every member of a struct    is kept in a column
    """

    def test_every_table_is_compared_or_said_to_be_of_events_alone(self) -> None:
        assert {view.table for view in VIEWS} | set(EVENTS_ALONE) == set(VERSIONED)
        assert not {view.table for view in VIEWS} & set(EVENTS_ALONE)

    @pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.table.__name__)
    def test_every_member_is_kept_in_a_column(self, view: View) -> None:
        row = view.table(**{c.name: _stored(c.name) for c in view.table.__table__.columns})
        questions = view.asks(row, ABI)
        assert questions
        answers = [ABI.decode_result(q.contract, q.function, _zeros(q)) for q in questions]
        moment = Moment(timestamp=0, abi=ABI)
        compared = list(view.compares(row, answers, moment))
        assert {name for name, _, _ in compared} <= set(view.table.__table__.columns.keys())


def _stored(name: str) -> Any:
    """A value that such a column may hold."""
    if name == "project_types":
        return []
    if name == "name":
        return "MRVRegistry"
    numbers = (
        "code",
        "_kg",
        "_day",
        "_at",
        "_since",
        "vintage",
        "version",
        "nonce",
        "since",
        "delay",
    )
    if name.endswith(numbers) or name in ("valid_from", "schedule", "role_id"):
        return 1
    return (
        "0x" + "12" * 20 if name in ("account", "owner", "operator", "signer") else "0x" + "12" * 14
    )


def _zeros(question: Question) -> bytes:
    outputs = ABI.function(question.contract, question.function).outputs
    return encode_values(outputs, [_zero(output) for output in outputs])


def _zero(parameter: Parameter) -> Any:
    if parameter.members:
        return {member.name: _zero(member) for member in parameter.members}
    if parameter.type == "address":
        return "0x" + "0" * 40
    if parameter.type.startswith("bytes"):
        return "0x" + "00" * int(parameter.type.removeprefix("bytes") or 0)
    return {"string": "", "bool": False}.get(parameter.type, 0)


class TestAnchors:
    """
    every column of a content hash   is an anchor of a document, with its URI and its kind
    ...                              but evidence, which may be any file, and what a decision
                                     repeats of a version and of its subject's row
    """

    def test_every_column_of_a_content_hash_is_an_anchor(self) -> None:
        hashes = {
            (table, column.name)
            for table in VERSIONED
            for column in table.__table__.columns
            if column.name.endswith("_hash")
            and not column.name.startswith(("tx_", "block_", "evidence_"))
            and table is not Decision
        }
        assert hashes == {(anchor.table, anchor.column) for anchor in ANCHORS}
        for anchor in ANCHORS:
            assert anchor.uri in anchor.table.__table__.columns
            assert anchor.kind in schemas.KINDS

"""Versioned rows on real databases: one version a block, undo to any block."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from indexer.changes import Change, End, Upsert
from indexer.database import create_index_tables, drop_index_tables, engine, snapshot, transaction
from indexer.digest import digest
from indexer.models import ReportVintage, Unit, as_of
from indexer.versions import WorkingSet, undo

pytestmark = pytest.mark.slow


@pytest.fixture
def database(database_url: str) -> Engine:
    made = engine(database_url)
    create_index_tables(made)
    return made


def write(database: Engine, *changes: tuple[int, Change]) -> None:
    """One batch of (block, change)."""
    with transaction(database) as session:
        working = WorkingSet(session.connection())
        working.load(change for _, change in changes)
        for block, change in changes:
            working.apply(change, block)
        working.write()


def versions(database: Engine) -> list[tuple[Any, ...]]:
    columns = Unit.__table__.c
    with snapshot(database) as session:
        rows = session.execute(
            select(columns.token_id, columns.owner, columns.valid_from, columns.valid_to)
        )
        return sorted(tuple(row) for row in rows)


def unit(key: str, owner: str) -> Upsert:
    return Upsert(Unit, (key,), {"owner": owner})


class TestVersions:
    """
    when a row changes twice in a block      it has one version there
    when it begins and ends in a block       there is no row
    when it changes in a later block         the first version ends where the second begins
    when it ends and begins again in a block the old version ends, the new one is not its heir
    when an amount is added                  it adds up over blocks and batches
    when a row is new                        it takes what its parent has
    """

    def test_has_one_version_when_it_changes_twice_in_a_block(self, database: Engine) -> None:
        write(database, (5, unit("a", "x")), (5, unit("a", "y")))
        assert versions(database) == [("a", "y", 5, None)]

    def test_has_no_row_when_it_begins_and_ends_in_a_block(self, database: Engine) -> None:
        write(database, (5, unit("a", "x")), (5, End(Unit, ("a",))))
        assert versions(database) == []

    @pytest.mark.parametrize("is_one_batch", [True, False])
    def test_ends_where_the_next_begins(self, database: Engine, is_one_batch: bool) -> None:
        changes = [(5, unit("a", "x")), (7, unit("a", "y")), (9, End(Unit, ("a",)))]
        for part in [changes] if is_one_batch else [[change] for change in changes]:
            write(database, *part)
        assert versions(database) == [("a", "x", 5, 7), ("a", "y", 7, 9)]

    def test_is_no_heir_when_it_ends_and_begins_again(self, database: Engine) -> None:
        write(database, (5, Upsert(Unit, ("a",), {"owner": "x", "purpose": "old"})))
        write(database, (6, End(Unit, ("a",))), (6, unit("a", "y")))
        assert versions(database) == [("a", "x", 5, 6), ("a", "y", 6, None)]
        with snapshot(database) as session:
            assert session.scalar(select(Unit.purpose).where(as_of(Unit))) is None

    def test_adds_up(self, database: Engine) -> None:
        add = Upsert(ReportVintage, ("r", 2024), {}, add={"issued_kg": 5})
        write(database, (1, add), (1, add), (2, add))
        write(database, (3, add))
        with snapshot(database) as session:
            for block, expected in [(1, 10), (2, 15), (3, 20)]:
                issued = select(ReportVintage.issued_kg).where(as_of(ReportVintage, block))
                assert session.scalar(issued) == expected

    def test_takes_what_its_parent_has_when_new(self, database: Engine) -> None:
        write(database, (1, Upsert(Unit, ("a",), {"owner": "x", "unit_type": "PCR"})))
        child = Upsert(
            Unit, ("b",), {"vintage": 2024}, parent=("a",), inherit=("owner", "unit_type")
        )
        write(database, (2, child), (2, End(Unit, ("a",))))
        with snapshot(database) as session:
            row = session.scalars(select(Unit).where(as_of(Unit))).one()
        assert (row.token_id, row.owner, row.unit_type, row.vintage) == ("b", "x", "PCR", 2024)


KEYS = st.sampled_from(["a", "b", "c"])
OWNERS = st.sampled_from(["x", "y", "z"])
ACTIONS = st.tuples(st.integers(0, 2), KEYS, OWNERS, st.booleans())


def blocks_of(actions: list[tuple[int, str, str, bool]]) -> list[tuple[int, Change]]:
    block, changes = 1, []
    for gap, key, owner, ends in actions:
        block += gap
        changes.append((block, End(Unit, (key,)) if ends else unit(key, owner)))
    return changes


class TestLookingUp:
    """
    given a table that the server has not counted yet   each row is looked up by itself
    """

    def test_takes_the_index_given_a_table_not_counted_yet(self, fresh_postgres_url: str) -> None:
        database, asked = engine(fresh_postgres_url), []
        create_index_tables(database)
        write(database, *((1, unit(f"{n:064}", "x")) for n in range(10_000)))
        event.listen(database, "before_cursor_execute", lambda *each: asked.append(each[2:4]))
        write(database, *((2, unit(f"{n:064}", "y")) for n in range(1_000)))
        ((statement, keys),) = (one for one in asked if "valid_to IS NULL" in one[0])
        with database.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", keys).scalars().all()
        ways = [line.split("(cost")[0].strip(" ->") for line in plan if "(cost" in line]
        assert ways[-1] == "Index Scan using ix_unit_current on unit"
        assert ways[0] == "Nested Loop"
        database.dispose()


class TestUndo:
    """
    when undone to any block   all is as an index that stopped there, whatever the batches were
    """

    @given(st.lists(ACTIONS, max_size=12), st.integers(0, 25), st.integers(0, 12))
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_equals_an_index_that_stopped_there(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        actions: list[tuple[int, str, str, bool]],
        block: int,
        cut: int,
    ) -> None:
        changes = blocks_of(actions)
        database = engine(f"sqlite:///{tmp_path_factory.getbasetemp()}/undo.db")
        drop_index_tables(database)
        create_index_tables(database)
        parted = [c for c in changes if c[0] <= cut], [c for c in changes if c[0] > cut]
        for part in parted:
            write(database, *part)
        with snapshot(database) as session:
            before = digest(session, block)
        with transaction(database) as session:
            undo(session.connection(), block)
        with snapshot(database) as session:
            after = digest(session)
        drop_index_tables(database)
        create_index_tables(database)
        write(database, *[c for c in changes if c[0] <= block])
        with snapshot(database) as session:
            assert before == after == digest(session)
        database.dispose()

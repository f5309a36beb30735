"""Snapshots: what a database still knows after one was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine, func, text
from sqlalchemy.exc import DBAPIError, InternalError
from sqlmodel import Session, select

from indexer import database as indexing
from indexer.database import PREPARED_AFTER, create_index_tables, engine, snapshot, transaction
from indexer.models import Block

_COUNTED = select(func.count()).select_from(Block)
_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


@pytest.fixture
def made(database_url: str) -> Iterator[Engine]:
    with _filled(database_url) as found:
        yield found


@pytest.fixture
def served(fresh_postgres_url: str) -> Iterator[Engine]:
    with _filled(fresh_postgres_url) as found:
        yield found


class TestSnapshot:
    """
    given a change in memory
        when it ends               nothing of it is written
        when an exception ends it  nothing of it is written either, and the exception comes out
    when a statement fails         the error, which comes into logs, has no value of it
    on PostgreSQL
        when an exception ends it  what was prepared is prepared still
        given queries by key       one plan serves every key, in that snapshot alone
        when others write          it still sees one state, and can write nothing itself
        when the server dropped every connection, used just now or long ago
                                   the next one reads all the same
    """

    def test_nothing_is_written_when_a_row_was_changed_in_memory(self, made: Engine) -> None:
        with snapshot(made) as session:
            session.exec(select(Block)).one().timestamp = 2
        with snapshot(made) as session:
            assert session.exec(select(Block)).one().timestamp == 1

    def test_nothing_is_written_when_an_exception_follows_a_change(self, made: Engine) -> None:
        with pytest.raises(LookupError, match="not there"):
            _look_in_vain(made)
        with snapshot(made) as session:
            assert session.exec(select(Block)).one().timestamp == 1

    def test_no_value_is_told_when_a_statement_fails(self, made: Engine) -> None:
        with snapshot(made) as session, pytest.raises(DBAPIError) as failed:
            session.execute(text("SELECT :value FROM nowhere"), {"value": "a secret"})
        assert "nowhere" in str(failed.value)
        assert "a secret" not in str(failed.value)

    def test_prepared_statements_stay_when_an_exception_ends_it(self, served: Engine) -> None:
        for _ in range(PREPARED_AFTER + 2):
            with snapshot(served) as session:
                session.execute(text("SELECT 'prepared'"))
        with pytest.raises(LookupError, match="not there"):
            _look_in_vain(served)
        with snapshot(served) as session:
            assert _prepared(session) == 1

    def test_one_plan_serves_every_key_given_queries_by_key(self, served: Engine) -> None:
        modes = []
        for by_key in (True, False):
            with snapshot(served, by_key=by_key) as session:
                modes.append(session.scalar(text("SHOW plan_cache_mode")))
        assert modes == ["force_generic_plan", "auto"]

    @pytest.mark.parametrize("by_key", [False, True])
    def test_one_state_is_seen_when_others_write_meanwhile(
        self, served: Engine, *, by_key: bool
    ) -> None:
        with snapshot(served, by_key=by_key) as session:
            before = session.scalar(_COUNTED)
            with transaction(served) as other:
                other.add(Block(number=2, hash="0x02", parent_hash="0x01", timestamp=2))
            assert (before, session.scalar(_COUNTED)) == (1, 1)
        with snapshot(served, by_key=by_key) as session:
            assert session.scalar(_COUNTED) == 2

    def test_nothing_can_be_written_in_it(self, served: Engine) -> None:
        with snapshot(served) as session, pytest.raises(InternalError, match="read-only"):
            session.execute(text("DELETE FROM block"))

    @pytest.mark.parametrize("trusted", [0.0, 60.0])
    def test_the_next_one_reads_when_every_connection_was_dropped(
        self, served: Engine, monkeypatch: pytest.MonkeyPatch, trusted: float
    ) -> None:
        monkeypatch.setattr(indexing, "TRUSTED_SECONDS", trusted)
        with snapshot(served) as one, snapshot(served) as another:
            assert one.scalar(_COUNTED) == another.scalar(_COUNTED) == 1
        dropping = create_engine(served.url.set(drivername="postgresql+psycopg"))
        with dropping.connect() as connection:
            dropped = connection.execute(_OTHERS).all()
        dropping.dispose()
        assert len(dropped) == 2
        with snapshot(served) as session:
            assert session.scalar(_COUNTED) == 1


@contextmanager
def _filled(url: str) -> Iterator[Engine]:
    database = engine(url)
    create_index_tables(database)
    with transaction(database) as session:
        session.add(Block(number=1, hash="0x01", parent_hash="0x00", timestamp=1))
    yield database
    database.dispose()


def _look_in_vain(database: Engine) -> None:
    with snapshot(database) as session:
        session.exec(select(Block)).one().timestamp = 2
        raise LookupError("not there")


def _prepared(session: Session) -> int:
    counted = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%''prepared''%'"
    return int(session.scalar(text(counted)) or 0)

"""Queries that are built once: asked of the driver itself, or by SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, String, bindparam, cast, event, func, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session, select

from api.queries.prepared import Prepared, Valid
from api.queries.statements import Accreditations, Events, Footprints, Reversals
from indexer.database import engine, snapshot, transaction
from indexer.models import index_metadata

_VALUES: dict[str, Any] = {
    "AutoString": "seven",
    "BigInteger": 7,
    "Boolean": True,
    "Float": 7.5,
    "Integer": 7,
    "JSON": {"seven": [7, None]},
    "LargeBinary": b"\x07",
    "Text": "seven",
}
_TABLES = (Accreditations, Events, Footprints, Reversals)


@pytest.fixture
def made(database_url: str) -> Iterator[Engine]:
    found = engine(database_url)
    index_metadata.create_all(found, tables=[table.__table__ for table in _TABLES])
    with transaction(found) as session:
        for table in _TABLES:
            _fill(session, table.__table__)
    yield found
    found.dispose()


class TestPrepared:
    """
    given a value of every kind, and none   the driver's gives what SQLAlchemy gives
    given a list of keys, short or long     so it does
    given a state of the past               so it does
    given numbers of the query's own        so it does
    when somebody listens to statements     they are told of it
    when a parameter is not given           nothing is answered, whatever was given before
    when it cannot be asked                 SQLAlchemy says why, and the next one is answered
    when PostgreSQL gives it up             the error is that for which one may ask again
    """

    def test_the_same_is_given_when_the_driver_is_asked(self, made: Engine) -> None:
        for table in _TABLES:
            full, bare = _same(made, Prepared(_every(table)))
            assert list(full) == [_value(column) for column in table.__table__.columns]
            assert table is Events or None in bare

    def test_the_same_is_given_when_keys_are_listed(self, made: Engine) -> None:
        named = Prepared(lambda _: select(Events).where(Events.block_number.in_(bindparam("of"))))
        found = [_same(made, named, of=list(range(9 - many, 9))) for many in range(7)]
        assert [len(each) for each in found] == [0, 1, 2, 2, 2, 2, 2]

    def test_the_same_is_given_when_a_past_state_is_read(self, made: Engine) -> None:
        valid_ones = Prepared(lambda valid: select(Reversals.kg).where(valid(Reversals)))
        with transaction(made) as session:
            session.execute(text("UPDATE reversal SET valid_from = 7, valid_to = 9"))
        with snapshot(made) as session:
            found = [valid_ones.at(session, block) for block in (6, 7, 8, 9)]
        assert found == [[], [7, None], [7, None], []]

    def test_the_same_is_given_when_a_query_has_numbers_of_its_own(self, made: Engine) -> None:
        def counted(_: Valid) -> Any:
            query = select(func.count() + 40, func.max(Events.block_number))
            return query.where(Events.block_number.in_((7, 8)), Events.name == bindparam("name"))

        assert _same(made, Prepared(counted), name="seven") == [(42, 8)]

    def test_nothing_is_answered_when_a_parameter_is_not_given(self, made: Engine) -> None:
        named = Prepared(lambda _: select(Events).where(Events.name == bindparam("name")))
        assert len(_same(made, named, name="seven")) == 2
        with snapshot(made) as session, pytest.raises(KeyError, match="name"):
            named.at(session, None)

    def test_listeners_are_told_when_it_is_asked(self, made: Engine) -> None:
        told: list[str] = []
        with snapshot(made) as session, _listening(made, told):
            Prepared(lambda _: select(Footprints)).at(session, None)
        assert len(told) == 1

    def test_sqlalchemy_says_why_when_it_cannot_be_asked(self, made: Engine) -> None:
        asking = Prepared(lambda _: select(Footprints))
        with transaction(made) as session:
            session.execute(text("ALTER TABLE footprint RENAME TO elsewhere"))
        with snapshot(made) as session, pytest.raises(SQLAlchemyError, match="footprint"):
            asking.at(session, None)
        with transaction(made) as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO footprint"))
        assert len(_same(made, asking)) == 2

    def test_the_error_says_to_ask_again_when_postgres_gives_it_up(
        self, fresh_postgres_url: str
    ) -> None:
        served = engine(fresh_postgres_url)
        sleeping = Prepared(lambda _: select(func.length(cast(func.pg_sleep(60), String))))
        with snapshot(served) as session:
            session.execute(text("SET LOCAL statement_timeout = '20ms'"))
            with pytest.raises(OperationalError, match="statement timeout"):
                sleeping.at(session, None)
        with snapshot(served) as session:
            assert Prepared(lambda _: select(func.length("asked"))).at(session, None) == [5]
        served.dispose()


def _every(table: Any) -> Callable[[Valid], Any]:
    return lambda _: select(table).order_by(*table.__table__.primary_key.columns)


def _same(made: Engine, prepared: Prepared, **given: Any) -> list[Any]:
    """What a query gives, the same either way; asked three times, as PostgreSQL prepares it."""
    with snapshot(made) as session:
        told: list[str] = []
        with _listening(made, told):
            expected = prepared.at(session, None, **given)
        for _ in range(3):
            found = prepared.at(session, None, **given)
            assert found == expected
            assert [_kinds(row) for row in found] == [_kinds(row) for row in expected]
    assert len(told) == 1
    return found


def _kinds(row: Any) -> list[type]:
    return [type(value) for value in row] if isinstance(row, tuple) else [type(row)]


@contextmanager
def _listening(made: Engine, told: list[str]) -> Iterator[None]:
    def note(*each: Any) -> None:
        told.append(each[2])

    event.listen(made, "before_cursor_execute", note)
    yield
    event.remove(made, "before_cursor_execute", note)


def _fill(session: Session, table: Any) -> None:
    """Two rows: one with a value in each column, one with as few as can be."""
    full = {column.name: _value(column) for column in table.columns}
    needed = {
        column.name: _other(full[column.name]) if column.primary_key else full[column.name]
        for column in table.columns
        if not column.nullable
    }
    session.execute(table.insert().values(full))
    session.execute(table.insert().values(needed))


def _value(column: Any) -> Any:
    return _VALUES[type(column.type).__name__]


def _other(value: Any) -> Any:
    return value + (1 if isinstance(value, int) else "th")

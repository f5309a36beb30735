"""Statements that a database's driver is asked without SQLAlchemy between.

To follow a statement from its conditions to the driver and its rows back costs SQLAlchemy as much
again as the driver takes, for each of the five or six statements of an answer (decision 0044).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Connection as Psycopg
from psycopg import RawCursor
from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from api.queries.among import Texts

#: Where a column stands, and how what it says is read: SQLite knows no truth values and no JSON.
_Read = tuple[int, Callable[[Any], Any]]


class Driven:
    """A statement in the words of a driver, and how what that gives becomes what is asked for.

    Every value of a list is a parameter of its own, unless the list is one (`among`): it takes
    lists as long as those of `example`.
    """

    def __init__(self, statement: Any, dialect: Dialect, example: dict[str, Any]) -> None:
        compiled = statement.params(example).compile(
            dialect=_numbering(dialect), compile_kwargs={"render_postcompile": True}
        )
        self._words: Any = compiled.string
        self._whole = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) or list
            for name, bind in compiled.binds.items()
            if isinstance(bind.type, Texts)
        }
        # Not those of the example: who gives too little must not be answered for somebody else.
        constants = {n: bind.value for n, bind in compiled.binds.items() if n not in example}
        self._constants = self._each(constants)
        self._names: Sequence[str] = compiled.positiontup
        self._types = [column.type for column in statement.selected_columns]
        self._read: list[_Read] | None = None

    def rows(self, connection: Connection, given: dict[str, Any]) -> Sequence[Sequence[Any]]:
        """What it finds; raises what the driver does."""
        known = self._constants | self._each(given)
        cursor = _ask(
            connection.connection.driver_connection,
            self._words,
            [known[name] for name in self._names],
        )
        found: Sequence[Sequence[Any]] = cursor.fetchall()
        if self._read is None:
            self._read = self._reading(connection.dialect, cursor.description)
        return [_as_read(row, self._read) for row in found] if self._read else found

    def _each(self, given: dict[str, Any]) -> dict[str, Any]:
        """Values by the name of their parameter: those of a list are numbered."""
        named: dict[str, Any] = {}
        for name, value in given.items():
            if name in self._whole:
                named[name] = self._whole[name](value)
            elif isinstance(value, (list, tuple)):
                named |= {f"{name}_{place}": each for place, each in enumerate(value, 1)}
            else:
                named[name] = value
        return named

    def _reading(self, dialect: Dialect, description: Sequence[Any]) -> list[_Read]:
        read: list[Any] = [
            kind.dialect_impl(dialect).result_processor(dialect, column[1])
            for kind, column in zip(self._types, description, strict=True)
        ]
        return [(place, process) for place, process in enumerate(read) if process]


def _numbering(dialect: Dialect) -> Dialect:
    # psycopg would look for the names of parameters in every statement as often as it is asked.
    if dialect.name == "postgresql":
        return PGDialect_psycopg(paramstyle="numeric_dollar")
    return dialect


def _ask(driver: Any, words: str, values: Sequence[Any]) -> Any:
    if isinstance(driver, Psycopg):
        return RawCursor(driver).execute(words, values)
    return driver.execute(words, values)


def _as_read(row: Sequence[Any], read: Sequence[_Read]) -> Sequence[Any]:
    values = list(row)
    for place, process in read:
        values[place] = process(values[place])
    return values

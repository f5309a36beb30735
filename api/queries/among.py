"""Queries: the condition that a column holds one of several texts, in one parameter.

An `IN` with a parameter for each is another statement for each number of them: each is compiled by
SQLAlchemy and planned by the database anew, and a hundred parameters are a hundred to convey.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Dialect, String, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeDecorator, TypeEngine

from api.encoding import dumps


def among(column: Any, name: str) -> ColumnElement[bool]:
    """The condition that a column of text holds one of those that a parameter is given."""
    return _Among(column, bindparam(name, type_=Texts()))


def among_these(column: Any, texts: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a column of text holds one of these."""
    return _Among(column, bindparam(None, list(texts), type_=Texts(), unique=True))


def whole_lists(statement: Any) -> set[str]:
    """The names of the parameters of a statement that are lists as a whole."""
    found = (one for one in iterate(statement) if isinstance(one, BindParameter))
    return {one.key for one in found if isinstance(one.type, Texts)}


class Texts(TypeDecorator[Any]):
    """Texts as one value: an array, or on SQLite, which has none, JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = ARRAY(String()) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        texts = list(value)
        return texts if dialect.name == "postgresql" else dumps(texts).decode()


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        # It would be compared with 1 where a database has no truth values, and find no index.
        return self


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: Any, **how: Any) -> str:
    column, texts = element.clauses
    return f"{compiler.process(column, **how)} = ANY ({compiler.process(texts, **how)})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: Any, **how: Any) -> str:
    column, texts = element.clauses
    listed = f"SELECT value FROM json_each({compiler.process(texts, **how)})"
    return f"{compiler.process(column, **how)} IN ({listed})"

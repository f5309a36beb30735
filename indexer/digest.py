"""One hash for the state of the index at a block, the same however the index came to be there."""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, collate, select
from sqlalchemy.types import String
from sqlmodel import Session

from indexer.models import VERSIONED, Versioned, as_of


def digest(session: Session, block: int | None = None) -> str:
    """`sha256:…` over every versioned row valid at a block (now, when none is given).

    Rows count by key with the block they began at, in the order of their keys, so that SQLite and
    PostgreSQL, an index that lived through reorganisations and a fresh one agree.
    """
    whole = hashlib.sha256()
    for table in VERSIONED:
        whole.update(table.__table__.name.encode() + b"\n")
        for row in rows(session, table, block):
            whole.update(orjson.dumps(list(row)) + b"\n")
    return "sha256:" + whole.hexdigest()


def rows(session: Session, table: type[Versioned], block: int | None = None) -> Iterator[Row[Any]]:
    """What the digest is made of: rows valid at a block, by key, all columns but `valid_to`."""
    yield from session.execute(_query(session, table, block).execution_options(yield_per=1000))


def _query(session: Session, table: type[Versioned], block: int | None) -> Select[Any]:
    columns = table.__table__.c
    named = [column for column in columns if column.name != "valid_to"]
    keys = [_bytewise(session, columns[name]) for name in table.key_columns()]
    return select(*named).where(as_of(table, block)).order_by(*keys)


def _bytewise(session: Session, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL sorts text by the language of the database unless told not to."""
    is_text = isinstance(column.type, String)
    is_postgres = session.get_bind().dialect.name == "postgresql"
    return collate(column, "C") if is_text and is_postgres else column

"""Queries: conditions and orders that several lists share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session

from api.parameters import sort_keys
from indexer.moments import unix_time


def order_of(sort: str, columns: Mapping[str, Any], last: Any) -> list[ColumnElement[Any]]:
    """The ORDER BY of a `sort` parameter; `last` makes it the same on every page."""
    keys = [(columns[name], down) for name, down in sort_keys(sort, tuple(columns))]
    ordered = [column.desc() if down else column.asc() for column, down in keys]
    return [*ordered, last.asc()]


def count_of(session: Session, query: Any) -> int:
    """How many rows a query gives, whatever page of it is read."""
    counted = query.with_only_columns(func.count(), maintain_column_froms=True)
    return int(session.scalar(counted) or 0)


def between(column: Any, since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    """The conditions on a column of UNIX seconds; a date stands for its whole UTC day."""
    found = []
    if since:
        found.append(column >= unix_time(since, time.min))
    if until:
        found.append(column <= unix_time(until, time.max))
    return found

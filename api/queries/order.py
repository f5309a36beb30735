"""Queries: conditions and orders that several lists share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, false, func, or_, tuple_
from sqlmodel import AutoString, Session

from api.cursors import CURSOR_FORM
from api.errors import Detail, ParameterError
from api.parameters import sort_keys
from indexer.moments import unix_time


@dataclass(frozen=True)
class Nullable:
    """A column to sort by that may hold nothing, which comes before everything that it may hold."""

    column: Any


@dataclass(frozen=True)
class SortKey:
    """One column of an order."""

    column: Any
    is_down: bool
    is_nullable: bool = False

    def turned(self) -> SortKey:
        """The same the other way round."""
        return SortKey(self.column, not self.is_down, self.is_nullable)

    def term(self) -> ColumnElement[Any]:
        """The term of an ORDER BY; nothing is the least on every database."""
        ordered: ColumnElement[Any] = self.column.desc() if self.is_down else self.column.asc()
        if not self.is_nullable:
            return ordered
        return ordered.nulls_last() if self.is_down else ordered.nulls_first()

    def is_at(self, value: Any) -> ColumnElement[bool]:
        """The condition that the column holds a value, or nothing."""
        found: ColumnElement[bool] = self.column == value
        return self.column.is_(None) if value is None else found

    def is_beyond(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row comes after a value."""
        if value is None:
            return false() if self.is_down else self.column.is_not(None)
        higher: ColumnElement[bool] = self.column > value
        if not self.is_down:
            return higher
        lower: ColumnElement[bool] = self.column < value
        return or_(lower, self.column.is_(None)) if self.is_nullable else lower

    def holds(self, value: Any) -> bool:
        """Whether the column can hold a value that somebody sent."""
        if value is None:
            return self.is_nullable
        kind = self.column.type
        known = str if isinstance(kind, AutoString | String) else kind.python_type
        return type(value) is known


Order = Sequence[SortKey]


def order_of(sort: str, columns: Mapping[str, Any], *last: Any) -> Order:
    """The order of a `sort` parameter; `last` makes it the same on every page.

    What was not asked for turns with the last key that was, so that one index serves either way.
    """
    keys = [_key(columns[name], down) for name, down in sort_keys(sort, tuple(columns))]
    asked = {str(key.column) for key in keys}
    rest = [_key(column, keys[-1].is_down) for column in last]
    return [*keys, *(key for key in rest if str(key.column) not in asked)]


def beyond(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition that a row comes after the one of these values in an order.

    Raises `ParameterError` for values that no row of the order can have.
    """
    check_values(order, values)
    if is_even(order):
        return _compared(order, values)
    return or_(
        *(
            and_(*map(SortKey.is_at, order[:place], values), key.is_beyond(values[place]))
            for place, key in enumerate(order)
        )
    )


def check_values(order: Order, values: Sequence[Any], are_known: bool = True) -> None:
    """Raise `ParameterError` for values that no row of the order can have, or none has."""
    if not are_known or len(values) != len(order) or not all(map(SortKey.holds, order, values)):
        raise no_cursor()


def no_cursor() -> ParameterError:
    """What is said of a cursor that somebody made up for a list."""
    message = f"The cursor is none of this list; {CURSOR_FORM}."
    return ParameterError(message, [Detail("cursor", "INVALID_PARAMETER", message)])


def is_even(order: Order) -> bool:
    """Whether an order goes one way, through columns that always hold something."""
    return len({key.is_down for key in order}) == 1 and not any(key.is_nullable for key in order)


def not_before(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition that a row has these values in an even order, or comes after them."""
    return _compared(order, values, or_at=True)


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


def _key(column: Any, is_down: bool) -> SortKey:
    if isinstance(column, Nullable):
        return SortKey(column.column, is_down, is_nullable=True)
    return SortKey(column, is_down)


def _compared(order: Order, values: Sequence[Any], *, or_at: bool = False) -> ColumnElement[bool]:
    """As a comparison of rows, which both databases find in an index of these columns."""
    row = tuple_(*(key.column for key in order))
    kinds = [key.column.type for key in order]
    given = zip(values, kinds, strict=True)
    place = tuple_(*(bindparam(None, value, kind, unique=True) for value, kind in given))
    if order[0].is_down:
        found = row <= place if or_at else row < place
    else:
        found = row >= place if or_at else row > place
    if len({str(key.column.table) for key in order}) == 1:
        return found
    # No index has columns of two tables: that of the first finds where to begin.
    first, value = order[0].column, values[0]
    return and_(first <= value if order[0].is_down else first >= value, found)

"""Queries: the runs that a list consists of, each of which an index has in order.

No index has an order whose first key is that of another table, or may be nothing: PostgreSQL keeps
nothing after everything, and a list begins with it. But where that key is nothing, or one value,
or never nothing, the rows are in the order of an index, and these runs follow each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, true

from api.queries.anchored import Anchored
from api.queries.order import Order, SortKey

#: On the table of a list, or on the documents that it anchors.
Condition = ColumnElement[bool] | Anchored
Joined = tuple[Any, ColumnElement[bool]]
_ALL = true()


@dataclass(frozen=True)
class Run:
    """The rows of a list of which a condition holds, which is made when they are read.

    `leading` is the value of the list's first sort key that all of them share, if they do, `order`
    are the keys in which they differ; `after` is an index's key before these, where it holds
    nothing. Where `is_optional`, tables of `joined` may lack a row. Each row meets one of `parts`,
    and an index has each part in order. Of a run that `is_rare` there is hardly a row, and no index
    finds it: of the newest state each of its rows meets one of `few`, if there are such conditions,
    which are quicker to look through. `anyhow` holds of all rows, and opens another way to them
    where order does not matter.
    """

    order: Order
    leading: tuple[Any, ...] = ()
    condition: Callable[[], Condition] = true
    after: SortKey | None = None
    joined: Sequence[Joined] = ()
    is_optional: bool = False
    parts: Sequence[ColumnElement[bool]] = (_ALL,)
    is_rare: bool = False
    few: Sequence[ColumnElement[bool]] = ()
    anyhow: ColumnElement[bool] = _ALL

    @property
    def name(self) -> str:
        """What tells it from other runs of its list."""
        keys = ",".join(f"{key.column}{'-' if key.is_down else '+'}" for key in self.order)
        return f"{self.leading} by {keys}"

    @property
    def terms(self) -> list[ColumnElement[Any]]:
        """What its rows are sorted by."""
        keys = [*([self.after] if self.after else []), *self.order]
        return [key.term() for key in keys]

    def turned(self) -> Run:
        """The same the other way round."""
        after = self.after and self.after.turned()
        return replace(self, order=[key.turned() for key in self.order], after=after)

    def of(self, query: Any, *, every: bool) -> Any:
        """Those of a list's rows that belong to it; `every` as for all of them, not for a page."""
        for table, how in self.joined:
            query = query.join(table, how, isouter=self.is_optional)
        condition = self.condition()
        if isinstance(condition, Anchored):
            condition = condition.every if every else condition.each
        return query.where(condition, self.anyhow) if every else query.where(condition)

    def has(self, values: Sequence[Any]) -> bool:
        """Whether a row of these sort values is one of it."""
        if self.leading:
            return (values[0],) == self.leading
        return values[0] is not None or self.order[0].is_nullable


def by_presence(order: Order, absent: Run, present: Run) -> list[Run]:
    """A list whose first key is nothing in one run, and something in the other."""
    first, rest = replace(order[0], is_nullable=False), order[1:]
    runs = [replace(absent, order=rest, leading=(None,)), replace(present, order=[first, *rest])]
    return runs[::-1] if first.is_down else runs


def by_value(order: Order, groups: Iterable[tuple[Any, Run]]) -> list[Run]:
    """A list whose first key has few values; `groups` are these, ascending, and the run of each."""
    runs = [replace(run, order=order[1:], leading=(value,)) for value, run in groups]
    return runs[::-1] if order[0].is_down else runs

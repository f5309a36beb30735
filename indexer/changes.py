"""What a handler says: which row of which table comes to be, changes or ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.models import Versioned

Key = tuple[Any, ...]
Place = tuple[type[Versioned], Key]


@dataclass(slots=True)
class Upsert:
    """The row with this key has these values from this block on; other columns stay.

    `once` holds only if the row is new, `add` is added to what is there, `carry` sets a column to
    the row's own value of another one, and a new row takes its `inherit` columns from the row of
    `parent` in the same table.
    """

    table: type[Versioned]
    key: Key
    values: Mapping[str, Any]
    once: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    carry: Mapping[str, str] = field(default_factory=dict)
    parent: Key | None = None
    inherit: tuple[str, ...] = ()

    def places(self) -> Iterator[Place]:
        """Rows that must be known before this can be applied."""
        yield self.table, self.key
        if self.parent is not None:
            yield self.table, self.parent

    def columns(self) -> Iterator[str]:
        """Names of the columns it writes or reads."""
        yield from (*self.values, *self.once, *self.add, *self.inherit)
        yield from (*self.carry, *self.carry.values())


@dataclass(slots=True)
class End:
    """The row with this key is no more from this block on."""

    table: type[Versioned]
    key: Key

    def places(self) -> Iterator[Place]:
        """Rows that must be known before this can be applied."""
        yield self.table, self.key

    def columns(self) -> Iterator[str]:
        """It writes none."""
        yield from ()


Change = Upsert | End

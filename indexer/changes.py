"""What a handler says: which row of which table comes to be, changes or ends."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from indexer.models import Versioned

Key = tuple[Any, ...]
Place = tuple[type[Versioned], Key]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Upsert(NamedTuple):
    """The row with this key has these values from this block on; other columns stay.

    `once` holds only if the row is new, `add` is added to what is there, `carry` sets a column to
    the row's own value of another one, and a new row takes its `inherit` columns from the row of
    `parent` in the same table. `begins` says that the chain leaves no room for a row with this key
    just before: none is looked for, and one that is there all the same stops the index.
    """

    table: type[Versioned]
    key: Key
    values: Mapping[str, Any]
    once: Mapping[str, Any] = _NOTHING
    add: Mapping[str, int] = _NOTHING
    carry: Mapping[str, str] = _NOTHING
    parent: Key | None = None
    inherit: tuple[str, ...] = ()
    begins: bool = False

    def columns(self) -> Iterator[str]:
        """Names of the columns it writes or reads."""
        yield from (*self.values, *self.once, *self.add, *self.inherit)
        yield from (*self.carry, *self.carry.values())


class End(NamedTuple):
    """The row with this key is no more from this block on."""

    table: type[Versioned]
    key: Key
    parent: None = None
    begins: bool = False

    def columns(self) -> Iterator[str]:
        """It writes none."""
        yield from ()


Change = Upsert | End

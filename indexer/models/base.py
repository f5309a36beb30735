"""What all tables of the index are, and what a versioned row is."""

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    and_,
    func,
    inspect,
    or_,
    text,
)
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

index_metadata = MetaData()
#: Comes after every block.
_NEVER_ENDED = 2**63 - 1
Lookups = tuple[str | tuple[str, ...], ...]


class IndexTable(SQLModel):
    """A table of the index; they share one metadata object, apart from the application's tables."""

    metadata = index_metadata

    if TYPE_CHECKING:
        __table__: ClassVar[Table]


class Versioned(IndexTable):
    """A row that is never changed in place across blocks. Its key columns are marked `key`."""

    valid_from: int = Field(primary_key=True, sa_type=BigInteger)
    valid_to: int | None = Field(default=None, sa_type=BigInteger)

    @classmethod
    @cache
    def key_columns(cls) -> tuple[str, ...]:
        """Names of the columns that identify the thing, without `valid_from`."""
        return tuple(c.name for c in cls.__table__.primary_key.columns if c.name != "valid_from")

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        name = cls.__tablename__
        keys = [n for n, f in cls.model_fields.items() if _is_key(f) and n != "valid_from"]
        current, past = _where("valid_to IS NULL"), _where("valid_to IS NOT NULL")
        return (
            PrimaryKeyConstraint(*keys, "valid_from"),
            Index(f"ix_{name}_current", *keys, unique=True, **current),
            Index(f"ix_{name}_began", "valid_from"),
            Index(f"ix_{name}_ended", "valid_to", **past),
            *(Index(f"ix_{name}_{c[0]}", *c, **current) for c in map(_listed, cls.lookups())),
        )

    @classmethod
    def lookups(cls) -> Lookups:
        """Columns that readers filter current rows by, each perhaps with those after it that give
        the order of a list or spare a look at the row."""
        return ()


def _where(condition: str) -> dict[str, Any]:
    """The part of a table that an index is of, for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def as_of(table: type[Versioned], block: int | None = None) -> ColumnElement[bool]:
    """The condition on rows that were valid at a block; without one, on the current rows."""
    columns: Any = inspect(table).selectable.c
    began: ColumnElement[int] = columns.valid_from
    ended: ColumnElement[int | None] = columns.valid_to
    if block is None:
        return ended.is_(None)
    # Apart, so that each part finds its own partial index; `valid_from` is no search for either.
    reached = func.coalesce(began, 0) <= block
    return or_(and_(ended.is_(None), reached), and_(ended > block, reached))


def held_at(table: type[Versioned], block: ColumnElement[int]) -> ColumnElement[bool]:
    """The same of rows that are found by their keys, in words that no index but that of the keys
    has: one plan serves any block."""
    columns: Any = inspect(table).selectable.c
    ended = func.coalesce(columns.valid_to, _NEVER_ENDED)
    return and_(func.coalesce(columns.valid_from, 0) <= block, ended > block)


def _listed(lookup: str | tuple[str, ...]) -> tuple[str, ...]:
    return (lookup,) if isinstance(lookup, str) else lookup


def _is_key(field: Any) -> bool:
    return getattr(field, "primary_key", False) is True

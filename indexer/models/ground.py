"""What stored documents say of their ground: derived from their bytes, never undone."""

from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, Index, LargeBinary, Text, event, text
from sqlmodel import Field

from indexer.models.base import IndexTable

#: What PostgreSQL searches by: the words as they are, without a parser of its own.
_VECTOR = text("array_to_tsvector(string_to_array(words, ' '))")


class Footprint(IndexTable, table=True):
    """What a stored document says of itself: derived from its bytes alone, so never undone.

    Bounds are WGS84 degrees, `area_m2` is geodesic, `geometry` is WKB. `fault` says why a document
    has no usable geometry. `words` are those of id, name and description, with a space between; on
    SQLite the table `footprint_words` (FTS5) finds documents by them, on PostgreSQL a GIN index.
    """

    __table_args__ = (
        Index("ix_footprint_bounds", "west", "east", "south", "north"),
        Index("ix_footprint_words", _VECTOR, postgresql_using="gin").ddl_if("postgresql"),
    )
    hash: str = Field(primary_key=True)
    kind: str
    document_id: str | None = Field(default=None, index=True)
    project_type: str | None = Field(default=None, index=True)
    facility_id: str | None = Field(default=None, index=True)
    country: str | None = Field(default=None, index=True)
    name: str | None = Field(default=None, index=True)
    words: str | None = Field(default=None, sa_type=Text)
    actor_id: str | None = Field(default=None, index=True)
    methodology_id: str | None = Field(default=None, index=True)
    methodology_version: str | None = None
    west: float | None = None
    south: float | None = None
    east: float | None = None
    north: float | None = None
    area_m2: float | None = None
    geometry: bytes | None = Field(default=None, sa_type=LargeBinary)
    fault: str | None = None


class FootprintMark(IndexTable, table=True):
    """One row, whose mark is another one as soon as there is another footprint: what was counted of
    documents under a mark holds as long as that is the same."""

    __tablename__ = "footprint_mark"
    place: int = Field(primary_key=True)
    mark: int = Field(sa_type=BigInteger)


class GeometryConflict(IndexTable, table=True):
    """Two documents that claim the same ground; whether it counts follows from their projects."""

    __tablename__ = "geometry_conflict"
    hash_a: str = Field(primary_key=True)
    hash_b: str = Field(primary_key=True, index=True)
    kind: str
    area_m2: float | None = None
    geometry: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


_SEARCH = (
    "CREATE VIRTUAL TABLE footprint_words USING fts5"
    "(hash UNINDEXED, words, tokenize = 'unicode61 remove_diacritics 0')",
    "CREATE TRIGGER footprint_words_added AFTER INSERT ON footprint"
    " WHEN new.words IS NOT NULL BEGIN "
    "INSERT INTO footprint_words (hash, words) VALUES (new.hash, new.words); END",
    "CREATE TRIGGER footprint_words_gone AFTER DELETE ON footprint BEGIN "
    "DELETE FROM footprint_words WHERE hash = old.hash; END",
)
for _statement in _SEARCH:
    event.listen(Footprint.__table__, "after_create", DDL(_statement).execute_if("sqlite"))
_drop = DDL("DROP TABLE IF EXISTS footprint_words").execute_if("sqlite")
event.listen(Footprint.__table__, "after_drop", _drop)
_MARKED = "INSERT INTO footprint_mark (place, mark) VALUES (1, {})"
for _dialect, _number in (("sqlite", "random()"), ("postgresql", "(random() * 9e15)::bigint")):
    _first = DDL(_MARKED.format(_number)).execute_if(_dialect)
    event.listen(FootprintMark.__table__, "after_create", _first)

"""What stored documents say of their ground: derived from their bytes, never undone."""

from typing import Any

from sqlalchemy import JSON, Index, LargeBinary
from sqlmodel import Field

from indexer.models.base import IndexTable


class Footprint(IndexTable, table=True):
    """What a stored document says of itself: derived from its bytes alone, so never undone.

    Bounds are WGS84 degrees, `area_m2` is geodesic, `geometry` is WKB. `fault` says why a document
    has no usable geometry.
    """

    __table_args__ = (Index("ix_footprint_bounds", "west", "east", "south", "north"),)
    hash: str = Field(primary_key=True)
    kind: str
    document_id: str | None = Field(default=None, index=True)
    project_type: str | None = Field(default=None, index=True)
    facility_id: str | None = Field(default=None, index=True)
    country: str | None = Field(default=None, index=True)
    name: str | None = None
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


class GeometryConflict(IndexTable, table=True):
    """Two documents that claim the same ground; whether it counts follows from their projects."""

    __tablename__ = "geometry_conflict"
    hash_a: str = Field(primary_key=True)
    hash_b: str = Field(primary_key=True, index=True)
    kind: str
    area_m2: float | None = None
    geometry: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))

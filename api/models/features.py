"""Features: projects, reports and units as GeoJSON, and collections of them (OGC API)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.models.answers import Answer, IndexPosition, Link


class Feature(Answer):
    """A GeoJSON Feature; `ogcr:` members are the registry's, the rest is its author's."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] = Field(default=[])
    index: IndexPosition | None = Field(default=None, alias="ogcr:index")
    record: dict[str, Any] | None = Field(default=None, alias="ogcr:record")


class FeatureCollection(Answer):
    """A page of a list."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class Conformance(Answer):
    """Which standards are followed (OGC API – Features, 7.4)."""

    conforms_to: list[str] = Field(alias="conformsTo")


class Collection(Answer):
    """A collection of features: its extent and where its items are (OGC API – Features, 7.14)."""

    id: str
    title: str
    description: str
    extent: dict[str, Any]
    item_type: Literal["feature"] = Field(alias="itemType")
    crs: list[str]
    links: list[Link]


class Collections(Answer):
    """Every collection (OGC API – Features, 7.13)."""

    links: list[Link]
    collections: list[Collection]

"""Conformance: what of OGC API – Features 1.0 this API does, and its collections (OGC 17-069r4)."""

from __future__ import annotations

from dataclasses import dataclass

from api.encoding import day_text
from api.queries.places import extent
from api.registry import Registry
from api.snapshot import Snapshot

CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DEFINITION = "application/vnd.oai.openapi+json;version=3.0"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


@dataclass(frozen=True)
class Collection:
    """One of the collections: its name in paths and its words for people."""

    name: str
    title: str
    description: str


COLLECTIONS = (
    Collection(
        "projects",
        "Projects",
        "Project design documents, each with its boundary as a MultiPolygon and its status.",
    ),
    Collection(
        "project-points",
        "Projects as points",
        "One point on the ground of each project, for maps of large areas.",
    ),
    Collection(
        "monitoring",
        "Monitoring reports",
        "Monitoring reports on the ground of their projects, with what was verified.",
    ),
)


def landing_links(registry: Registry) -> list[dict[str, str]]:
    """What `GET /` has to link to (requirement /req/core/root-success)."""
    json = "application/json"
    links = (
        ("self", "/", json, "This page"),
        ("service-desc", "/openapi-3.0.json", DEFINITION, "The collections, in OpenAPI 3.0"),
        ("service-desc", "/openapi.json", f"{json}", "Every operation, in OpenAPI 3.1"),
        ("service-doc", "/docs", "text/html", "Documentation of every operation"),
        ("conformance", "/conformance", json, "What of OGC API – Features this API does"),
        ("data", "/collections", json, "Collections for GIS clients"),
    )
    return [
        {"rel": rel, "href": registry.link(path), "type": kind, "title": title}
        for rel, path, kind, title in links
    ]


def described(
    registry: Registry, snapshot: Snapshot, collections: tuple[Collection, ...]
) -> list[dict[str, object]]:
    """Collections with their extent in space and time, and links to their items."""
    bounds, first, last = extent(snapshot)
    space = {"bbox": [list(bounds or (-180.0, -90.0, 180.0, 90.0))], "crs": CRS84}
    interval = [_instant(first, "00:00:00Z"), _instant(last, "23:59:59Z")]
    time = {"interval": [interval], "trs": GREGORIAN}
    return [
        {
            "id": one.name,
            "title": one.title,
            "description": one.description,
            "extent": {"spatial": space, "temporal": time},
            "itemType": "feature",
            "crs": [CRS84],
            "links": _links(registry, one),
        }
        for one in collections
    ]


def _links(registry: Registry, one: Collection) -> list[dict[str, str]]:
    path = f"/collections/{one.name}"
    items = {"href": registry.link(f"{path}/items"), "title": one.title}
    return [
        {"rel": "self", "href": registry.link(path), "type": "application/json"},
        {"rel": "items", "type": "application/geo+json", **items},
    ]


def _instant(day: int | None, clock: str) -> str | None:
    return None if day is None else f"{day_text(day)}T{clock}"

"""Places: projects and reports as GIS clients want them, one kind of geometry to a collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from api.encoding import day_text, moment_text
from api.features.projects import project_feature
from api.features.reports import report_feature
from api.queries.beside import Beside
from api.queries.places import Place, ReportPlace
from api.registry import Registry
from api.representations import GEOJSON, JSON
from api.snapshot import Snapshot


def project_area(
    registry: Registry, snapshot: Snapshot, place: Place, beside: Beside
) -> dict[str, Any]:
    """The project's own Feature on its ground: one valid MultiPolygon, for a facility a point.

    Parts that share a border are joined, so this is not the document that hashes to its anchor:
    `GET /projects/{id}` gives that one.
    """
    feature = project_feature(registry, snapshot, place.row, beside)
    return {**_located(registry, "projects", feature), "geometry": _areal(place.ground)}


def project_point(registry: Registry, place: Place) -> dict[str, Any]:
    """A point on the project's ground, with what a map legend needs."""
    project, methodology = place.row.project, place.row.methodology
    named = methodology and f"{methodology.methodology_id}@{methodology.version}"
    feature = {
        "type": "Feature",
        "id": project.document_id,
        "geometry": None if place.ground is None else mapping(place.point),
        "properties": {
            "name": place.name,
            "project_type": project.project_type,
            "status": project.status,
            "methodology": named,
            "developer": project.developer,
            "area_ha": None if place.area_m2 is None else round(place.area_m2 / 10_000, 4),
            "start_date": day_text(project.start_day),
            "end_date": day_text(project.end_day),
            "created_at": moment_text(project.created_at),
            "validated_at": moment_text(project.validated_at),
        },
    }
    return _located(registry, "project-points", feature)


def report_area(
    registry: Registry, snapshot: Snapshot, place: ReportPlace, beside: Beside
) -> dict[str, Any]:
    """The report's own Feature on the ground of its project; its id is the report's 0x… id."""
    feature = report_feature(registry, snapshot, place.project.row, place.row, beside)
    ground = _areal(place.project.ground)
    named = {**feature, "id": place.row.report.report_id, "geometry": ground}
    named["properties"] = {**feature["properties"], "ogcr:document_id": feature["id"]}
    return _located(registry, "monitoring", named)


def _areal(ground: BaseGeometry | None) -> dict[str, Any] | None:
    if ground is None:
        return None
    if ground.geom_type == "Polygon" and not shapely.get_num_interior_rings(ground):
        # As most are, and three times as fast as point by point.
        return {"type": "MultiPolygon", "coordinates": [[shapely.get_coordinates(ground).tolist()]]}
    geometry: dict[str, Any] = mapping(ground)
    if geometry["type"] != "Polygon":
        return geometry
    return {"type": "MultiPolygon", "coordinates": [geometry["coordinates"]]}


def _located(registry: Registry, collection: str, feature: dict[str, Any]) -> dict[str, Any]:
    items = f"/collections/{collection}/items"
    own = [
        {"rel": "self", "href": registry.link(f"{items}/{feature['id']}"), "type": GEOJSON},
        {"rel": "collection", "href": registry.link(f"/collections/{collection}"), "type": JSON},
    ]
    # A link without a type is the author's and stands in the record: here each says what it leads
    # to (OGC API - Features, 7.16.3).
    others = [one for one in feature.get("links", ()) if "type" in one and one["rel"] not in _OWN]
    record = [{**link, "rel": "alternate"} for link in feature.get("links", ()) if _is_self(link)]
    return {**feature, "links": [*own, *record, *others]}


def _is_self(link: Mapping[str, str]) -> bool:
    return link["rel"] == "self"


_OWN = ("self", "collection")

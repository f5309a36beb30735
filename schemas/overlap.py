"""Overlap: when the ground of two projects counts as the same ground."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy
import shapely
from pyproj import Proj
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from .footprint import area_m2, footprint, polygons

#: Neighbours that only touch overlap by slivers once coordinates are rounded; these two bounds,
#: together with the tolerance width, tell a sliver from an overlap.
LEAST_AREA_M2 = 100.0
LEAST_SHARE = 0.001
#: A polygon that shares this much of itself is contained, however thin it is.
CONTAINED_SHARE = 0.99

ENGINEERED_TYPES = frozenset({"biochar", "direct_air_capture", "biomass_energy_ccs"})

_EDGE_DEGREES = 0.001
_MOST_EDGES = 20_000


@dataclass(frozen=True)
class Overlap:
    """Ground that two projects share: its geodesic area in m² and its GeoJSON geometry."""

    area_m2: float
    geometry: dict[str, Any]


def is_land_based(project_type: str) -> bool:
    """Whether projects of a type conflict by their ground; engineered ones by `facility_id`."""
    return project_type not in ENGINEERED_TYPES


def conflict(
    a: Mapping[str, Any] | BaseGeometry,
    b: Mapping[str, Any] | BaseGeometry,
    tolerance_m: float = 1.0,
) -> Overlap | None:
    """The overlap of two geometries (GeoJSON or footprint) when it is a conflict, else None.

    A conflict is an overlap wider than `tolerance_m` metres somewhere, or greater than 100 m² or
    0.1 % of the smaller polygon (whichever is more), or nearly all of the smaller. Points and
    lines conflict when the other geometry covers them, or when they reach into a polygon by more
    than half the tolerance (OGCR 4.4.2).
    """
    first, second = footprint(a), footprint(b)
    shared = first.intersection(second)
    if shared.is_empty:
        return None
    if not (polygons(first) and polygons(second)):
        return _thin_conflict(first, second, shared, tolerance_m)
    ground = polygons(shared)
    if not ground or not _counts(ground, first, second, tolerance_m):
        return None
    return _overlap(MultiPolygon(ground) if len(ground) > 1 else ground[0])


def _counts(
    ground: list[shapely.Polygon], first: BaseGeometry, second: BaseGeometry, tolerance_m: float
) -> bool:
    projected = _projected(MultiPolygon(ground))
    if not projected.buffer(-tolerance_m / 2).is_empty:
        return True
    smaller = min(area_m2(first), area_m2(second))
    overlap = sum(area_m2(part) for part in ground)
    return overlap > max(LEAST_AREA_M2, LEAST_SHARE * smaller) or (
        overlap >= CONTAINED_SHARE * smaller
    )


def _thin_conflict(
    first: BaseGeometry, second: BaseGeometry, shared: BaseGeometry, tolerance_m: float
) -> Overlap | None:
    if first.covers(second) or second.covers(first):
        return _overlap(shared)
    ground = polygons(first) or polygons(second)
    if not ground:
        return None
    edges = shapely.union_all([part.boundary for part in ground])
    metres, border = _projected_together(shared, edges)
    return _overlap(shared) if _depth(metres, border) > tolerance_m / 2 else None


def _depth(shared: BaseGeometry, border: BaseGeometry) -> float:
    # The point of a line that lies deepest within a polygon is near one of its densified vertices.
    return float(shapely.distance(shapely.points(shapely.get_coordinates(shared)), border).max())


def _overlap(shared: BaseGeometry) -> Overlap:
    return Overlap(area_m2=area_m2(shared), geometry=json.loads(shapely.to_geojson(shared)))


def _projected(geometry: BaseGeometry) -> BaseGeometry:
    return _projected_together(geometry)[0]


def _projected_together(*geometries: BaseGeometry) -> list[BaseGeometry]:
    # Lambert's azimuthal equal-area projection about the first geometry: true areas everywhere,
    # true shapes near its centre.
    joined = [_joined(_dense(geometry)) for geometry in geometries]
    centre = joined[0].envelope.centroid
    local = Proj(proj="laea", lon_0=centre.x, lat_0=centre.y, datum="WGS84", units="m")

    def metres(degrees: numpy.ndarray) -> numpy.ndarray:
        return numpy.column_stack(local(degrees[:, 0], degrees[:, 1]))

    return [shapely.make_valid(shapely.transform(geometry, metres)) for geometry in joined]


def _dense(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.segmentize(geometry, max(_EDGE_DEGREES, geometry.length / _MOST_EDGES))


def _joined(geometry: BaseGeometry) -> BaseGeometry:
    # Ground on both sides of the antimeridian is one piece: count eastern longitudes on.
    west, _, east, _ = geometry.bounds
    if east - west <= 180:
        return geometry
    turned = shapely.transform(
        geometry,
        lambda xy: numpy.column_stack(
            (numpy.where(xy[:, 0] < 0, xy[:, 0] + 360, xy[:, 0]), xy[:, 1])
        ),
    )
    return shapely.union_all(shapely.get_parts(turned))

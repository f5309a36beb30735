"""Overlap: when the ground of two projects counts as the same ground."""

from __future__ import annotations

import json
import math
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
_SIGHT = 0.01
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
    smaller = min(area_m2(first), area_m2(second))
    overlap = sum(area_m2(part) for part in ground)
    if overlap > max(LEAST_AREA_M2, LEAST_SHARE * smaller):
        return True
    return overlap >= CONTAINED_SHARE * smaller or _is_wide(ground, tolerance_m)


def _is_wide(ground: list[shapely.Polygon], tolerance_m: float) -> bool:
    circle_m2 = math.pi * (tolerance_m / 2) ** 2
    pieces = polygons(_joined(MultiPolygon(ground)))
    return any(
        not _in_metres(piece, piece).buffer(-tolerance_m / 2).is_empty
        for piece in pieces
        if area_m2(piece) >= circle_m2
    )


def _thin_conflict(
    first: BaseGeometry, second: BaseGeometry, shared: BaseGeometry, tolerance_m: float
) -> Overlap | None:
    if first.covers(second) or second.covers(first):
        return _overlap(shared)
    ground = polygons(first) or polygons(second)
    if not ground or _depth_m(shared, ground) <= tolerance_m / 2:
        return None
    return _overlap(shared)


def _depth_m(shared: BaseGeometry, ground: list[shapely.Polygon]) -> float:
    # How far points and lines reach into polygons; the deepest place of a line is near one of its
    # densified vertices, and a border out of sight is deep enough.
    west, south, east, north = shared.bounds
    border = shapely.union_all([part.boundary for part in ground])
    near = shapely.clip_by_rect(
        border, west - _SIGHT, south - _SIGHT, east + _SIGHT, north + _SIGHT
    )
    if near.is_empty:
        return math.inf
    places = shapely.points(shapely.get_coordinates(_in_metres(shared, shared)))
    return float(shapely.distance(places, _in_metres(near, shared)).max())


def _overlap(shared: BaseGeometry) -> Overlap:
    return Overlap(area_m2=area_m2(shared), geometry=json.loads(shapely.to_geojson(shared)))


def _in_metres(geometry: BaseGeometry, about: BaseGeometry) -> BaseGeometry:
    # Lambert's azimuthal equal-area projection: true areas everywhere, true shapes near its centre.
    centre = about.envelope.centroid
    local = Proj(proj="laea", lon_0=centre.x, lat_0=centre.y, datum="WGS84", units="m")
    step = max(_EDGE_DEGREES, geometry.length / _MOST_EDGES)
    dense = shapely.segmentize(geometry, step)
    return shapely.transform(dense, lambda xy: numpy.column_stack(local(xy[:, 0], xy[:, 1])))


def _joined(ground: BaseGeometry) -> BaseGeometry:
    # Ground on both sides of the antimeridian is one piece when western longitudes count on.
    west, _, east, _ = ground.bounds
    if east - west <= 180:
        return ground
    return shapely.union_all(polygons(shapely.transform(ground, _eastward)))


def _eastward(degrees: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    longitudes = degrees[:, 0]
    return numpy.column_stack((longitudes + numpy.where(longitudes < 0, 360, 0), degrees[:, 1]))

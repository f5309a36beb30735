"""Footprint: the ground that a geometry covers, normalised, with its geodesic area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import shapely
from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from .remembering import remembered

#: Decimals of a degree that count; the seventh is about a centimetre.
DECIMALS = 7
_WGS84 = Geod(ellps="WGS84")
_EDGE_DEGREES = 0.01
_MOST_EDGES = 100_000


def footprint(geometry: Mapping[str, Any] | BaseGeometry) -> BaseGeometry:
    """The ground that a GeoJSON geometry covers, as a shapely geometry in WGS84 degrees.

    Heights are dropped. Every coordinate times 10⁷ is rounded to a whole number, ties to even.
    Parts that overlap or share a border become one; outer rings run counter-clockwise (RFC 7946,
    3.1.6). Where rounding lets a boundary touch itself, the area it encloses is kept.
    """
    if isinstance(geometry, BaseGeometry):
        return _normalised(shapely.force_2d(geometry))
    return _footprint(geometry)


@remembered
def _footprint(geometry: Mapping[str, Any]) -> BaseGeometry:
    return _normalised(_shaped(geometry))


def _normalised(flat: BaseGeometry) -> BaseGeometry:
    rounded = shapely.transform(flat, lambda xy: numpy.round(xy, DECIMALS) + 0.0)
    if rounded.geom_type not in {"Polygon", "MultiPolygon"}:
        return rounded
    ground = [piece for part in polygons(rounded) for piece in _sound(part)]
    whole = ground[0] if len(ground) == 1 else shapely.union_all(ground)
    return shapely.orient_polygons(whole.normalize())


def area_m2(geometry: Mapping[str, Any] | BaseGeometry) -> float:
    """Geodesic area in square metres on the WGS84 ellipsoid; zero for points and lines.

    An edge is straight in degrees (RFC 7946, 3.1.1), so long edges are divided first.
    """
    return sum(_polygon_area(part) for part in polygons(footprint(geometry)))


def bounds(geometry: Mapping[str, Any] | BaseGeometry) -> tuple[float, float, float, float]:
    """West, south, east and north of a geometry in WGS84 degrees, rounded as its footprint."""
    west, south, east, north = footprint(geometry).bounds
    return west, south, east, north


def polygons(geometry: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons within a geometry; points and lines are left out."""
    parts = shapely.get_parts(geometry)
    nested = [part for part in parts if part.geom_type in {"MultiPolygon", "GeometryCollection"}]
    flat = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return flat + [polygon for part in nested for polygon in polygons(part)]


def _shaped(geometry: Mapping[str, Any]) -> BaseGeometry:
    try:
        return shapely.force_2d(shape(geometry))
    except ValueError:
        # Some positions have heights and others none, which RFC 7946, 3.1.1 does not forbid.
        return shape({**geometry, "coordinates": _without_heights(geometry["coordinates"])})


def _without_heights(coordinates: Any) -> Any:
    if not isinstance(coordinates[0], list):
        return coordinates[:2]
    return [_without_heights(item) for item in coordinates]


def _sound(polygon: shapely.Polygon) -> list[shapely.Polygon]:
    return [polygon] if polygon.is_valid else polygons(shapely.make_valid(polygon))


def _polygon_area(polygon: shapely.Polygon) -> float:
    step = max(_EDGE_DEGREES, polygon.length / _MOST_EDGES)
    dense = shapely.orient_polygons(shapely.segmentize(polygon, step))
    area, _ = _WGS84.geometry_area_perimeter(dense)
    return abs(float(area))

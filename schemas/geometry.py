"""Geometry: the rules of RFC 7946 for the geometry of a Feature, in WGS84 degrees."""

from __future__ import annotations

from typing import Any

from .bbox import bbox_faults
from .crossings import antimeridian_faults
from .faults import Fault, pointer_to
from .positions import DEPTHS, position_faults
from .remembering import remembered
from .topology import topology_faults

Path = tuple[object, ...]


def geometry_faults(geometry: Any, path: Path = ("geometry",)) -> list[Fault]:
    """Everything wrong with the coordinates and `bbox` of a geometry (RFC 7946, 3.1).

    Either winding is accepted. Whether the members and the type are the right ones is the JSON
    Schema's to say; without a known type only an array is asked of the coordinates.
    """
    if not _is_typed(geometry):
        return _untyped_faults(geometry, path)
    return list(_faults(geometry, path))


@remembered
def _faults(geometry: dict[str, Any], path: Path) -> list[Fault]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    place = (*path, "coordinates")
    for rule in (position_faults, antimeridian_faults, topology_faults):
        found = rule(kind, coordinates, place)
        if found:
            return found
    return bbox_faults(geometry.get("bbox"), geometry, (*path, "bbox"))


def feature_faults(feature: dict[str, Any]) -> list[Fault]:
    """Everything wrong with the geometry of a Feature and with the Feature's own `bbox`."""
    geometry = feature.get("geometry")
    if is_collection(geometry):
        return [_collection()]
    found = geometry_faults(geometry)
    if found or not _is_typed(geometry):
        return found
    return bbox_faults(feature.get("bbox"), geometry, ("bbox",))


def is_collection(geometry: Any) -> bool:
    """Whether a geometry is a GeometryCollection: RFC 7946 knows them, this registry does not."""
    return isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection"


def _is_typed(geometry: Any) -> bool:
    return (
        isinstance(geometry, dict)
        and isinstance(geometry.get("type"), str)
        and geometry["type"] in DEPTHS
        and "coordinates" in geometry
    )


def _untyped_faults(geometry: Any, path: Path) -> list[Fault]:
    coordinates = geometry.get("coordinates", []) if isinstance(geometry, dict) else []
    if isinstance(coordinates, list):
        return []
    message = "The coordinates are not an array; write them as the kind of geometry asks for."
    return [Fault(pointer_to(*path, "coordinates"), "WRONG_TYPE", message)]


def _collection() -> Fault:
    message = (
        "A GeometryCollection is not accepted; use a MultiPolygon, MultiLineString or MultiPoint."
    )
    return Fault(pointer_to("geometry", "type"), "VALUE_NOT_ALLOWED", message)

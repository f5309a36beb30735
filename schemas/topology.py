"""Topology: rings that do not cross, holes that lie inside, parts that do not overlap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shapely import STRtree
from shapely.errors import ShapelyError
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from .faults import Fault, pointer_to
from .overlap import conflict

Path = tuple[object, ...]
Ring = list[list[float]]

_REASON = re.compile(r"(?P<reason>[^\[]+)(?:\[(?P<place>[^\]]+)\])?")
_ADVICE = {
    "Hole lies outside shell": (
        "HOLE_OUTSIDE_SHELL",
        "A hole lies outside the outer ring{place}; move it inside or take it out",
    ),
    "Holes are nested": (
        "HOLES_NESTED",
        "A hole lies inside another hole{place}; take the inner one out or make it a polygon",
    ),
    "Duplicate Rings": ("DUPLICATE_RINGS", "A ring is given twice{place}; keep it once"),
    "Interior is disconnected": (
        "INTERIOR_DISCONNECTED",
        "Holes cut the polygon in two{place}; make it a MultiPolygon",
    ),
    "Too few points in geometry component": (
        "ZERO_AREA",
        "The ring encloses no area{place}; give at least three different positions",
    ),
}
_CROSSING = "The boundary crosses or touches itself{place}; put the positions there in order"


def topology_faults(kind: str, coordinates: Any, path: Path) -> list[Fault]:
    """What is wrong with the shape of a Polygon or MultiPolygon whose positions are in order."""
    if kind == "Polygon":
        return list(_polygon_faults(coordinates, path))
    if kind != "MultiPolygon":
        return []
    found = [
        fault
        for index, rings in enumerate(coordinates)
        for fault in _polygon_faults(rings, (*path, index))
    ]
    return found or list(_part_faults(coordinates, path))


def _polygon_faults(rings: list[Ring], path: Path) -> Iterator[Fault]:
    flat = [[position[:2] for position in ring] for ring in rings]
    found = [
        fault
        for index, ring in enumerate(flat)
        for fault in _shape_faults(Polygon(ring), (*path, index))
    ]
    yield from found
    if not found and len(flat) > 1:
        yield from _shape_faults(Polygon(flat[0], flat[1:]), path)


def _shape_faults(polygon: Polygon, path: Path) -> Iterator[Fault]:
    if polygon.area == 0:
        yield _fault("Too few points in geometry component", "", path)
    elif not polygon.is_valid:
        match = _REASON.match(explain_validity(polygon))
        reason, place = match.group("reason", "place") if match else ("", None)
        yield _fault(reason.strip(), f" at [{place.replace(' ', ', ')}]" if place else "", path)


def _fault(reason: str, place: str, path: Path) -> Fault:
    code, advice = _ADVICE.get(reason, ("SELF_INTERSECTION", _CROSSING))
    return Fault(pointer_to(*path), code, advice.format(place=place) + ".")


def _part_faults(coordinates: list[list[Ring]], path: Path) -> Iterator[Fault]:
    # Parts that share a border are legitimate (adjoining parcels), so the rule between projects
    # holds between parts too.
    parts = [
        Polygon([position[:2] for position in rings[0]], [[p[:2] for p in r] for r in rings[1:]])
        for rings in coordinates
    ]
    first, second = STRtree(parts).query(parts, predicate="intersects")
    for a, b in sorted({(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b}):
        overlap = _overlap(parts[a], parts[b])
        if overlap is not None:
            message = (
                f"Polygons {a + 1} and {b + 1} overlap by {overlap:,.0f} m²; cut the overlap out "
                "of one of them or join the two."
            )
            yield Fault(pointer_to(*path, b), "PARTS_OVERLAP", message)


def _overlap(a: Polygon, b: Polygon) -> float | None:
    try:
        found = conflict(a, b)
    except ShapelyError:
        return None
    return found.area_m2 if found else None

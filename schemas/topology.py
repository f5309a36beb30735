"""Topology: rings that do not cross, holes that lie inside, parts that do not overlap."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from shapely import STRtree
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from .faults import Fault, pointer_to
from .footprint import footprint
from .overlap import Overlap, conflict

Path = tuple[object, ...]
Ring = list[list[float]]

#: All overlaps of a careless drawing are of one cause; a few of them show it.
_MOST_OVERLAPS = 20
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
        "It encloses no area{place}; give at least three positions that are no straight line",
    ),
}
_CROSSING = "The boundary crosses or touches itself{place}; put the positions there in order"


def topology_faults(kind: str, coordinates: Any, path: Path) -> list[Fault]:
    """What is wrong with the shape of a Polygon or MultiPolygon whose positions are in order."""
    if kind not in {"Polygon", "MultiPolygon"}:
        return []
    parts = [(path, coordinates)] if kind == "Polygon" else _numbered(coordinates, path)
    found = [fault for place, rings in parts for fault in _polygon_faults(rings, place)]
    if not found and kind == "MultiPolygon":
        found = list(itertools.islice(_part_faults(coordinates, path), _MOST_OVERLAPS))
    if not found and footprint({"type": kind, "coordinates": coordinates}).is_empty:
        found = [_fault("Too few points in geometry component", "", path)]
    return found


def _numbered(items: list[Any], path: Path) -> list[tuple[Path, Any]]:
    return [((*path, index), item) for index, item in enumerate(items)]


def _polygon_faults(rings: list[Ring], path: Path) -> Iterator[Fault]:
    flat = [[position[:2] for position in ring] for ring in rings]
    rings_in_place = _numbered(flat, path)
    found = [f for place, ring in rings_in_place for f in _shape_faults(Polygon(ring), place)]
    yield from found
    if not found and len(flat) > 1:
        yield from _shape_faults(Polygon(flat[0], flat[1:]), path)


def _shape_faults(polygon: Polygon, path: Path) -> Iterator[Fault]:
    if polygon.convex_hull.geom_type != "Polygon":
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
    tree = STRtree(parts)
    for index, part in enumerate(parts):
        for earlier in sorted(int(i) for i in tree.query(part, "intersects") if i < index):
            overlap = _overlap(parts[earlier], part)
            if overlap is not None:
                message = (
                    f"Polygons {earlier + 1} and {index + 1} overlap by {overlap.area_m2:,.0f} m²; "
                    "cut the overlap out of one of them or join the two."
                )
                yield Fault(pointer_to(*path, index), "PARTS_OVERLAP", message)


def _overlap(a: Polygon, b: Polygon) -> Overlap | None:
    # Most neighbours share no area at all, and are told apart faster without the whole rule.
    return conflict(a, b) if a.intersection(b).area > 0 else None

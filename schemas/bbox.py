"""Bounding boxes: that `bbox` says where the geometry lies (RFC 7946, 5)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from .faults import Fault, pointer_to

Path = tuple[object, ...]

TOLERANCE = 1e-7


def bbox_faults(bbox: Any, geometry: Any, path: Path) -> list[Fault]:
    """A fault when a well-formed `bbox` is not that of a well-formed geometry.

    Edges may differ by 1e-7 degrees. A west greater than east means a box across the antimeridian.
    """
    if not _well_formed(bbox):
        return []
    expected = [box for box in _boxes(geometry, len(bbox)) if box]
    if not expected or any(_same(bbox, box) for box in expected):
        return []
    message = (
        f"The bounding box {bbox} is not that of the geometry; write {expected[0]} or omit it."
    )
    return [Fault(pointer_to(*path), "BBOX_INCONSISTENT", message)]


def positions(coordinates: Any) -> Iterator[list[float]]:
    """Every position of a geometry's coordinates, however deep they are nested."""
    if coordinates and not isinstance(coordinates[0], list):
        yield coordinates
        return
    for item in coordinates:
        yield from positions(item)


def _well_formed(bbox: Any) -> bool:
    return (
        isinstance(bbox, list)
        and len(bbox) in {4, 6}
        and all(type(number) in {int, float} and abs(number) < math.inf for number in bbox)
    )


def _boxes(geometry: Any, length: int) -> Iterator[list[float]]:
    corners = list(positions(geometry["coordinates"]))
    longitudes = [position[0] for position in corners]
    others = [_span([position[1] for position in corners])]
    if length == 6:
        others.append(_span([position[2] for position in corners if len(position) == 3]))
    if any(span is None for span in others):
        return
    spans = [span for span in others if span]
    for west_east in (_span(longitudes), _wrapped(longitudes)):
        if west_east and spans:
            yield [pair[0] for pair in (west_east, *spans)] + [p[1] for p in (west_east, *spans)]


def _span(numbers: list[float]) -> tuple[float, float] | None:
    return (min(numbers), max(numbers)) if numbers else None


def _wrapped(longitudes: list[float]) -> tuple[float, float] | None:
    # Only a geometry on both sides of the antimeridian may count its box across it.
    if max(longitudes) - min(longitudes) <= 180:
        return None
    west = min(number for number in longitudes if number >= 0)
    return west, max(number for number in longitudes if number < 0)


def _same(a: list[float], b: list[float]) -> bool:
    # A thousandth more, because the difference of two decimals is itself rounded.
    return all(abs(x - y) <= TOLERANCE * 1.001 for x, y in zip(a, b, strict=True))

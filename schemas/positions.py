"""Positions: the structure of GeoJSON coordinates (RFC 7946, 3.1), each fault at its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from .faults import Fault, pointer_to, quoted

MAX_VERTICES = 50_000

Path = tuple[object, ...]
Position = list[float]

#: How many arrays are nested around a position in each kind of geometry.
DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


def position_faults(kind: str, coordinates: Any, path: Path) -> list[Fault]:
    """What is wrong with the coordinates of a geometry of `kind`, without regard to its shape."""
    if _count(coordinates, DEPTHS[kind]) > MAX_VERTICES:
        message = (
            f"The geometry has more than {MAX_VERTICES:,} positions; simplify it, keeping the "
            "boundary true to about a metre."
        )
        return [Fault(pointer_to(*path), "TOO_MANY_VERTICES", message)]
    return list(_SHAPES[kind](coordinates, path))


def _count(coordinates: Any, depth: int) -> int:
    if not isinstance(coordinates, list):
        return 0
    if depth <= 1:
        return len(coordinates)
    return sum(_count(item, depth - 1) for item in coordinates)


def _position(item: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(item, list):
        yield _wrong_type(item, path, "a position, [longitude, latitude]")
    elif not 2 <= len(item) <= 3:
        message = (
            f"A position has 2 or 3 numbers, this one has {len(item)}; "
            "write [longitude, latitude] or [longitude, latitude, height]."
        )
        yield Fault(pointer_to(*path), "WRONG_LENGTH", message)
    elif not all(_is_number(number) for number in item):
        for index, number in enumerate(item):
            if not _is_number(number):
                yield _wrong_type(number, (*path, index), "a number")
    else:
        yield from _range(item, path)


def _range(item: Position, path: Path) -> Iterator[Fault]:
    for index, (name, limit) in enumerate((("longitude", 180), ("latitude", 90))):
        if abs(item[index]) > limit:
            message = (
                f"The {name} {quoted(item[index])} lies outside -{limit}…{limit}; "
                f"{_range_advice(item, name)}."
            )
            yield Fault(pointer_to(*path, index), "COORDINATE_OUT_OF_RANGE", message)


def _range_advice(item: Position, name: str) -> str:
    longitude, latitude = item[:2]
    if name == "longitude" and 180 < abs(longitude) <= 540:
        turned = longitude - math.copysign(360, longitude)
        return f"write {turned:.7g} and split the geometry at the antimeridian (RFC 7946, 3.1.9)"
    if abs(latitude) <= 180 and abs(longitude) <= 90:
        return "longitude comes first, then latitude: they look exchanged"
    return "give WGS84 degrees, longitude first"


def _array(item: Any, path: Path, least: int, noun: str) -> Iterator[Fault]:
    if not isinstance(item, list):
        yield _wrong_type(item, path, f"an array of {noun}")
    elif not item:
        message = f"The coordinates are empty here; fill in the {noun}."
        yield Fault(pointer_to(*path), "COORDINATES_EMPTY", message)
    elif len(item) < least:
        message = f"At least {least} {noun} are needed here, {len(item)} are given; add the rest."
        yield Fault(pointer_to(*path), "TOO_FEW_POSITIONS", message)


def _each(
    item: Any, path: Path, inner: Callable[[Any, Path], Iterator[Fault]], least: int, noun: str
) -> Iterator[Fault]:
    yield from _array(item, path, least, noun)
    if isinstance(item, list):
        for index, part in enumerate(item):
            yield from inner(part, (*path, index))


def _points(item: Any, path: Path) -> Iterator[Fault]:
    return _each(item, path, _position, 1, "positions")


def _line(item: Any, path: Path) -> Iterator[Fault]:
    return _each(item, path, _position, 2, "positions")


def _lines(item: Any, path: Path) -> Iterator[Fault]:
    return _each(item, path, _line, 1, "lines")


def _ring(item: Any, path: Path) -> Iterator[Fault]:
    found = list(_each(item, path, _position, 4, "positions"))
    yield from found
    if not found and item[0] != item[-1]:
        message = (
            f"The ring begins at {item[0]} and ends at {item[-1]}; repeat the first position as "
            "the last one to close it."
        )
        yield Fault(pointer_to(*path), "RING_NOT_CLOSED", message)


def _polygon(item: Any, path: Path) -> Iterator[Fault]:
    return _each(item, path, _ring, 1, "rings")


def _polygons(item: Any, path: Path) -> Iterator[Fault]:
    return _each(item, path, _polygon, 1, "polygons")


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool) and item == item


def _wrong_type(item: Any, path: Path, wanted: str) -> Fault:
    named = quoted(item)
    message = f"{named[0].upper()}{named[1:]} is not {wanted}; write {wanted}."
    return Fault(pointer_to(*path), "WRONG_TYPE", message)


_SHAPES: dict[str, Callable[[Any, Path], Iterator[Fault]]] = {
    "Point": _position,
    "MultiPoint": _points,
    "LineString": _line,
    "MultiLineString": _lines,
    "Polygon": _polygon,
    "MultiPolygon": _polygons,
}

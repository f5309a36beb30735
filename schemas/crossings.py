"""Crossings: geometries that cross ±180° must be split there (RFC 7946, 3.1.9)."""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Iterator
from typing import Any

import antimeridian
from shapely.errors import ShapelyError

from .faults import Fault, pointer_to

Path = tuple[object, ...]

_LONGEST_HINT = 1_200


def antimeridian_faults(kind: str, coordinates: Any, path: Path) -> list[Fault]:
    """A fault for each line or ring with a step of more than 180 degrees of longitude.

    The message carries the geometry split at the antimeridian when that is short enough to read.
    """
    crossings = list(_crossings(kind, coordinates, path))
    hint = _hint({"type": kind, "coordinates": coordinates}) if crossings else ""
    return [
        Fault(
            pointer_to(*place),
            "ANTIMERIDIAN_NOT_SPLIT",
            f"The step from {start} to {end} spans more than 180 degrees of longitude; split the "
            f"geometry at the antimeridian (RFC 7946, 3.1.9){hint}.",
        )
        for place, start, end in crossings
    ]


def _crossings(kind: str, coordinates: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    for place, line in _lines(kind, coordinates, path):
        steps = itertools.pairwise(line)
        wide = next(((a, b) for a, b in steps if abs(a[0] - b[0]) > 180 and not _polar(a, b)), None)
        if wide:
            yield place, *wide


def _lines(kind: str, coordinates: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if kind == "LineString":
        yield path, coordinates
    elif kind in {"MultiLineString", "Polygon"}:
        yield from (((*path, index), line) for index, line in enumerate(coordinates))
    elif kind == "MultiPolygon":
        for index, rings in enumerate(coordinates):
            yield from _lines("Polygon", rings, (*path, index))


def _polar(a: list[float], b: list[float]) -> bool:
    # Along a pole every longitude is the same place.
    return abs(a[1]) == 90 and a[1] == b[1]


def _hint(geometry: dict[str, Any]) -> str:
    if len(json.dumps(geometry)) > _LONGEST_HINT:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            split = antimeridian.fix_geojson(geometry, great_circle=False)
    except (ArithmeticError, AssertionError, LookupError, ShapelyError, TypeError, ValueError):
        # It asserts what hostile rings need not keep: without an example the fault stands.
        return ""
    text = json.dumps(json.loads(json.dumps(split), parse_float=_rounded))
    return f", for example {text}" if len(text) <= _LONGEST_HINT else ""


def _rounded(literal: str) -> float:
    return round(float(literal), 7)

"""Geometry: what RFC 7946 and the rules of this registry take and refuse, and where."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas

#: A field north of Ilsenburg, and its neighbours to the east and the north.
FIELD = [[10.59, 51.76], [10.61, 51.76], [10.61, 51.77], [10.59, 51.77], [10.59, 51.76]]
POND = [[10.595, 51.763], [10.595, 51.766], [10.6, 51.766], [10.6, 51.763], [10.595, 51.763]]


#: Corners where much goes wrong: at the edges of the map, at no distance, with and without heights.
_EDGES = (-180, -179, -90, -89, -1, 0, 1e-320, 1e-8, 0.5, 1, 89, 90, 179, 180)
_CORNERS = st.lists(st.sampled_from(_EDGES), min_size=2, max_size=3)
RINGS = st.lists(_CORNERS, min_size=3, max_size=7).map(lambda ring: [*ring, ring[0]])


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def geometry(kind: str, *coordinates: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": list(coordinates)}


def codes(value: Any) -> list[tuple[str, str]]:
    faults = schemas.geometry_faults(value)
    return [(f.pointer.removeprefix("/geometry/coordinates"), f.code) for f in faults]


GOOD = {
    "point": geometry("Point", -21.4013, 64.0379),
    "point with height": geometry("Point", -21.4013, 64.0379, 280),
    "point at the corner of the map": geometry("Point", -180, -90),
    "points": geometry("MultiPoint", [10.59, 51.76], [10.6, 51.77, 312.5]),
    "line": geometry("LineString", [10.59, 51.76], [10.6, 51.77]),
    "line that crosses itself": geometry("LineString", [0, 50], [2, 52], [2, 50], [0, 52]),
    "lines": geometry("MultiLineString", [[10.5, 51.7], [10.6, 51.7]], [[11, 52], [11.1, 52]]),
    "field": geometry("Polygon", FIELD),
    "field wound clockwise": geometry("Polygon", FIELD[::-1]),
    "field with a pond": geometry("Polygon", FIELD, POND),
    "pond wound like the field": geometry("Polygon", FIELD, POND[::-1]),
    "field with a position twice": geometry("Polygon", FIELD[:2] + FIELD[1:]),
    "pond that touches the border once": geometry(
        "Polygon", FIELD, [[10.59, 51.765], [10.6, 51.763], [10.6, 51.767], [10.59, 51.765]]
    ),
    "field where one position has a height": geometry(
        "Polygon", [FIELD[0], [*FIELD[1], 280], *FIELD[2:]]
    ),
    "field whose pond alone has heights": geometry("Polygon", FIELD, [[*at, 5] for at in POND]),
    "line with a height": geometry("LineString", [10.59, 51.76, 280], [10.6, 51.77]),
    "fields apart": geometry("MultiPolygon", [FIELD], [box(10.7, 51.8, 10.71, 51.81)]),
    "fields with a common border": geometry(
        "MultiPolygon", [FIELD], [box(10.61, 51.76, 10.63, 51.77)]
    ),
    "fields with a sliver in common": geometry(
        "MultiPolygon", [FIELD], [box(10.609999, 51.76, 10.63, 51.77)]
    ),
    "island in the pond": geometry(
        "MultiPolygon", [FIELD, POND], [box(10.597, 51.764, 10.598, 51.765)]
    ),
    "split at the antimeridian": geometry(
        "MultiPolygon", [box(179.99, -16.71, 180, -16.7)], [box(-180, -16.71, -179.99, -16.7)]
    ),
    "whole map": geometry("Polygon", box(-180, -90, 180, 90)),
}

BAD = {
    "position with one number": (geometry("Point", 10), "", "WRONG_LENGTH"),
    "position with four numbers": (geometry("Point", 10, 51, 1, 2), "", "WRONG_LENGTH"),
    "position of text": (geometry("Point", "10", 51), "/0", "WRONG_TYPE"),
    "position of truth": (geometry("Point", 10, True), "/1", "WRONG_TYPE"),
    "position of nothing": (geometry("Point", None, 51), "/0", "WRONG_TYPE"),
    "height of text": (geometry("Point", 10, 51, "high"), "/2", "WRONG_TYPE"),
    "position of an object": ({"type": "Point", "coordinates": {"x": 1}}, "", "WRONG_TYPE"),
    "no position": (geometry("Point"), "", "WRONG_LENGTH"),
    "longitude too great": (geometry("Point", 180.0000001, 5), "/0", "COORDINATE_OUT_OF_RANGE"),
    "latitude too small": (geometry("Point", 5, -90.1), "/1", "COORDINATE_OUT_OF_RANGE"),
    "huge whole number": (geometry("Point", 10**400, 5), "/0", "COORDINATE_OUT_OF_RANGE"),
    "no points": (geometry("MultiPoint"), "", "COORDINATES_EMPTY"),
    "points of numbers": (geometry("MultiPoint", [10, 51], 11), "/1", "WRONG_TYPE"),
    "line of one position": (geometry("LineString", [10, 51]), "", "TOO_FEW_POSITIONS"),
    "no line": (geometry("LineString"), "", "COORDINATES_EMPTY"),
    "lines, one empty": (
        geometry("MultiLineString", [[10, 51], [11, 51]], []),
        "/1",
        "COORDINATES_EMPTY",
    ),
    "no rings": (geometry("Polygon"), "", "COORDINATES_EMPTY"),
    "empty ring": (geometry("Polygon", []), "/0", "COORDINATES_EMPTY"),
    "ring of three": (geometry("Polygon", FIELD[:2] + FIELD[:1]), "/0", "TOO_FEW_POSITIONS"),
    "ring left open": (geometry("Polygon", FIELD[:-1]), "/0", "RING_NOT_CLOSED"),
    "ring closed but for its height": (
        geometry("Polygon", [[*p, 100] for p in FIELD[:-1]] + [[*FIELD[0], 101]]),
        "/0",
        "RING_NOT_CLOSED",
    ),
    "hole left open": (geometry("Polygon", FIELD, POND[:-1]), "/1", "RING_NOT_CLOSED"),
    "no polygons": (geometry("MultiPolygon"), "", "COORDINATES_EMPTY"),
    "second polygon open": (
        geometry("MultiPolygon", [FIELD], [FIELD[:-1]]),
        "/1/0",
        "RING_NOT_CLOSED",
    ),
    "bow tie": (
        geometry("Polygon", [FIELD[0], FIELD[1], FIELD[3], FIELD[2], FIELD[0]]),
        "/0",
        "SELF_INTERSECTION",
    ),
    "bow tie of equal halves": (
        geometry("Polygon", [[1, 1], [3, 3], [3, 1], [1, 3], [1, 1]]),
        "/0",
        "SELF_INTERSECTION",
    ),
    "spike": (
        geometry("Polygon", [*FIELD[:2], [10.62, 51.76], *FIELD[1:]]),
        "/0",
        "SELF_INTERSECTION",
    ),
    "figure of eight": (
        geometry("Polygon", [[1, 1], [2, 2], [3, 1], [3, 3], [2, 2], [1, 3], [1, 1]]),
        "/0",
        "SELF_INTERSECTION",
    ),
    "hole across the border": (
        geometry("Polygon", FIELD, box(10.6, 51.765, 10.62, 51.768)),
        "",
        "SELF_INTERSECTION",
    ),
    "hole outside": (
        geometry("Polygon", FIELD, box(10.7, 51.7, 10.8, 51.8)),
        "",
        "HOLE_OUTSIDE_SHELL",
    ),
    "hole in a hole": (
        geometry("Polygon", FIELD, POND, box(10.596, 51.764, 10.597, 51.765)),
        "",
        "HOLES_NESTED",
    ),
    "hole crossing itself": (
        geometry("Polygon", FIELD, [POND[0], POND[2], POND[1], POND[3], POND[0]]),
        "/1",
        "SELF_INTERSECTION",
    ),
    "straight line": (geometry("Polygon", [[1, 1], [2, 2], [3, 3], [1, 1]]), "/0", "ZERO_AREA"),
    "one place": (geometry("Polygon", [[1, 1]] * 4), "/0", "ZERO_AREA"),
    "smaller than a centimetre": (
        geometry("Polygon", box(10.59, 51.76, 10.59000001, 51.76000001)),
        "",
        "ZERO_AREA",
    ),
    "field twice": (geometry("MultiPolygon", [FIELD], [FIELD]), "/1", "PARTS_OVERLAP"),
    "field within a field": (
        geometry("MultiPolygon", [FIELD], [box(10.6, 51.762, 10.602, 51.763)]),
        "/1",
        "PARTS_OVERLAP",
    ),
    "crossing the antimeridian": (
        geometry("Polygon", box(179.99, -16.71, -179.99, -16.7)),
        "/0",
        "ANTIMERIDIAN_NOT_SPLIT",
    ),
    "line across the antimeridian": (
        geometry("MultiLineString", [[1, 1], [2, 2]], [[179, 5], [-179, 5]]),
        "/1",
        "ANTIMERIDIAN_NOT_SPLIT",
    ),
}


class TestGeometryFaults:
    """
    given a geometry that RFC 7946 allows     it has no fault, whatever its winding
    given one that it or this registry bars   the fault names the place
    given anything else                       nothing is raised
    """

    @pytest.mark.parametrize("value", GOOD.values(), ids=GOOD.keys())
    def test_no_fault_when_geometry_is_good(self, value: Any) -> None:
        assert schemas.geometry_faults(value) == []

    @pytest.mark.parametrize(("value", "pointer", "code"), BAD.values(), ids=BAD.keys())
    def test_fault_names_its_place_when_geometry_is_bad(
        self, value: Any, pointer: str, code: str
    ) -> None:
        assert codes(value) == [(pointer, code)]

    @pytest.mark.parametrize(
        "value", [None, 1, [], {}, {"type": "Point"}, {"type": ["Point"], "coordinates": []}]
    )
    def test_nothing_is_said_when_the_schema_has_to(self, value: Any) -> None:
        assert schemas.geometry_faults(value) == []

    def test_all_rings_are_named_when_several_are_wrong(self) -> None:
        value = geometry("MultiPolygon", [FIELD[:-1], POND[:-1]], [[["x", 1]] * 4], 7)
        assert codes(value) == [
            ("/0/0", "RING_NOT_CLOSED"),
            ("/0/1", "RING_NOT_CLOSED"),
            *((f"/1/0/{index}/0", "WRONG_TYPE") for index in range(4)),
            ("/2", "WRONG_TYPE"),
        ]

    def test_duplicate_ring_is_refused_when_a_hole_is_the_field(self) -> None:
        assert codes(geometry("Polygon", FIELD, FIELD))[0][1] in {
            "DUPLICATE_RINGS",
            "SELF_INTERSECTION",
        }
        assert codes(geometry("Polygon", FIELD, POND, POND))[0][1] in {
            "DUPLICATE_RINGS",
            "SELF_INTERSECTION",
        }

    def test_place_is_named_when_a_boundary_crosses_itself(self) -> None:
        (fault,) = schemas.geometry_faults(BAD["bow tie of equal halves"][0])
        assert "crosses or touches itself at [2, 2]" in fault.message

    @pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon"])
    def test_split_is_suggested_when_the_antimeridian_is_crossed(self, kind: str) -> None:
        rings = [box(179.99, -16.71, -179.99, -16.7)]
        value = geometry(kind, *(rings if kind == "Polygon" else [rings]))
        (fault,) = schemas.geometry_faults(value)
        suggestion = json.loads(fault.message.split("for example ")[1].removesuffix("."))
        assert schemas.geometry_faults(suggestion) == []
        assert schemas.bounds(suggestion) == (-180, -16.71, 180, -16.7)
        half = geometry("Polygon", box(179.99, -16.71, 180, -16.7))
        assert schemas.area_m2(suggestion) == pytest.approx(2 * schemas.area_m2(half), rel=1e-6)

    def test_fault_stands_when_no_split_can_be_suggested(self) -> None:
        # antimeridian 0.4 asserts that holes find a polygon of theirs (seen with these rings).
        shell = [[0.99, 0], [0, -1], [-180, -3], [0.99, 0]]
        hole = [[1.87, 1], [3, 0], [-1, -1], [2, 90], [-3, 2.64], [1.19, 2.62], [0, 0], [1.87, 1]]
        assert codes(geometry("MultiPolygon", [shell, hole])) == [
            ("/0/0", "ANTIMERIDIAN_NOT_SPLIT")
        ]

    def test_exchange_is_suspected_when_latitude_comes_first(self) -> None:
        (fault,) = schemas.geometry_faults(geometry("Point", 51.76, 110.59))
        assert "longitude comes first, then latitude" in fault.message

    def test_turn_is_suggested_when_longitudes_count_on(self) -> None:
        (fault,) = schemas.geometry_faults(geometry("Point", 182.5, -16.7))
        assert "write -177.5 and split" in fault.message

    def test_vertices_are_refused_when_over_50_000(self) -> None:
        line = [[index / 1000, 50.0] for index in range(50_000)]
        assert codes({"type": "LineString", "coordinates": line}) == []
        assert codes({"type": "LineString", "coordinates": [*line, [51, 51]]}) == [
            ("", "TOO_MANY_VERTICES")
        ]

    @given(
        st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon"]),
        st.recursive(st.integers(-200, 200) | st.floats(-181, 181), st.lists, max_leaves=30),
    )
    def test_nothing_is_raised_given_any_nesting(self, kind: str, coordinates: Any) -> None:
        schemas.geometry_faults({"type": kind, "coordinates": coordinates})

    @given(st.lists(st.lists(RINGS, min_size=1, max_size=3), min_size=1, max_size=3))
    def test_nothing_is_raised_given_any_rings(self, parts: Any) -> None:
        for value in (geometry("MultiPolygon", *parts), geometry("Polygon", *parts[0])):
            if schemas.geometry_faults(value) == []:
                west, south, east, north = schemas.bounds(value)
                assert -180 <= west <= east <= 180
                assert -90 <= south <= north <= 90
                assert schemas.area_m2(value) > 0

    @given(st.lists(st.tuples(st.integers(-3, 3), st.integers(50, 56)), min_size=3, max_size=9))
    def test_ring_is_good_only_when_its_footprint_keeps_its_area(self, corners: Any) -> None:
        ring = [list(corner) for corner in (*corners, corners[0])]
        value = geometry("Polygon", ring)
        if schemas.geometry_faults(value) == []:
            double = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
            assert schemas.footprint(value).area == pytest.approx(abs(double) / 2)


class TestBoundingBox:
    """
    given a box of four or six   it must be that of the geometry, within 1e-7 degrees
    given parts on both sides    the box may count across the antimeridian
    """

    @pytest.mark.parametrize(
        ("bbox", "valid"),
        [
            ([10.5921, 51.7631, 10.6127, 51.7723], True),
            ([10.59210009, 51.7631, 10.6127, 51.7723], True),
            ([10.5921002, 51.7631, 10.6127, 51.7723], False),
            ([10.59, 51.76, 10.62, 51.78], False),
            ([51.7631, 10.5921, 51.7723, 10.6127], False),
            ([10.5921, 51.7631, 0, 10.6127, 51.7723, 0], True),
            ([10.6127, 51.7631, 10.5921, 51.7723], False),
        ],
    )
    def test_box_is_that_of_the_geometry(self, pdd: Any, bbox: list[float], valid: bool) -> None:
        pdd["bbox"] = bbox
        found = [(fault.pointer, fault.code) for fault in schemas.validate("pdd", pdd)]
        assert found == ([] if valid else [("/bbox", "BBOX_INCONSISTENT")])

    @pytest.mark.parametrize(
        ("bbox", "valid"),
        [
            ([179.99, -16.71, -179.99, -16.7], True),
            ([-180, -16.71, 180, -16.7], True),
            ([-179.99, -16.71, 179.99, -16.7], False),
        ],
    )
    def test_box_counts_across_given_parts_on_both_sides(self, bbox: Any, valid: bool) -> None:
        value = {**GOOD["split at the antimeridian"], "bbox": bbox}
        assert (schemas.geometry_faults(value) == []) is valid

    def test_box_counts_heights_given_six_numbers(self) -> None:
        value = geometry("LineString", [10.5, 51.7, 300], [10.6, 51.8, 250])
        assert codes({**value, "bbox": [10.5, 51.7, 250, 10.6, 51.8, 300]}) == []
        assert codes({**value, "bbox": [10.5, 51.7, 0, 10.6, 51.8, 300]}) != []

    def test_box_may_not_wrap_given_a_geometry_about_greenwich(self) -> None:
        value = geometry("LineString", [-1, 51], [2, 52])
        assert codes({**value, "bbox": [-1, 51, 2, 52]}) == []
        assert codes({**value, "bbox": [2, 51, -1, 52]}) != []


class TestFootprint:
    """
    given any winding, any order of parts   the footprint is the same
    given more than seven decimals          they are rounded, ties to even
    given an area                           it is geodesic
    """

    def test_footprint_is_the_same_given_another_winding(self) -> None:
        one = schemas.footprint(geometry("Polygon", FIELD, POND))
        other = schemas.footprint(geometry("Polygon", FIELD[::-1], POND[::-1]))
        assert one.wkb == other.wkb
        assert one.exterior.is_ccw
        assert not one.interiors[0].is_ccw

    def test_parts_become_one_when_they_share_a_border(self) -> None:
        whole = schemas.footprint(GOOD["fields with a common border"])
        assert whole.equals(schemas.footprint(geometry("Polygon", box(10.59, 51.76, 10.63, 51.77))))

    def test_decimals_are_rounded_when_over_seven(self) -> None:
        point = schemas.footprint(geometry("Point", 10.123456789, -0.00000001, 55.5))
        assert point.wkt == "POINT (10.1234568 0)"

    def test_area_is_geodesic_given_a_degree_at_the_equator(self) -> None:
        # A quadrangle of WGS84 between parallels and meridians, by the closed formula.
        e, b, sine = 0.0818191908426215, 6_356_752.314245179, math.sin(math.radians(1))
        half = sine / (1 - (e * sine) ** 2) + math.atanh(e * sine) / e
        degree = geometry("Polygon", box(30, 0, 31, 1))
        assert schemas.area_m2(degree) == pytest.approx(b**2 * math.radians(1) * half / 2, rel=1e-6)

    def test_area_follows_the_parallel_given_a_long_edge(self) -> None:
        # Ten degrees along 60° N bulge by 40 km from the great circle.
        whole = geometry("Polygon", box(10, 59, 20, 60))
        parts = [geometry("Polygon", box(10 + k, 59, 11 + k, 60)) for k in range(10)]
        assert schemas.area_m2(whole) == pytest.approx(sum(map(schemas.area_m2, parts)), rel=1e-6)

    def test_area_is_nothing_given_points_and_lines(self) -> None:
        assert schemas.area_m2(GOOD["points"]) == schemas.area_m2(GOOD["line"]) == 0

    def test_ponds_are_left_out_of_the_area(self) -> None:
        field, pond = geometry("Polygon", FIELD), geometry("Polygon", POND)
        both = schemas.area_m2(geometry("Polygon", FIELD, POND))
        assert both == pytest.approx(schemas.area_m2(field) - schemas.area_m2(pond))

"""Overlap: slivers between neighbours are legitimate, shared ground is a conflict."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas.overlap import ENGINEERED_TYPES

#: South-western corner of a field near Chartres, from where the parcels below are measured.
WEST, SOUTH = 1.4512, 48.2107


def parcel(
    west: float,
    south: float,
    width: float,
    height: float,
    corner: tuple[float, float] = (WEST, SOUTH),
) -> dict[str, Any]:
    """A rectangle of `width` by `height` metres, `west` and `south` metres from the corner."""
    longitude, latitude = corner
    metre_north = 1 / 111_195
    metre_east = metre_north / math.cos(math.radians(latitude))
    xs = [longitude + west * metre_east, longitude + (west + width) * metre_east]
    ys = [latitude + south * metre_north, latitude + (south + height) * metre_north]
    ring = [[xs[0], ys[0]], [xs[1], ys[0]], [xs[1], ys[1]], [xs[0], ys[1]], [xs[0], ys[0]]]
    return {"type": "Polygon", "coordinates": [ring]}


FIELD = parcel(0, 0, 200, 100)


class TestConflict:
    """
    given the same ground, or one within the other   it is a conflict
    when the overlap is wider than the tolerance     it is a conflict
    when the overlap is a sliver of over 100 m²      it is a conflict, unless under 0.1 %
    when neighbours touch or share a sliver          it is none
    given parts on both sides of the antimeridian    they are one ground
    """

    @pytest.mark.parametrize(
        "other",
        [
            FIELD,
            parcel(50, 20, 60, 40),
            parcel(-10, -10, 300, 300),
            parcel(0, 0, 200, 99.9),
            parcel(10, 10, 50, 0.3),
            parcel(5, 5, 0.2, 0.2),
        ],
        ids=["same", "within", "around", "nearly the same", "thin within", "tiny within"],
    )
    def test_it_is_a_conflict_given_contained_ground(self, other: Any) -> None:
        found = schemas.conflict(FIELD, other)
        assert found is not None
        smaller = min(schemas.area_m2(FIELD), schemas.area_m2(other))
        assert found.area_m2 == pytest.approx(smaller, rel=0.01)
        assert schemas.conflict(other, FIELD).area_m2 == pytest.approx(found.area_m2)  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("west", "south", "width", "height", "is_conflict"),
        [
            (200, 0, 200, 100, False),
            (201, 0, 200, 100, False),
            (199.5, 0, 200, 100, False),
            (198.5, 0, 200, 100, True),
            (199.2, 0, 200, 5000, False),
            (0, 99.4, 200, 100, True),
            (0, 99.6, 200, 100, False),
            (199.2, 99.2, 200, 100, False),
            (190, 90, 200, 100, True),
        ],
        ids=[
            "common border",
            "gap",
            "half a metre: 50 m²",
            "a metre and a half",
            "80 cm: 80 m²",
            "60 cm: 120 m²",
            "40 cm: 80 m²",
            "at the corner",
            "ten metres at the corner",
        ],
    )
    def test_width_and_area_decide_given_a_neighbour(
        self, west: float, south: float, width: float, height: float, is_conflict: bool
    ) -> None:
        found = schemas.conflict(FIELD, parcel(west, south, width, height))
        assert (found is not None) is is_conflict

    def test_share_decides_given_great_neighbours(self) -> None:
        # 3 km of border with 60 cm in common are 1,800 m²: over 100 m², but under 0.1 % of 900 ha.
        west, east = parcel(0, 0, 3000, 3000), parcel(2999.4, 0, 3000, 3000)
        assert schemas.conflict(west, east) is None
        strip = parcel(2999.4, 0, 100, 3000)
        assert schemas.conflict(west, strip) is not None

    def test_tolerance_decides_when_another_is_given(self) -> None:
        other = parcel(199.5, 0, 200, 100)
        assert schemas.conflict(FIELD, other, tolerance_m=1.0) is None
        assert schemas.conflict(FIELD, other, tolerance_m=0.4) is not None

    @given(st.floats(-0.9, 0.9), st.floats(0, 89), st.floats(-179, 178), st.floats(20, 100))
    def test_a_sliver_is_no_conflict_wherever_it_lies(
        self, shift: float, latitude: float, longitude: float, height: float
    ) -> None:
        corner = (longitude, min(latitude, 80))
        one = parcel(0, 0, 200, height, corner)
        other = parcel(200 + shift, 0, 200, height, corner)
        assert schemas.conflict(one, other) is None
        assert schemas.conflict(one, parcel(198, 0, 200, height, corner)) is not None

    def test_overlap_is_measured_and_drawn_given_a_conflict(self) -> None:
        found = schemas.conflict(FIELD, parcel(150, 50, 200, 100))
        assert found is not None
        assert found.area_m2 == pytest.approx(50 * 50, rel=0.01)
        assert schemas.geometry_faults(found.geometry) == []
        assert schemas.area_m2(found.geometry) == pytest.approx(found.area_m2)

    def test_several_parts_are_drawn_given_several_overlaps(self) -> None:
        comb = {
            "type": "MultiPolygon",
            "coordinates": [parcel(x, 50, 10, 100)["coordinates"] for x in (0, 50, 100)],
        }
        found = schemas.conflict(FIELD, comb)
        assert found is not None
        assert found.geometry["type"] == "MultiPolygon"
        assert found.area_m2 == pytest.approx(3 * 10 * 50, rel=0.01)

    def test_pond_is_free_given_a_field_around_it(self) -> None:
        hole = parcel(50, 20, 60, 40)["coordinates"][0]
        ring = {"type": "Polygon", "coordinates": [FIELD["coordinates"][0], hole]}
        assert schemas.conflict(ring, parcel(50, 20, 60, 40)) is None
        assert schemas.conflict(ring, parcel(45, 20, 60, 40)) is not None

    def test_nothing_is_found_given_distant_ground(self) -> None:
        assert schemas.conflict(FIELD, parcel(0, 0, 200, 100, (10.6, 51.76))) is None

    def test_footprints_serve_as_well_as_geojson(self) -> None:
        found = schemas.conflict(schemas.footprint(FIELD), schemas.footprint(FIELD))
        assert found is not None


class TestAcrossTheAntimeridian:
    """
    when two projects share ground across ±180°   it is a conflict
    when the shared strip is split by it          its halves count together
    when they only touch there                    it is none
    """

    @staticmethod
    def across(west: float, east: float, south: float, north: float) -> dict[str, Any]:
        def box(w: float, e: float) -> list[Any]:
            return [[[w, south], [e, south], [e, north], [w, north], [w, south]]]

        return {
            "type": "MultiPolygon",
            "coordinates": [box(180 - west, 180), box(-180, east - 180)],
        }

    def test_it_is_a_conflict_when_ground_is_shared(self) -> None:
        one, other = (
            self.across(0.01, 0.01, -16.71, -16.7),
            self.across(0.005, 0.02, -16.705, -16.69),
        )
        found = schemas.conflict(one, other)
        assert found is not None
        assert found.area_m2 == pytest.approx(106_500 * 0.015 * 111_000 * 0.005, rel=0.01)

    def test_halves_count_together_when_each_alone_is_narrow(self) -> None:
        # Six decimetres on either side of the line, ten metres long: narrow halves, a wide whole.
        narrow = 0.6 / 106_500
        one = self.across(narrow, narrow, -16.7001, -16.7)
        field = self.across(narrow, 0.01, -16.70009, -16.69)
        assert schemas.conflict(one, field) is not None
        wide = self.across(0.01, narrow, -16.7001, -16.69)
        assert schemas.conflict(wide, self.across(narrow, 0.01, -16.7001, -16.69)) is not None

    def test_it_is_none_when_they_touch_there(self) -> None:
        west = {
            "type": "Polygon",
            "coordinates": self.across(0.01, 0.01, -17, -16.9)["coordinates"][0],
        }
        east = {
            "type": "Polygon",
            "coordinates": self.across(0.01, 0.01, -17, -16.9)["coordinates"][1],
        }
        assert schemas.conflict(west, east) is None


class TestPointsAndLines:
    """
    given a point or line within a field   it is a conflict
    when it lies on the border or outside  it is none
    given the same point or line twice     it is a conflict
    """

    @staticmethod
    def at(west: float, south: float) -> list[float]:
        return parcel(west, south, 1, 1)["coordinates"][0][0]

    def test_point_is_a_conflict_when_inside(self) -> None:
        inside = {"type": "Point", "coordinates": self.at(50, 50)}
        outside = {"type": "Point", "coordinates": self.at(250, 50)}
        assert schemas.conflict(FIELD, inside) is not None
        assert schemas.conflict(inside, inside) is not None
        assert schemas.conflict(FIELD, outside) is None
        assert schemas.conflict(inside, outside) is None

    def test_line_is_a_conflict_when_it_reaches_in(self) -> None:
        along = {"type": "LineString", "coordinates": [self.at(-50, 100), self.at(250, 100)]}
        reaching = {"type": "LineString", "coordinates": [self.at(-50, 50), self.at(20, 50)]}
        grazing = {"type": "LineString", "coordinates": [self.at(-50, 50), self.at(0.3, 50)]}
        crossing = {"type": "LineString", "coordinates": [self.at(10, 40), self.at(10, 60)]}
        assert schemas.conflict(FIELD, reaching) is not None
        assert schemas.conflict(FIELD, along) is None
        assert schemas.conflict(grazing, FIELD) is None
        assert schemas.conflict(reaching, crossing) is None
        assert schemas.conflict(reaching, reaching) is not None


class TestIsLandBased:
    """
    given a project type   engineered ones conflict by facility, the others by ground
    """

    def test_three_types_are_engineered(self) -> None:
        types = schemas.schema("common")["$defs"]["projectType"]["enum"]
        assert set(types) >= ENGINEERED_TYPES
        assert [t for t in types if not schemas.is_land_based(t)] == [
            "biochar",
            "direct_air_capture",
            "biomass_energy_ccs",
        ]

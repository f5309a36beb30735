"""OGC API – Features: collections that a GIS client reads through, by box, time and page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from shapely.geometry import box, shape

from api.operations import OPERATIONS

from . import documents
from .people import OTHER_DEVELOPER
from .world import World

FOREST, FIJI, AIR = "harz-mixed-forest", "taveuni", "hellisheidi"
AREAS, POINTS = "/collections/projects/items", "/collections/project-points/items"
REPORTS = "/collections/monitoring/items"
#: A box around the Harz, in WGS84 degrees.
HARZ = "10.0,51.0,11.5,52.0"


@pytest.fixture(scope="module")
def gis(file_world: World) -> World:
    """A world that is only read: a forest with two reports, mangroves on both sides of the
    antimeridian, and a facility whose geometry is a point."""
    air = documents.example("methodology.air-capture")
    file_world.add_methodology(air)
    forest, mangroves = documents.forest(), documents.mangroves(FIJI)
    file_world.register(forest)
    file_world.validate(forest)
    file_world.register(mangroves, OTHER_DEVELOPER)
    file_world.register(
        documents.factory(AIR, "IS-1", {"id": air["id"], "version": air["version"]})
    )
    first, second = documents.report(), documents.report(name="second", start="2026-01-01")
    second["properties"]["end_date"] = "2026-02-28"
    file_world.report(first)
    file_world.verify(first, 1000)
    file_world.report(second)
    return file_world


def found(world: World, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """The Features of a page, whose totals must be right."""
    answer = world.get(path, **parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    content = answer.json()
    assert content["numberReturned"] == len(content["features"])
    features: list[dict[str, Any]] = content["features"]
    return features


def names(world: World, path: str, **parameters: Any) -> set[str]:
    return {one["id"] for one in found(world, path, **parameters)}


def linked(content: Any, rel: str) -> list[str]:
    """The paths of this API that the links of a relation lead to."""
    links = [link["href"] for link in content["links"] if link["rel"] == rel]
    return [href.removeprefix("https://registry.example") for href in links]


class TestWayIn:
    """
    the landing page leads to conformance, definition and collections
    each collection leads to its items and knows its extent
    when the collection is unknown    the answer is 404 and names those there are
    """

    def test_leads_from_the_landing_page_to_every_item(self, gis: World) -> None:
        landing = gis.get("/").json()
        (conformance,) = linked(landing, "conformance")
        assert len(gis.get(conformance).json()["conformsTo"]) == 3
        for definition in linked(landing, "service-desc"):
            assert gis.get(definition).json()["openapi"][:2] == "3."
        (collections,) = linked(landing, "data")
        for entry in gis.get(collections).json()["collections"]:
            (own,), (items,) = linked(entry, "self"), linked(entry, "items")
            described = gis.get(own).json()
            assert described.items() >= entry.items()
            for one in found(gis, items):
                (itself,) = linked(one, "self")
                answer = gis.get(itself).json()
                assert (answer["id"], answer["geometry"]) == (one["id"], one["geometry"])

    def test_knows_its_extent(self, gis: World) -> None:
        extent = gis.get("/collections/projects").json()["extent"]
        (bounds,) = extent["spatial"]["bbox"]
        around = box(*bounds)
        assert all(around.covers(shape(one["geometry"])) for one in found(gis, AREAS))
        (interval,) = extent["temporal"]["interval"]
        assert interval[0] < interval[1]

    def test_answers_404_when_the_collection_is_unknown(self, gis: World) -> None:
        answer = gis.get("/collections/parcels")
        assert answer.status_code == 404
        assert "project-points" in answer.json()["message"]
        assert gis.get("/collections/parcels/items").status_code == 404
        assert gis.get(f"{AREAS}/nowhere").status_code == 404
        assert gis.get(f"{REPORTS}/0x{'0' * 28}").status_code == 404


class TestItems:
    """
    projects are MultiPolygons, project-points are points on their ground
    reports lie on the ground of their projects, by ids of their own
    a page leads to the next until all were seen once
    """

    @pytest.mark.parametrize("path", [AREAS, POINTS, REPORTS])
    def test_give_as_many_as_a_page_holds_when_more_are_wanted(
        self, gis: World, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        monkeypatch.setattr("api.parameters.MOST", 1)
        monkeypatch.setattr("api.links.MOST", 1)
        seen, where = [], [f"{path}?limit=99999999999999999999"]
        while where:
            content = gis.get(where[0]).json()
            assert content["numberReturned"] == 1
            seen += [one["id"] for one in content["features"]]
            where = linked(content, "next")
        assert len(seen) == len(set(seen)) == content["numberMatched"] > 1

    @pytest.mark.parametrize("path", [AREAS, POINTS, REPORTS])
    def test_say_of_what_kind_each_link_is(self, gis: World, path: str) -> None:
        for one in found(gis, path):
            alone = gis.get(f"{path}/{one['id']}").json()
            assert all({"rel", "type", "href"} <= set(link) for link in alone["links"])
            assert gis.get(*linked(alone, "collection")).status_code == 200

    def test_have_one_kind_of_geometry(self, gis: World) -> None:
        areas = {one["id"]: shape(one["geometry"]) for one in found(gis, AREAS)}
        points = {one["id"]: shape(one["geometry"]) for one in found(gis, POINTS)}
        assert set(areas) == set(points) == {FOREST, FIJI, AIR}
        assert areas[FOREST].geom_type == areas[FIJI].geom_type == "MultiPolygon"
        assert {point.geom_type for point in points.values()} == {"Point"}
        assert all(areas[name].covers(points[name]) for name in (FOREST, FIJI))
        assert areas[AIR].distance(points[AIR]) < 1e-7

    def test_are_the_ground_of_the_document(self, gis: World) -> None:
        own = gis.get(f"/projects/{FOREST}").json()
        area = gis.get(f"{AREAS}/{FOREST}").json()
        assert shape(area["geometry"]).equals(shape(own["geometry"]))
        assert area["properties"] == own["properties"]
        assert all(shape(one["geometry"]).is_valid for one in found(gis, AREAS))

    def test_put_reports_on_the_ground_of_their_projects(self, gis: World) -> None:
        reports = found(gis, REPORTS)
        area = shape(gis.get(f"{AREAS}/{FOREST}").json()["geometry"])
        assert {one["properties"]["ogcr:document_id"] for one in reports} == {
            "harz-mixed-forest-2025",
            "second",
        }
        assert all(one["id"] == one["properties"]["ogcr:report_id"] for one in reports)
        assert all(shape(one["geometry"]).symmetric_difference(area).area < 1e-9 for one in reports)

    @pytest.mark.parametrize(("path", "count"), [(AREAS, 3), (POINTS, 3), (REPORTS, 2)])
    def test_lead_to_the_next_page_until_all_were_seen(
        self, gis: World, path: str, count: int
    ) -> None:
        seen: list[str] = []
        following = [f"{path}?limit=1"]
        while following:
            page = gis.get(following[0]).json()
            assert page["numberMatched"] == count
            seen += [one["id"] for one in page["features"]]
            following = linked(page, "next")
        assert len(seen) == len(set(seen)) == count


class TestSelection:
    """
    bbox       takes what shares a point with it, also across the antimeridian and with heights
    datetime   takes what has a day in it; open ends; a single day
    filters    as in the lists of 4.2
    when a parameter is unknown or malformed   the answer is 400 and names it
    """

    @pytest.mark.parametrize("path", [AREAS, POINTS])
    def test_takes_what_lies_in_the_box(self, gis: World, path: str) -> None:
        assert names(gis, path, bbox=HARZ) == {FOREST}
        assert names(gis, path, bbox="10.0,51.0,-10,11.5,52.0,2000") == {FOREST}
        assert names(gis, path, bbox="179.0,-18.0,-179.0,-16.0") == {FIJI}
        assert names(gis, path, bbox="0,0,1,1") == set()

    def test_takes_points_by_the_point_and_areas_by_the_area(self, gis: World) -> None:
        area = shape(gis.get(f"{AREAS}/{FOREST}").json()["geometry"])
        west, south, east, north = area.bounds
        edge = f"{west},{south},{west + (east - west) * 0.02},{north}"
        assert names(gis, AREAS, bbox=edge) == {FOREST}
        assert names(gis, POINTS, bbox=edge) == set()

    def test_takes_reports_by_the_ground_of_their_project(self, gis: World) -> None:
        assert len(found(gis, REPORTS, bbox=HARZ)) == 2
        assert found(gis, REPORTS, bbox="0,0,1,1") == []

    def test_takes_what_has_a_day_in_the_interval(self, gis: World) -> None:
        def reports(interval: str) -> set[str]:
            features = found(gis, REPORTS, datetime=interval)
            return {one["properties"]["ogcr:document_id"] for one in features}

        assert reports("2025-12-31") == {"harz-mixed-forest-2025"}
        assert reports("2025-12-31T23:59:59Z/..") == {"harz-mixed-forest-2025", "second"}
        assert reports("../2025-02-28") == set()
        assert reports("2026-02-28T00:00:00Z/2027-01-01T00:00:00Z") == {"second"}
        assert reports("/2026-01-01") == {"harz-mixed-forest-2025", "second"}

    def test_takes_projects_by_their_duration(self, gis: World) -> None:
        first = gis.get(f"/projects/{FOREST}").json()["ogcr:record"]["first_day"]
        assert FOREST in names(gis, AREAS, datetime=first)
        assert FOREST not in names(gis, AREAS, datetime=f"../{int(first[:4]) - 1}-01-01")

    def test_filters_as_the_lists_do(self, gis: World) -> None:
        assert names(gis, AREAS, status="validated") == {FOREST}
        assert names(gis, POINTS, methodology="OGCR-REF-01") == {FOREST, FIJI}
        assert names(gis, POINTS, actor=gis.address(OTHER_DEVELOPER)) == {FIJI}
        (verified,) = found(gis, REPORTS, status="verified")
        assert verified["properties"]["ogcr:document_id"] == "harz-mixed-forest-2025"

    def test_takes_numbers_with_a_power_of_ten(self, gis: World) -> None:
        assert names(gis, AREAS, bbox="1e1,5.1E+1,115e-1,52") == {FOREST}

    @pytest.mark.parametrize(
        ("parameters", "name"),
        [
            ({"colour": "green"}, "colour"),
            ({"bbox": "1,2,3"}, "bbox"),
            ({"bbox": "10,51,x,11,52,y"}, "bbox"),
            ({"datetime": "yesterday"}, "datetime"),
            ({"datetime": "../.."}, "datetime"),
            ({"datetime": "2026-01-01/2025-01-01"}, "datetime"),
            ({"datetime": "2024-01-01/2025-01-01/2026-01-01"}, "datetime"),
            ({"limit": "0"}, "limit"),
            ({"bbox": "1e2,0,1e3,1"}, "bbox"),
        ],
    )
    def test_answers_400_when_a_parameter_is_wrong(
        self, gis: World, parameters: dict[str, str], name: str
    ) -> None:
        for path in (AREAS, POINTS, REPORTS):
            answer = gis.get(path, **parameters)
            assert answer.status_code == 400
            assert name in {detail["field"] for detail in answer.json()["details"]}


class TestDefinition:
    """
    the OpenAPI 3.0 document has every operation on collections with every parameter
    nothing in it is of the later dialect
    """

    def test_has_every_operation_on_collections(self, gis: World) -> None:
        paths = gis.get("/openapi-3.0.json").json()["paths"]
        expected = {path for _, path in OPERATIONS if path.startswith("/collections")}
        assert set(paths) == expected | {"/", "/conformance"}
        declared = {one["name"]: one for one in paths[AREAS]["get"]["parameters"]}
        assert {"limit", "offset", "bbox", "datetime", "status"} <= set(declared)
        assert declared["limit"]["schema"]["maximum"] == 1000
        assert declared["bbox"]["explode"] is False
        box_schema = declared["bbox"]["schema"]
        assert (box_schema["type"], box_schema["items"]) == ("array", {"type": "number"})
        assert (box_schema["minItems"], box_schema["maxItems"]) == (4, 6)
        assert len(declared["as_of"]["schema"]["anyOf"]) == 3

    def test_has_nothing_of_the_later_dialect(self, gis: World) -> None:
        assert list(_later(gis.get("/openapi-3.0.json").json())) == []


def _later(value: Any, place: str = "") -> Iterator[str]:
    """Where a schema holds what OpenAPI 3.0 does not know."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), list) or value.get("type") == "null":
            yield place
        for key, item in value.items():
            if key in ("const", "examples", "$defs") and not place.endswith("/properties"):
                yield f"{place}/{key}"
            yield from _later(item, f"{place}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _later(item, f"{place}/{index}")

"""The registry in figures: its numbers are those of the lists, its page hides and runs nothing."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from api.charts import bars
from indexer.identity import methodology_key
from schemas import content_hash

from . import documents
from .people import OTHER_DEVELOPER
from .reads import FOREST, played
from .world import World

FIGURES = "/statistics/registry"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def empty(each_file_world: World) -> tuple[dict[str, Any], str]:
    """The figures before anything was registered, and their page."""
    return figures(each_file_world), page(each_file_world).text


@pytest.fixture(scope="module")
def before(each_file_world: World, empty: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """The figures before the last project came, whose document no check would let pass."""
    assert empty
    played(each_file_world)
    found = figures(each_file_world)
    anchor_hostile(each_file_world)
    return found


@pytest.fixture(scope="module")
def counted(each_file_world: World, before: dict[str, Any]) -> World:
    """A world that is only read: four projects and a draft, two reports, several units."""
    assert before
    return each_file_world


def figures(world: World, **parameters: Any) -> dict[str, Any]:
    answer = world.get(FIGURES, **parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def page(world: World, **parameters: Any) -> Response:
    headers = {"Accept": "text/html"}
    return world.client.get(FIGURES, headers=headers, params=parameters or None)


def anchor_hostile(world: World) -> None:
    """Anchor, past the API, a document that this would refuse."""
    document = documents.forest("stray", east=2.0, country=HOSTILE)
    world.keep(document)
    key = methodology_key("OGCR-REF-01", "1.2.0")
    values = (content_hash(document), key, "reforestation", 20148, 31104, "")
    world.direct(OTHER_DEVELOPER, "ProjectRegistry", "registerProject", "stray", values)
    world.errands()


def matched(world: World, path: str, **filters: Any) -> int:
    number: int = world.get(path, **filters).json()["numberMatched"]
    return number


def kilograms(world: World, **filters: Any) -> int:
    kg: int = world.get("/credits", **filters).json()["ogcr:quantity_kg"]
    return kg


class TestFigures:
    """
    whatever they count              they are the totals of the lists
    by month                         the last 24 are told, that of the answer last
    when the past is asked for       they are those of that state
    given nothing was registered     every number is 0
    when the answer is known already it is not sent again
    """

    def test_projects_are_those_of_the_list(self, counted: World) -> None:
        found = figures(counted)["projects"]
        assert found["total"] == matched(counted, "/projects") == 5
        for entry in found["by_status"]:
            assert entry["projects"] == matched(counted, "/projects", status=entry["status"])
        for entry in found["by_type"]:
            of_type = matched(counted, "/projects", project_type=entry["project_type"])
            assert entry["projects"] == of_type
        countries = {entry["country"]: entry["projects"] for entry in found["by_country"]}
        assert countries.pop(HOSTILE) == 1
        for country, projects in countries.items():
            assert projects == matched(counted, "/projects", country=country)
        for part in ("by_status", "by_type", "by_country"):
            numbers = [entry["projects"] for entry in found[part]]
            assert numbers == sorted(numbers, reverse=True)
            assert sum(numbers) == 5

    def test_reports_are_those_of_the_list(self, counted: World) -> None:
        found, path = figures(counted)["reports"], f"/projects/{FOREST}/monitoring"
        assert found["total"] == matched(counted, path) == 2
        assert {entry["status"] for entry in found["by_status"]} == {"verified", "rejected"}
        for entry in found["by_status"]:
            assert entry["reports"] == matched(counted, path, status=entry["status"])

    def test_units_are_those_of_the_list_and_of_the_supply(self, counted: World) -> None:
        (found,) = figures(counted)["units"]
        (supply,) = counted.get("/statistics/supply").json()["supply"]
        assert supply.items() <= found.items()
        kind = found["unit_type"]
        for status in ("held", "buffer", "retired"):
            assert found[f"{status}_kg"] == kilograms(counted, unit_type=kind, status=status) > 0
        assert {entry["vintage"] for entry in found["by_vintage"]} == {2025}
        for entry in found["by_vintage"]:
            assert entry["quantity_kg"] == kilograms(counted, vintage=entry["vintage"])
        year = int(figures(counted)["ogcr:index"]["block_time"][:4])
        retired = kilograms(counted, retired="true")
        assert found["retired_by_year"] == [{"year": year, "quantity_kg": retired}]

    def test_the_last_months_are_told(self, counted: World) -> None:
        found = figures(counted)
        now = found["ogcr:index"]["block_time"][:7]
        registered = found["projects"]["registered_by_month"]
        issued = found["units"][0]["issued_by_month"]
        assert [entry["month"] for entry in registered] == [entry["month"] for entry in issued]
        parts = [entry["month"].split("-") for entry in registered]
        numbers = [12 * int(year) + int(month) for year, month in parts]
        assert numbers == list(range(numbers[-1] - 23, numbers[-1] + 1))
        assert registered[-1] == {"month": now, "projects": 5}
        assert issued[-1] == {"month": now, "quantity_kg": found["units"][0]["issued_kg"]}
        assert sum(entry["projects"] for entry in registered) == 5

    def test_are_those_of_the_past(self, counted: World, before: dict[str, Any]) -> None:
        block = before["ogcr:index"]["block_number"]
        past, now = figures(counted, as_of=block), figures(counted)
        for part in ("projects", "reports", "units"):
            assert past[part] == before[part]
        assert past["ogcr:index"]["block_number"] == block < now["ogcr:index"]["block_number"]
        assert now["projects"]["total"] == past["projects"]["total"] + 1
        refused = counted.get(FIGURES, as_of=10_000_000)
        assert refused.status_code == 400
        assert refused.json()["details"][0]["field"] == "as_of"

    def test_are_none_given_an_empty_registry(
        self, counted: World, empty: tuple[dict[str, Any], str]
    ) -> None:
        newest, text = empty
        for found in (newest, figures(counted, as_of=1)):
            assert found["projects"]["total"] == found["reports"]["total"] == 0
            assert found["projects"]["by_country"] == found["reports"]["by_status"] == []
            registered = found["projects"]["registered_by_month"]
            assert [entry["projects"] for entry in registered] == [0] * 24
            assert found["units"] == []
        assert "<h2>Projects: 0</h2>" in text

    def test_are_not_sent_again(self, counted: World) -> None:
        tag = counted.get(FIGURES).headers["etag"]
        again = counted.client.get(FIGURES, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


class TestPage:
    """
    for browsers                          every number as text, and the block they are of
    whatever somebody anchored            it is shown as text, and nothing is fetched or run
    where pages are linked                landing and validation lead to it, and it to them
    when neither page nor JSON is taken   406, naming both
    """

    def test_has_every_number(self, counted: World) -> None:
        shown, found = page(counted), figures(counted)
        assert shown.headers["content-type"].startswith("text/html")
        assert "Accept" in shown.headers["vary"]
        for name in ("OGCR-Block-Number", "OGCR-Finality"):
            assert shown.headers[name] == counted.get(FIGURES).headers[name]
        (units,) = found["units"]
        assert f"{units['retired_kg']:,} kg CO2e" in shown.text
        for entry in (*found["projects"]["by_country"], *found["projects"]["by_type"]):
            assert f"<td>{entry['projects']:,}<svg" in shown.text
        assert shown.text.count('<th scope="row">') == shown.text.count("<svg") > 60
        block = found["ogcr:index"]["block_number"]
        assert f"At block {block:,} (" in shown.text
        assert HOSTILE not in page(counted, as_of=1).text

    def test_runs_and_fetches_nothing(self, counted: World) -> None:
        shown = page(counted)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text
        assert "<script" not in shown.text
        assert not {"http:", "https:", "src="} & set(shown.text.replace('"', " ").split())
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert bars("<b>", [("<i>", 0)], "<u>").count("<") == bars("b", [("i", 0)], "u").count("<")

    def test_is_linked(self, counted: World) -> None:
        (link,) = (one for one in counted.get("/").json()["links"] if one["href"].endswith(FIGURES))
        assert link["title"] == "The registry in figures"
        page_of = {"Accept": "text/html"}
        assert FIGURES in counted.client.get("/", headers=page_of).text
        validation = counted.client.get("/statistics/validation", headers=page_of).text
        assert '<a href="registry">' in validation
        assert '<a href="validation">' in page(counted).text

    def test_is_refused_when_neither_is_taken(self, counted: World) -> None:
        refused = counted.client.get(FIGURES, headers={"Accept": "text/turtle"})
        assert (refused.status_code, refused.json()["code"]) == (406, "NOT_ACCEPTABLE")
        assert "application/json, text/html" in refused.json()["message"]
        linked = counted.client.get(FIGURES, headers={"Accept": "*/*"})
        assert linked.headers["content-type"] == "application/json"

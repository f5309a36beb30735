"""Validation: the dry run says what handing in would say, and every check is counted (OGCR 4.4)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, func, select

from api.tables import Task
from indexer.models import Footprint

from . import documents
from .people import DEVELOPER
from .world import World


def checked(world: World, document: Any) -> dict[str, Any]:
    answer = world.post("/validate", document)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(detail["field"], detail["code"]) for detail in found["details"]}


def faulty(name: str = "Harz 2") -> dict[str, Any]:
    """A PDD with a bad id, no name, and a methodology that nobody registered."""
    document = documents.forest(name)
    del document["properties"]["name"]
    document["properties"]["methodology"]["version"] = "9.0.0"
    return document


class TestDryRun:
    """
    given a document that would be accepted     it is valid, with its hash and quality
    when it has faults                          all are listed, those of schema and registry alike
    when its ground is taken                    the other project and the overlap are named
    when its project is unknown                 it says so beside the other faults
    when its profile is unknown                 it names those there are
    whatever the document                       nothing of it is kept
    """

    def test_is_valid_given_it_would_be_accepted(self, world: World) -> None:
        found = checked(world, documents.forest())
        assert (found["valid"], found["kind"], found["details"]) == (True, "pdd", [])
        accepted = world.post("/projects", documents.forest()).json()
        assert found["content_hash"] in accepted["documents"]
        assert found["quality"]["score"] == 100

    def test_lists_every_fault(self, world: World) -> None:
        found = checked(world, faulty())
        assert not found["valid"]
        assert codes(found) == codes(world.post("/projects", faulty()).json())
        assert ("/properties/methodology", "METHODOLOGY_UNKNOWN") in codes(found)
        assert len(found["details"]) == 3
        assert found["content_hash"] is None

    def test_names_who_holds_the_ground(self, world: World) -> None:
        world.register(documents.forest())
        found = checked(world, documents.forest("harz-neighbour", east=0.005))
        (detail,) = found["details"]
        assert (detail["code"], detail["project_id"]) == ("GEOMETRY_OVERLAP", "harz-mixed-forest")
        assert detail["overlap_m2"] > 0

    def test_takes_the_next_version_of_an_open_project(self, world: World) -> None:
        world.register(documents.forest())
        changed = documents.forest(description="Planted by hand")
        assert checked(world, changed)["valid"]
        assert codes(checked(world, documents.forest())) == {("", "UNCHANGED_DOCUMENT")}

    def test_judges_a_report_beside_its_project(self, world: World) -> None:
        forest, report = documents.forest(), documents.report()
        assert codes(checked(world, report)) == {("/properties/project_id", "PROJECT_UNKNOWN")}
        world.register(forest)
        found = checked(world, report)
        assert codes(found) == {("/properties/project_id", "PROJECT_NOT_VALIDATED")}
        world.validate(forest)
        assert checked(world, report)["valid"]
        report["properties"]["net_removal_estimate"]["value"] = 90_000
        indicators = checked(world, report)["quality"]["indicators"]
        reasons = {reason["code"] for one in indicators for reason in one["reasons"]}
        assert {"IMPLAUSIBLE_FOR_AREA", "ABOVE_EXPECTATION", "ESTIMATE_OUTSIDE_INTERVAL"} <= reasons

    @pytest.mark.parametrize("document", [{"profile": "plan"}, [], 7, {"type": "Feature"}])
    def test_names_the_profiles_when_there_is_none(self, world: World, document: Any) -> None:
        found = checked(world, document)
        assert (found["kind"], codes(found)) == (None, {("/profile", "KIND_UNKNOWN")})

    def test_keeps_nothing(self, world: World) -> None:
        before = list(world.settings.documents.rglob("*"))
        for document in (documents.forest(), faulty(), documents.report()):
            checked(world, document)
        assert list(world.settings.documents.rglob("*")) == before
        with Session(world.app.state.registry.engine) as session:
            of_pdds = select(func.count()).select_from(Footprint).where(Footprint.kind == "pdd")
            assert session.exec(of_pdds).one() == 0
            assert session.exec(select(func.count()).select_from(Task)).one() == 0


class TestRecord:
    """
    every check is listed with what it found and whose it was
    when a later version was accepted   the check is resolved
    given U+0000 in a document          the check is kept all the same
    filters: status, kind, submitter, document, code
    """

    def test_lists_every_check(self, world: World) -> None:
        sender = world.address(DEVELOPER)
        world.post("/projects", faulty("harz-mixed-forest"), sender=sender)
        checked(world, documents.report())
        newest, first = world.get("/validations").json()["validations"]
        if newest["kind"] == "pdd":
            newest, first = first, newest
        assert (first["status"], first["submitter"]) == ("open", sender)
        assert first["document_id"] == "harz-mixed-forest"
        assert not first["dry_run"]
        assert ("/properties/name", "REQUIRED_MEMBER_MISSING") in codes(first)
        assert (newest["kind"], newest["dry_run"]) == ("mrv", True)

    def test_is_resolved_when_a_later_version_was_accepted(self, each_world: World) -> None:
        world = each_world
        world.post("/projects", faulty("harz-mixed-forest"))
        assert world.get("/validations", status="open").json()["numberMatched"] == 1
        checked(world, documents.forest())
        assert world.get("/validations", status="resolved").json()["numberMatched"] == 0
        world.post("/projects", documents.forest())
        assert world.get("/validations", status="open").json()["numberMatched"] == 0
        (entry,) = world.get("/validations", status="resolved").json()["validations"]
        assert entry["status"] == "resolved"
        assert world.get("/validations", status="accepted").json()["numberMatched"] == 2

    def test_is_kept_whatever_the_document_holds(self, each_world: World) -> None:
        # PostgreSQL keeps no U+0000, and messages repeat names and values.
        odd = documents.forest(methodology={"id": "a\x00b", "version": "1.0"})
        odd["properties"]["c\x00d"] = 1
        answer = each_world.post("/validate", odd)
        assert answer.status_code == 200, answer.text
        found = each_world.get("/statistics/validation").json()["by_code"]
        assert {one["code"] for one in found} >= {"UNKNOWN_MEMBER", "METHODOLOGY_UNKNOWN"}

    def test_is_filtered(self, world: World) -> None:
        world.post("/projects", faulty("harz-mixed-forest"))
        checked(world, documents.report())

        def matched(**filters: Any) -> int:
            number: int = world.get("/validations", **filters).json()["numberMatched"]
            return number

        assert matched() == 2
        assert matched(kind="mrv") == matched(code="METHODOLOGY_UNKNOWN") == 1
        assert matched(submitter="developer-harz-01") == 1
        assert matched(document="harz-mixed-forest") == 1
        assert matched(until="2000-01-01") == matched(code="NO_SUCH") == 0


class TestStatistics:
    """
    faults by code, field (without indices) and submitter; checks by day
    for browsers    a page with the same numbers
    """

    def test_counts(self, each_world: World) -> None:
        world = each_world
        crooked = documents.forest()
        crooked["links"] = [{"href": "no uri"}, {"href": "nor this"}]
        for document in (faulty("harz-mixed-forest"), crooked, documents.forest()):
            checked(world, document)
        found = world.get("/statistics/validation").json()
        assert (found["checks"], found["accepted"], found["refused"]) == (3, 1, 2)
        assert found["dry_runs"] == 3
        by_code = {one["code"]: one["faults"] for one in found["by_code"]}
        assert by_code["METHODOLOGY_UNKNOWN"] == 1
        by_field = {one["field"]: one["faults"] for one in found["by_field"]}
        assert by_field["/links/*/href"] == 2
        assert sum(by_code.values()) == sum(by_field.values())
        assert [one["submitter"] for one in found["by_submitter"]] == ["developer-harz-01"]
        assert [(one["checks"], one["accepted"]) for one in found["by_day"]] == [(3, 1)]
        empty = world.get("/statistics/validation", until="2000-01-01").json()
        assert (empty["checks"], empty["by_code"], empty["mean_score"]) == (0, [], None)

    def test_is_a_page_for_browsers(self, world: World) -> None:
        checked(world, faulty("harz-mixed-forest"))
        page = world.client.get("/statistics/validation", headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert "METHODOLOGY_UNKNOWN" in page.text
        assert "<script" not in page.text

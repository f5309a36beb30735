"""`DELETE` of projects and reports: archived or withdrawn by whoever may, and read as before."""

from __future__ import annotations

from typing import Any

from httpx import Response

from . import documents
from .people import DEVELOPER, OPERATOR, OTHER_DEVELOPER
from .world import World

PROJECT = "/projects/harz-mixed-forest"
REPORT = f"{PROJECT}/monitoring/harz-mixed-forest-2025"
WHY = {"reason": "The site was sold; monitoring has ended."}


def codes(answer: Response) -> dict[str, str]:
    return {entry["field"]: entry["code"] for entry in answer.json()["details"]}


def ended(world: World, path: str, who: int = DEVELOPER, **parameters: Any) -> Response:
    shown = {"Authorization": f"Bearer {world.api_key(who)}"}
    return world.client.delete(path, params={**WHY, **parameters}, headers=shown)


class TestEnd:
    """
    when a project is validated        its developer or an operator archives it, nobody else
    when a report is not decided       it is withdrawn, and its period is free again
    when it is verified                it is archived
    given another status               it conflicts, and says which
    when the reason is missing         it says so; when it is too long, by how much
    afterwards                         both are read as before
    """

    def test_reports_and_projects_are_put_away_and_stay_to_be_read(self, world: World) -> None:
        pdd, mrv = documents.forest(), documents.report()
        world.register(pdd)
        early = ended(world, PROJECT)
        assert (early.status_code, codes(early)) == (409, {"": "STATUS_FORBIDS"})
        assert "is submitted" in early.json()["message"]
        world.validate(pdd)

        world.done(DEVELOPER, world.post(f"{PROJECT}/monitoring", mrv))
        task = world.done(DEVELOPER, ended(world, REPORT))
        assert task["kind"] == "report_withdrawal"
        assert world.get(REPORT).json()["properties"]["ogcr:finality"] == "latest"
        assert world.get(REPORT).json()["ogcr:record"]["status"] == "withdrawn"
        again = ended(world, REPORT)
        assert (again.status_code, codes(again)) == (409, {"": "STATUS_FORBIDS"})

        other = documents.report(name="in-its-place")
        world.report(other)
        world.verify(other)
        place = f"{PROJECT}/monitoring/in-its-place"
        task = world.done(OPERATOR, ended(world, place, OPERATOR))
        assert task["kind"] == "report_archival"
        assert world.get(place).json()["ogcr:record"]["status"] == "archived"

        refused = ended(world, PROJECT, OTHER_DEVELOPER)
        assert refused.status_code == 403
        answer = ended(world, PROJECT, sender=world.address(DEVELOPER))
        assert answer.json()["to_sign"]["function"] == "archiveProject"
        assert world.done(DEVELOPER, answer)["kind"] == "project_archival"
        found = world.get(PROJECT).json()
        assert found["properties"]["status"] == "archived"
        assert [one["id"] for one in found["ogcr:record"]["reports"]] != []
        assert "is archived" in ended(world, PROJECT).json()["message"]

    def test_a_reason_is_asked_for(self, world: World) -> None:
        pdd = documents.forest()
        world.register(pdd)
        world.validate(pdd)
        shown = {"Authorization": f"Bearer {world.api_key(DEVELOPER)}"}
        missing = world.client.delete(PROJECT, headers=shown)
        assert (missing.status_code, codes(missing)) == (400, {"reason": "INVALID_PARAMETER"})
        long = ended(world, PROJECT, reason="ä" * 251)
        assert (long.status_code, codes(long)) == (422, {"reason": "TEXT_TOO_LONG"})
        assert ended(world, "/projects/nowhere").status_code == 404
        assert ended(world, f"{PROJECT}/monitoring/none").status_code == 404

"""`POST` and `PUT /projects`: what is checked, what is to be signed, what stands in the way."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response

from api.tables import Submission
from schemas import content_hash, document_id, validate

from . import documents
from .people import DEVELOPER, OPERATOR, OTHER_DEVELOPER, VALIDATOR
from .world import World


def codes(answer: Response) -> dict[str, str]:
    """The fields of a problem with the code found at each."""
    return {entry["field"]: entry["code"] for entry in answer.json()["details"]}


class TestRegisterProject:
    """
    when the PDD has no fault                       it answers 202, a task, and what to sign
    when the same PDD comes again                   it gives the same task
    when the transaction comes with the document    the task is under way at once
    when the author gives no id                     the registry names it by its content
    when the PDD has faults                         all are listed, business rules among them
    when the methodology is unknown or inactive     it says so
    when the project type is not permitted          it says so
    when the id is taken                            it conflicts, and points to PUT
    when a day is beyond what the chain can keep    it says so
    when the developer lacks the role               the simulation's custom error comes back
    """

    def test_it_tells_what_to_sign_when_the_pdd_has_no_fault(self, world: World) -> None:
        pdd = documents.forest()
        answer = world.post("/projects", pdd)
        assert answer.status_code == 202
        task = answer.json()
        assert answer.headers["location"] == f"/tasks/{task['id']}"
        assert task["state"] == "awaiting_signature"
        assert task["documents"] == [content_hash(pdd)]
        to_sign = task["to_sign"]
        assert to_sign["to"] == world.registry.address("ProjectRegistry").lower()
        call = world.registry.abi.decode_call("ProjectRegistry", to_sign["data"])
        assert call.function == to_sign["function"] == "registerProject"
        assert call.arguments["pdd"]["pddHash"] == content_hash(pdd).replace("sha256:", "0x")
        assert to_sign["arguments"]["pdd"] == call.arguments["pdd"]
        assert call.arguments["pdd"]["startDay"] == 20148
        assert call.arguments["pdd"]["endDay"] == 31104
        assert world.get("/projects").json()["numberMatched"] == 0

    def test_it_gives_the_same_task_when_the_same_pdd_comes_again(self, world: World) -> None:
        pdd = documents.forest()
        first = world.post("/projects", pdd).json()["id"]
        assert world.post("/projects", pdd).json()["id"] == first
        world.register(pdd)
        again = world.post("/projects", pdd)
        assert (again.status_code, again.json()["id"]) == (202, first)
        assert again.json()["state"] == "indexed"

    def test_it_is_under_way_when_the_signature_comes_along(self, world: World) -> None:
        pdd = documents.forest()
        task = world.post("/projects", pdd).json()
        raw = world.signed(DEVELOPER, task["to_sign"])
        answer = world.post("/projects", {"document": pdd, "signed_transaction": raw})
        assert answer.status_code == 202
        assert answer.json()["state"] == "broadcast"
        world.mine()
        world.task(task["id"], "indexed")

    def test_the_registry_names_it_when_its_author_does_not(self, world: World) -> None:
        pdd = documents.forest()
        del pdd["id"]
        del pdd["properties"]["creation_date"]
        task = world.done(DEVELOPER, world.post("/projects", pdd))
        name = document_id(pdd)
        assert task["resource"] == f"/projects/{name}"
        project = world.project(name)
        assert (project["id"], content_hash(project)) == (name, content_hash(pdd))
        assert "creation_date" in project["properties"]
        assert validate("pdd", project) == []
        second = pdd | {"id": name, "links": []}
        world.done(DEVELOPER, world.put(f"/projects/{name}", second))
        assert world.project(name)["properties"]["ogcr:version"] == 2

    def test_it_lists_every_fault_when_there_are_several(self, world: World) -> None:
        pdd = documents.forest("Harz 2")
        del pdd["properties"]["name"]
        pdd["properties"]["methodology"]["version"] = "9.9"
        answer = world.post("/projects", pdd)
        assert answer.status_code == 422
        assert answer.json()["code"] == "VALIDATION_ERROR"
        assert codes(answer) == {
            "/id": "WRONG_FORM",
            "/properties/name": "REQUIRED_MEMBER_MISSING",
            "/properties/methodology": "METHODOLOGY_UNKNOWN",
        }

    def test_it_refuses_when_the_methodology_is_not_active(self, world: World) -> None:
        key = world.get("/methodologies/OGCR-REF-01").json()["key"]
        world.relay(OPERATOR, "MethodologyRegistry", "deprecateMethodology", key)
        answer = world.post("/projects", documents.forest())
        assert codes(answer) == {"/properties/methodology": "METHODOLOGY_NOT_ACTIVE"}

    def test_it_refuses_when_the_type_is_not_permitted(self, world: World) -> None:
        answer = world.post("/projects", documents.forest(project_type="blue_carbon"))
        assert codes(answer) == {"/properties/project_type": "METHODOLOGY_NOT_PERMITTED"}

    def test_it_conflicts_when_the_id_is_taken(self, world: World) -> None:
        world.register(documents.forest())
        answer = world.post("/projects", documents.forest(east=1.0))
        assert answer.status_code == 409
        assert codes(answer) == {"/id": "PROJECT_EXISTS"}
        assert "PUT /projects/harz-mixed-forest" in answer.json()["message"]

    def test_it_refuses_when_a_day_is_out_of_range(self, world: World) -> None:
        duration = {"start": "1969-12-31", "end": "2149-06-07"}
        answer = world.post("/projects", documents.forest(project_duration=duration))
        assert codes(answer) == {
            "/properties/project_duration/start": "DAY_OUT_OF_RANGE",
            "/properties/project_duration/end": "DAY_OUT_OF_RANGE",
        }

    def test_it_says_what_the_contract_says_when_the_role_is_missing(self, world: World) -> None:
        answer = world.post("/projects", documents.forest(), sender=world.address(OPERATOR))
        assert answer.status_code == 403
        assert answer.json()["code"] == "INSUFFICIENT_PERMISSIONS"
        detail = answer.json()["details"][0]
        assert detail["code"] == "AccessManagedUnauthorized"
        assert detail["arguments"] == {"caller": world.address(OPERATOR)}

    def test_it_fills_in_the_wallets_fields_when_the_sender_is_known(self, world: World) -> None:
        sender = world.address(DEVELOPER)
        to_sign = world.post("/projects", documents.forest(), sender=sender).json()["to_sign"]
        assert (to_sign["from"], to_sign["chainId"]) == (sender, "0x7a69")
        names = ("nonce", "gas", "maxFeePerGas", "maxPriorityFeePerGas")
        fields = {name: int(to_sign[name], 16) for name in names}
        raw = world.signed(DEVELOPER, to_sign, **fields)
        assert world.post("/projects", {"document": documents.forest(), "signed_transaction": raw})


class TestGround:
    """
    given a project on the same ground             it conflicts: id, m² and polygon of the overlap
    given an accepted submission not yet signed    it conflicts as well, until its time is over
    given a rejected project on the same ground    it is accepted
    given a neighbour that only touches            it is accepted
    given a draft on the same ground               it is accepted, as a draft claims nothing
    given another facility of the same id          it conflicts
    when it is a new version of the same project   it does not conflict with itself
    when two overlapping ones come at once         one of them wins
    """

    def test_it_conflicts_given_a_project_on_the_same_ground(self, world: World) -> None:
        world.register(documents.forest())
        answer = world.post("/projects", documents.forest("harz-neighbour", east=0.005))
        assert answer.status_code == 409
        detail = answer.json()["details"][0]
        assert (detail["field"], detail["code"]) == ("/geometry", "GEOMETRY_OVERLAP")
        assert detail["project_id"] == "harz-mixed-forest"
        assert detail["overlap_m2"] == pytest.approx(567_589, rel=0.01)
        assert detail["overlap"]["type"] == "Polygon"

    def test_it_conflicts_given_a_submission_until_its_time_is_over(self, world: World) -> None:
        first = world.post("/projects", documents.forest()).json()
        rival = documents.forest("harz-rival", east=0.005)
        answer = world.post("/projects", rival)
        assert answer.status_code == 409
        assert "not yet on chain" in answer.json()["message"]
        _expire(world, first["id"])
        assert world.post("/projects", rival).status_code == 202
        raw = world.signed(DEVELOPER, first["to_sign"])
        late = world.post(f"/tasks/{first['id']}", {"signed_transaction": raw})
        assert late.status_code == 409
        assert late.json()["details"][0]["project_id"] == "harz-rival"

    def test_it_conflicts_for_good_given_a_signed_submission(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        with world.app.state.registry.transaction() as session:
            held = session.get(Submission, task["id"])
            assert held.expires_at > time.time() + 10 * world.settings.submission_seconds
        assert world.post("/projects", documents.forest("rival", east=0.005)).status_code == 409

    def test_it_is_accepted_given_a_rejected_project(self, world: World) -> None:
        pdd = documents.forest()
        world.register(pdd)
        _reject(world, pdd)
        assert world.post("/projects", documents.forest("harz-2")).status_code == 202

    def test_it_is_accepted_given_a_neighbour_that_touches(self, world: World) -> None:
        west, east = _square("west", 10.0), _square("east", 10.01)
        world.register(west)
        assert world.post("/projects", east).status_code == 202

    def test_it_is_accepted_given_a_draft_on_the_same_ground(self, world: World) -> None:
        world.done(DEVELOPER, world.post("/projects", documents.forest(), draft="true"))
        assert world.project("harz-mixed-forest")["properties"]["status"] == "draft"
        assert world.post("/projects", documents.forest("harz-2")).status_code == 202

    def test_it_conflicts_given_the_same_facility(self, world: World) -> None:
        air = documents.example("methodology.air-capture")
        world.add_methodology(air)
        reference = {"id": air["id"], "version": air["version"]}
        world.register(documents.factory("iceland-1", "IS-1", reference))
        answer = world.post("/projects", documents.factory("iceland-2", "IS-1", reference))
        assert answer.status_code == 409
        assert codes(answer) == {"/properties/facility_id": "FACILITY_TAKEN"}
        other = documents.factory("iceland-2", "IS-2", reference)
        assert world.post("/projects", other).status_code == 202

    def test_one_wins_when_two_come_at_once(self, each_world: World) -> None:
        rivals = [documents.forest(f"harz-{n}", east=n * 0.001) for n in range(6)]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda pdd: each_world.post("/projects", pdd), rivals))
        assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409, 409]

    def test_both_win_when_the_same_one_comes_at_once(self, each_world: World) -> None:
        pdd = documents.forest()
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: each_world.post("/projects", pdd), range(6)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1


class TestChangeProject:
    """
    given a draft                      a new version stays a draft; with draft=false it is submitted
    given an unchanged draft           it is submitted as it is
    given a submitted project          it is a new version
    given a project under review       it conflicts
    given a rejected project           it is resubmitted, or with draft=true a draft again
    given a validated project          only metadata can change
    given an unknown project           it is not found
    when the document has another id   it says which one it must have
    when nothing changed               it conflicts
    """

    def test_it_stays_a_draft_until_it_is_told_otherwise(self, world: World) -> None:
        world.done(DEVELOPER, world.post("/projects", documents.forest(), draft="true"))
        second = documents.forest(description="Second version.")
        world.done(DEVELOPER, world.put("/projects/harz-mixed-forest", second))
        assert _status(world) == ("draft", 2)
        world.done(DEVELOPER, world.put("/projects/harz-mixed-forest", second, draft="false"))
        assert _status(world) == ("submitted", 2)

    def test_it_is_submitted_with_a_new_version_when_wanted(self, world: World) -> None:
        world.done(DEVELOPER, world.post("/projects", documents.forest(), draft="true"))
        second = documents.forest(description="Second version.")
        world.done(DEVELOPER, world.put("/projects/harz-mixed-forest", second, draft="false"))
        assert _status(world) == ("submitted", 2)

    def test_it_is_a_new_version_given_a_submitted_project(self, world: World) -> None:
        world.register(documents.forest())
        second = documents.forest(east=0.002)
        world.done(DEVELOPER, world.put("/projects/harz-mixed-forest", second))
        assert _status(world) == ("submitted", 2)
        record = world.project("harz-mixed-forest")["ogcr:record"]
        assert [v["version"] for v in record["versions"]] == [1, 2]
        assert record["versions"][0]["content_hash"] == content_hash(documents.forest())
        assert record["conflicts"] == []

    def test_it_conflicts_given_a_review(self, world: World) -> None:
        pdd = documents.forest()
        world.register(pdd)
        world.review(pdd)
        answer = world.put("/projects/harz-mixed-forest", documents.forest(description="New."))
        assert answer.status_code == 409

    @pytest.mark.parametrize(("draft", "status"), [({}, "submitted"), ({"draft": "true"}, "draft")])
    def test_it_comes_back_given_a_rejection(
        self, world: World, draft: dict[str, str], status: str
    ) -> None:
        pdd = documents.forest()
        world.register(pdd)
        _reject(world, pdd)
        assert world.put("/projects/harz-mixed-forest", pdd).status_code == 409
        second = documents.forest(description="With an inventory.")
        world.done(DEVELOPER, world.put("/projects/harz-mixed-forest", second, **draft))
        assert _status(world) == (status, 2)

    def test_only_metadata_changes_given_a_validated_project(self, world: World) -> None:
        pdd = documents.forest()
        world.register(pdd)
        early = world.put("/projects/harz-mixed-forest", documents.metadata(pdd["id"]))
        assert early.status_code == 409
        world.validate(pdd)
        assert world.put("/projects/harz-mixed-forest", documents.forest(east=1)).status_code == 409
        contact = documents.metadata(pdd["id"], contact="developer-harz-07")
        world.done(DEVELOPER, world.put("/projects/harz-mixed-forest", contact))
        project = world.project("harz-mixed-forest")
        assert project["ogcr:record"]["metadata"]["document"] == contact
        assert content_hash(project) == content_hash(pdd)
        elsewhere = world.put("/projects/harz-mixed-forest", documents.metadata("another"))
        assert codes(elsewhere) == {"/project_id": "PROJECT_MISMATCH"}

    def test_it_is_not_found_given_an_unknown_project(self, world: World) -> None:
        assert world.put("/projects/nowhere", documents.forest()).status_code == 404

    def test_it_says_which_id_when_the_document_has_another(self, world: World) -> None:
        world.register(documents.forest())
        answer = world.put("/projects/harz-mixed-forest", documents.forest("other", east=1.0))
        assert codes(answer) == {"/id": "PROJECT_MISMATCH"}

    def test_it_conflicts_when_nothing_changed(self, world: World) -> None:
        world.register(documents.forest())
        answer = world.put("/projects/harz-mixed-forest", documents.forest())
        assert (answer.status_code, codes(answer)) == (409, {"": "UNCHANGED_DOCUMENT"})

    def test_the_contract_refuses_when_another_developer_signs(self, world: World) -> None:
        world.register(documents.forest())
        second = world.put("/projects/harz-mixed-forest", documents.forest(description="Mine."))
        answer = world.sign(OTHER_DEVELOPER, second)
        assert answer.status_code == 403
        assert "harz-mixed-forest" in answer.json()["message"]
        assert answer.json()["details"][0]["code"] == "ProjectRegistryNotDeveloper"


def _status(world: World) -> tuple[str, int]:
    properties = world.project("harz-mixed-forest")["properties"]
    return properties["status"], properties["ogcr:version"]


def _reject(world: World, pdd: dict[str, Any]) -> None:
    world.review(pdd)
    decision = documents.rejected(pdd, "No inventory.")
    key = world.project(pdd["id"])["ogcr:record"]["project_id"]
    hashes = (content_hash(pdd), content_hash(decision))
    arguments = (key, *hashes, "https://registry.example/d", "No inventory.")
    world.relay(VALIDATOR, "ProjectRegistry", "rejectProject", *arguments, along=[decision])


def _square(name: str, west: float) -> dict[str, Any]:
    pdd = documents.forest(name)
    east = round(west + 0.01, 7)
    ring = [[west, 50.0], [east, 50.0], [east, 50.01], [west, 50.01], [west, 50.0]]
    pdd["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    return pdd


def _expire(world: World, task_id: str) -> None:
    registry = world.app.state.registry
    with registry.transaction() as session:
        session.get(Submission, task_id).expires_at = int(time.time()) - 1

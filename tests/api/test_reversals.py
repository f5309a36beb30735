"""`/reversals`: what was released again, who makes up for it, and which retired units it hit."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from indexer.identity import UnitId, project_id, reversal_id

from . import documents
from .people import BUYER, DEVELOPER, OPERATOR, STRANGER
from .world import World

EVIDENCE = "0x" + "e1" * 32


def codes(answer: Response) -> dict[str, str]:
    """The fields of a problem with the code found at each."""
    return {entry["field"]: entry["code"] for entry in answer.json()["details"]}


class Burnt:
    """A forest of which 850 t were issued to the developer and 150 t to the buffer; 100 t are
    retired, 200 t are reversed, so that 50 t are owed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pdd, self.mrv = documents.forest(), documents.report()
        self.project, self.report = project_id(self.pdd["id"]), world.report_id(self.mrv)
        self.retired, self.held = self.part(750_000, 100_000), self.part(0, 750_000)
        self.buffer = self.part(850_000, 150_000)
        retirement = (1, "0x" + "0" * 64, "2025", 0, 0)
        whole = self.part(0, 850_000)
        world.direct(DEVELOPER, "CRU", "retire", whole.token_id, 100_000, retirement)
        self.id = reversal_id(self.report, EVIDENCE)
        self.path = f"/reversals/{self.id}"

    def part(self, first_kg: int, quantity_kg: int) -> UnitId:
        """A block of the report's vintage."""
        return UnitId(self.report, 2025, first_kg, quantity_kg)

    def record(self) -> dict[str, Any]:
        """Let the operator record the reversal, without the API knowing the evidence."""
        buffer = [(self.buffer.token_id, 150_000)]
        arguments = (self.report, 199_500, False, EVIDENCE, "ipfs://evidence", buffer, [])
        return self.world.relay(OPERATOR, "ReversalRegistry", "recordReversal", *arguments)

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self.world.get(self.path).json()
        return found


@pytest.fixture
def burnt(issued: World) -> Burnt:
    return Burnt(issued)


@pytest.fixture
def recorded(burnt: Burnt) -> Burnt:
    burnt.record()
    return burnt


class TestReadReversals:
    """
    given it is recorded      it says what is due, what covered it and what is owed
    ...                       its project, its report and its units say so too
    when it is filtered       by project, report, status, liable account and avoidability
    when there is none        it is not found
    """

    def test_says_what_is_due_covered_and_owed(self, recorded: Burnt) -> None:
        found = recorded.read()
        amounts = {name: found[name] for name in found if name.endswith("_kg") or name == "kg"}
        assert amounts == {
            "kg": 199_500,
            "due_kg": 200_000,
            "covered_kg": 150_000,
            "outstanding_kg": 50_000,
            "impaired_kg": 0,
        }
        assert (found["status"], found["avoidable"]) == ("outstanding", False)
        assert found["evidence_hash"] == "sha256:" + "e1" * 32
        assert found["liable"] == recorded.world.address(DEVELOPER)
        assert found["recorded_by"] == recorded.world.address(OPERATOR)
        assert (found["project_id"], found["report_id"]) == (
            recorded.pdd["id"],
            recorded.mrv["id"],
        )
        (cover,) = found["coverage"]
        assert (cover["source"], cover["kg"]) == ("buffer", 150_000)
        assert cover["token_id"] == str(recorded.buffer.token_id)
        assert found["units_hit"] == []

    def test_shows_it_on_its_project_and_report(self, recorded: Burnt) -> None:
        project = recorded.world.project(recorded.pdd["id"])["ogcr:record"]
        path = f"/projects/{recorded.pdd['id']}/monitoring/{recorded.mrv['id']}"
        report = recorded.world.get(path).json()["ogcr:record"]
        for record in (project, report):
            (shown,) = record["reversals"]
            assert shown["id"] == recorded.id
            assert shown["outstanding_kg"] == 50_000
        assert project["deficit_kg"] == 50_000

    def test_is_found_by_each_filter(self, recorded: Burnt) -> None:
        world, liable = recorded.world, recorded.world.address(DEVELOPER)
        for filters in (
            {},
            {"project": recorded.pdd["id"]},
            {"project": recorded.project, "report": recorded.mrv["id"]},
            {"report": recorded.report},
            {"status": "outstanding"},
            {"liable": liable.upper().replace("X", "x")},
            {"avoidable": "false"},
            {"sort": "-due_kg,id"},
        ):
            answer = world.get("/reversals", **filters).json()
            assert (answer["numberMatched"], len(answer["reversals"])) == (1, 1), filters
        for filters in (
            {"project": "another"},
            {"report": "another"},
            {"status": "covered"},
            {"liable": world.address(BUYER)},
            {"avoidable": "true"},
        ):
            assert world.get("/reversals", **filters).json()["numberMatched"] == 0, filters
        assert world.get("/reversals", sort="kg").status_code == 400

    def test_answers_as_of_a_block(self, burnt: Burnt) -> None:
        before = burnt.world.get("/health").json()["index"]["block_number"]
        burnt.record()
        assert burnt.world.get(burnt.path, as_of=before).status_code == 404
        assert burnt.world.get("/reversals", as_of=before).json()["numberMatched"] == 0

    @pytest.mark.parametrize("name", ["0x" + "0" * 64, "nothing", "1"])
    def test_is_not_found_when_there_is_none(self, issued: World, name: str) -> None:
        assert issued.get(f"/reversals/{name}").status_code == 404
        body = {"units": [{"unit": "1"}]}
        assert issued.post(f"/reversals/{name}/compensate", body).status_code == 404


class TestImpairment:
    """
    given a retired unit was hit       it says so, and stays retired
    given the reversal was covered     it is compensated when somebody says so
    """

    def test_says_what_hit_a_retired_unit(self, recorded: Burnt) -> None:
        world, token = recorded.world, recorded.retired
        marks = [(token.token_id, 40_000)]
        world.relay(OPERATOR, "ReversalRegistry", "markImpaired", recorded.id, marks)
        properties = world.get(f"/credits/{token.hex}").json()["properties"]
        assert properties["status"] == "retired"
        integrity = properties["ogcr:integrity"]
        assert (integrity["status"], integrity["hit_kg"]) == ("impaired", 40_000)
        assert integrity["marks"][0]["reversal_id"] == recorded.id
        assert recorded.read()["impaired_kg"] == 40_000
        assert (
            "ogcr:integrity" not in world.get(f"/credits/{recorded.held.hex}").json()["properties"]
        )

        units = [{"unit": recorded.held.hex, "quantity_kg": 50_000}]
        world.done(DEVELOPER, world.post(f"{recorded.path}/compensate", {"units": units}))
        tokens = [token.token_id]
        world.relay(STRANGER, "ReversalRegistry", "markCompensated", recorded.id, tokens)
        integrity = world.get(f"/credits/{token.hex}").json()["properties"]["ogcr:integrity"]
        assert (integrity["status"], integrity["compensated_kg"]) == ("compensated", 40_000)
        (hit,) = recorded.read()["units_hit"]
        assert (hit["integrity"], hit["compensated_by"]) == (
            "compensated",
            world.address(STRANGER),
        )


class TestCompensate:
    """
    when a holder cancels units               the reversal is covered and the deficit less
    when no amount is named                   the whole unit is meant
    when it is more than is owed              it conflicts
    when it is more than the unit             it says so
    when a unit is named twice                it says so
    when a unit is not held                   it conflicts
    when another than the holder signs        the contract refuses
    """

    def test_covers_the_reversal(self, recorded: Burnt) -> None:
        world = recorded.world
        units = [{"unit": recorded.held.hex, "quantity_kg": 50_000}]
        answer = world.post(f"{recorded.path}/compensate", {"units": units})
        assert answer.json()["to_sign"]["function"] == "compensate"
        task = world.done(DEVELOPER, answer)
        assert (task["kind"], task["resource"]) == ("reversal_compensation", recorded.path)
        found = recorded.read()
        assert (found["status"], found["outstanding_kg"]) == ("covered", 0)
        assert [one["source"] for one in found["coverage"]] == ["buffer", "compensation"]
        cancelled = recorded.part(700_000, 50_000)
        unit = world.get(f"/credits/{cancelled.hex}").json()["properties"]
        assert unit["status"] == "cancelled"
        assert world.project(recorded.pdd["id"])["ogcr:record"]["deficit_kg"] == 0
        assert world.get("/reversals", status="covered").json()["numberMatched"] == 1

    def test_means_the_whole_unit_when_no_amount_is_named(self, recorded: Burnt) -> None:
        world = recorded.world
        body = {"unit": recorded.held.hex, "quantities_kg": [740_000, 10_000]}
        world.done(DEVELOPER, world.post("/credits/split", body))
        small = recorded.part(740_000, 10_000)
        answer = world.post(f"{recorded.path}/compensate", {"units": [{"unit": small.hex}]})
        (portion,) = answer.json()["to_sign"]["arguments"]["portions"]
        assert portion == {"tokenId": str(small.token_id), "kg": 10_000}
        world.done(DEVELOPER, answer)
        assert recorded.read()["outstanding_kg"] == 40_000

    def test_conflicts_when_it_is_more_than_is_owed(self, recorded: Burnt) -> None:
        units = [{"unit": recorded.held.hex, "quantity_kg": 50_001}]
        answer = recorded.world.post(f"{recorded.path}/compensate", {"units": units})
        assert (answer.status_code, codes(answer)) == (409, {"/units": "EXCEEDS_OUTSTANDING"})

    def test_says_so_when_it_is_more_than_the_unit(self, recorded: Burnt) -> None:
        units = [{"unit": recorded.held.hex, "quantity_kg": 750_001}]
        answer = recorded.world.post(f"{recorded.path}/compensate", {"units": units})
        assert codes(answer)["/units/0/quantity_kg"] == "EXCEEDS_UNIT"

    def test_says_so_when_a_unit_is_named_twice(self, recorded: Burnt) -> None:
        units = [{"unit": recorded.held.hex, "quantity_kg": 1_000}] * 2
        answer = recorded.world.post(f"{recorded.path}/compensate", {"units": units})
        assert (answer.status_code, codes(answer)) == (422, {"/units": "REPEATED_UNIT"})

    def test_conflicts_when_a_unit_is_not_held(self, recorded: Burnt) -> None:
        units = [{"unit": recorded.retired.hex, "quantity_kg": 1_000}]
        answer = recorded.world.post(f"{recorded.path}/compensate", {"units": units})
        assert (answer.status_code, codes(answer)) == (409, {"/units/0": "UNIT_NOT_HELD"})

    def test_the_contract_refuses_when_another_signs(self, recorded: Burnt) -> None:
        units = [{"unit": recorded.held.hex, "quantity_kg": 1_000}]
        answer = recorded.world.post(f"{recorded.path}/compensate", {"units": units})
        refused = recorded.world.sign(STRANGER, answer)
        assert refused.status_code == 403
        assert refused.json()["details"][0]["code"] == "ReversalRegistryNotAuthorized"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "/units"),
            ({"units": []}, "/units"),
            ({"units": [{}]}, "/units/0/unit"),
            ({"units": [{"unit": "1", "quantity_kg": 0}]}, "/units/0/quantity_kg"),
            ({"units": [{"unit": "1", "kg": 1}]}, "/units/0/kg"),
        ],
    )
    def test_says_what_is_wrong_with_the_request(
        self, recorded: Burnt, body: dict[str, object], field: str
    ) -> None:
        answer = recorded.world.post(f"{recorded.path}/compensate", body)
        assert (answer.status_code, list(codes(answer))) == (422, [field])

"""`/projects/{projectId}/monitoring`: submission, its rules, and the verifier's decision."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from schemas import content_hash

from . import documents
from .people import DEVELOPER, OTHER_DEVELOPER, VERIFIER
from .world import World

PATH = "/projects/harz-mixed-forest/monitoring"


def codes(answer: Response) -> dict[str, str]:
    """The fields of a problem with the code found at each."""
    return {entry["field"]: entry["code"] for entry in answer.json()["details"]}


@pytest.fixture
def validated(world: World) -> World:
    """A world with one validated project."""
    pdd = documents.forest()
    world.register(pdd)
    world.validate(pdd)
    return world


class TestSubmitReport:
    """
    given a project that is not validated        it conflicts
    given an unknown project                     it is not found
    given an accepted report on the same days    it conflicts, naming that report
    given the report exists                      it conflicts; after a rejection it is resubmitted
    when the report has faults                   all are listed, business rules among them
    when project or methodology are others       it says so
    when the period leaves the project           it says so at each end
    when another than the developer signs        the contract refuses
    otherwise                                    it tells what to sign, by the document's own days
    """

    def test_it_tells_what_to_sign_when_nothing_is_wrong(self, validated: World) -> None:
        answer = validated.post(PATH, documents.report())
        assert answer.status_code == 202
        to_sign = answer.json()["to_sign"]
        call = validated.registry.abi.decode_call("MRVRegistry", to_sign["data"])
        assert (call.function, call.arguments["documentId"]) == (
            "submitReport",
            "harz-mixed-forest-2025",
        )
        submission = call.arguments["submission"]
        assert (submission["startDay"], submission["endDay"]) == (20148, 20453)

    def test_it_conflicts_given_a_project_that_is_not_validated(self, world: World) -> None:
        world.register(documents.forest())
        answer = world.post(PATH, documents.report())
        assert answer.status_code == 409
        assert codes(answer) == {"/properties/project_id": "PROJECT_NOT_VALIDATED"}

    def test_it_is_not_found_given_an_unknown_project(self, world: World) -> None:
        assert world.post("/projects/none/monitoring", documents.report()).status_code == 404

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2025-12-31", "2026-01-31"),
            ("2025-03-01", "2025-03-01"),
            ("2025-06-01", "2025-06-30"),
            ("2025-03-01", "2026-01-31"),
        ],
    )
    def test_it_conflicts_given_a_report_on_the_same_days(
        self, validated: World, start: str, end: str
    ) -> None:
        validated.report(documents.report())
        other = documents.report(name="second", start=start, end=end)
        answer = validated.post(PATH, other)
        assert answer.status_code == 409
        (detail,) = answer.json()["details"]
        assert (detail["code"], detail["report_id"]) == ("PERIOD_OVERLAP", "harz-mixed-forest-2025")
        assert "2025-03-01 to 2025-12-31" in detail["message"]

    def test_it_is_accepted_given_a_report_that_ended_the_day_before(
        self, validated: World
    ) -> None:
        validated.report(documents.report())
        other = documents.report(name="second", start="2026-01-01", end="2026-02-01")
        assert validated.post(PATH, other).status_code == 202

    def test_the_contract_names_the_report_when_the_index_is_behind(self, validated: World) -> None:
        second = validated.post(PATH, documents.report(name="second")).json()
        validated.report(documents.report())
        raw = validated.signed(DEVELOPER, second["to_sign"])
        answer = validated.post(f"/tasks/{second['id']}", {"signed_transaction": raw})
        assert answer.status_code == 409
        assert answer.json()["details"][0]["code"] == "MRVRegistryPeriodOverlap"
        assert "the report harz-mixed-forest-2025 " in answer.json()["message"]
        assert "2025-03-01 to 2025-12-31" in answer.json()["message"]

    def test_it_is_resubmitted_given_a_rejection(self, validated: World) -> None:
        mrv = documents.report()
        validated.report(mrv)
        assert codes(validated.post(PATH, mrv | {"links": []})) == {"/id": "REPORT_EXISTS"}
        path = f"{PATH}/{mrv['id']}"
        validated.done(VERIFIER, validated.post(f"{path}/verify", documents.rejected(mrv)))
        rejected = validated.get(path).json()
        assert rejected["properties"]["verification_status"] == "rejected"
        assert rejected["ogcr:record"]["reason"] == "The plots were not measured."
        assert content_hash(rejected) == content_hash(mrv)
        assert codes(validated.post(PATH, mrv)) == {"": "UNCHANGED_DOCUMENT"}
        second = documents.report(end="2025-11-30")
        answer = validated.post(PATH, second)
        assert answer.json()["to_sign"]["function"] == "resubmitReport"
        validated.done(DEVELOPER, answer)
        record = validated.get(path).json()["ogcr:record"]
        assert [version["version"] for version in record["versions"]] == [1, 2]

    def test_it_lists_every_fault_when_there_are_several(self, validated: World) -> None:
        mrv = documents.report(
            project="another", methodology_id="OGCR-X", methodology_version="9.9", end="2080-01-01"
        )
        del mrv["properties"]["total_uncertainty"]
        answer = validated.post(PATH, mrv)
        assert answer.status_code == 422
        assert codes(answer) == {
            "/properties/total_uncertainty": "REQUIRED_MEMBER_MISSING",
            "/properties/project_id": "PROJECT_MISMATCH",
            "/properties/methodology_id": "METHODOLOGY_MISMATCH",
            "/properties/methodology_version": "METHODOLOGY_MISMATCH",
            "/properties/end_date": "PERIOD_OUTSIDE_PROJECT",
        }

    def test_it_says_so_when_a_day_is_out_of_range(self, validated: World) -> None:
        answer = validated.post(PATH, documents.report(start="1960-01-01", end="2200-01-01"))
        assert codes(answer) == {
            "/properties/start_date": "DAY_OUT_OF_RANGE",
            "/properties/end_date": "DAY_OUT_OF_RANGE",
        }

    def test_the_contract_refuses_when_another_signs(self, validated: World) -> None:
        answer = validated.sign(OTHER_DEVELOPER, validated.post(PATH, documents.report()))
        assert answer.status_code == 403
        assert answer.json()["details"][0]["code"] == "MRVRegistryNotDeveloper"


class TestVerifyReport:
    """
    when the amount is in tonnes or kilograms     it is exact kilograms in the call
    when it has a breakdown by year               that is in the call, ascending
    when the decision is about another version    it conflicts
    given the report is not pending               it conflicts
    when the outcome is none of a verification    it says so
    when the amount is zero or no whole kilogram  it says so
    when the reason is longer than the chain's    it says so
    when another verifier signs                   the contract refuses
    """

    @pytest.mark.parametrize(
        ("value", "unit", "kg"),
        [(1023.417, "tCO2e", 1_023_417), (0.001, "tCO2e", 1), (999_999_999, "kgCO2e", 999_999_999)],
    )
    def test_it_is_exact_whatever_the_unit(
        self, validated: World, value: float, unit: str, kg: int
    ) -> None:
        mrv = self._pending(validated)
        amount = {"verified_removal": {"value": value, "unit": unit}}
        answer = self._decide(validated, documents.verified(mrv, **amount))
        assert self._call(validated, answer)["verifiedKg"] == kg

    def test_it_names_the_years_in_order(self, validated: World) -> None:
        mrv = self._pending(validated, end="2026-02-28")
        years = [
            {"year": 2026, "value": 163_000, "unit": "kgCO2e"},
            {"year": 2025, "value": 860.1, "unit": "tCO2e"},
        ]
        answer = self._decide(validated, documents.verified(mrv, 1023.1, vintages=years))
        assert self._call(validated, answer)["vintages"] == [
            {"vintage": 2025, "kg": 860_100},
            {"vintage": 2026, "kg": 163_000},
        ]

    def test_it_conflicts_when_it_is_about_another_version(self, validated: World) -> None:
        self._pending(validated)
        answer = self._decide(validated, documents.verified(documents.report(end="2025-11-30")))
        assert (answer.status_code, codes(answer)) == (409, {"/subject": "STALE_DOCUMENT"})

    def test_it_conflicts_given_a_report_without_a_verifier(self, validated: World) -> None:
        mrv = documents.report()
        validated.done(DEVELOPER, validated.post(PATH, mrv))
        answer = self._decide(validated, documents.verified(mrv))
        assert (answer.status_code, codes(answer)) == (409, {"": "REPORT_NOT_PENDING"})

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"outcome": "validated"}, {"/outcome": "OUTCOME_NOT_POSSIBLE"}),
            (
                {"outcome": "rejected", "reason": "ä" * 251},
                {"/reason": "TEXT_TOO_LONG"},
            ),
            (
                {"verified_removal": {"value": 0, "unit": "tCO2e"}},
                {"/verified_removal/value": "ZERO_AMOUNT"},
            ),
            (
                {"verified_removal": {"value": 0.0015, "unit": "tCO2e"}},
                {"/verified_removal/value": "NOT_WHOLE_KILOGRAMS"},
            ),
            (
                {"verified_removal": {"value": 1e300, "unit": "tCO2e"}},
                {"/verified_removal/value": "AMOUNT_TOO_LARGE"},
            ),
            (
                {"vintages": [{"year": 2024, "value": 1000, "unit": "tCO2e"}]},
                {"/vintages/0/year": "VINTAGE_OUTSIDE_PERIOD"},
            ),
            ({"subject": "sha256:00"}, {"/subject": "WRONG_FORM"}),
        ],
    )
    def test_it_says_what_is_wrong_with_the_decision(
        self, validated: World, changes: dict[str, Any], found: dict[str, str]
    ) -> None:
        decision = documents.verified(self._pending(validated), **changes)
        if changes.get("outcome", "verified") != "verified":
            del decision["verified_removal"]
        answer = self._decide(validated, decision)
        assert (answer.status_code, codes(answer)) == (422, found)

    def test_the_contract_refuses_when_another_signs(self, validated: World) -> None:
        mrv = self._pending(validated)
        answer = validated.sign(DEVELOPER, self._decide(validated, documents.verified(mrv)))
        assert answer.status_code == 403

    def _pending(self, world: World, **members: Any) -> dict[str, Any]:
        mrv = documents.report(**members)
        world.report(mrv)
        return mrv

    def _decide(self, world: World, decision: dict[str, Any]) -> Response:
        return world.post(f"{PATH}/harz-mixed-forest-2025/verify", decision)

    def _call(self, world: World, answer: Response) -> dict[str, Any]:
        data = answer.json()["to_sign"]["data"]
        arguments = world.registry.abi.decode_call("MRVRegistry", data).arguments
        found: dict[str, Any] = arguments["verification"]
        return found

"""Quality: a score with its reasons, that never refuses and never breaks (OGCR 4.4.3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Context, Quality, assess

VALID = Path(__file__).parents[2] / "schemas" / "examples" / "valid"
HECTARE = 10_000.0
_NAMES = st.sampled_from(
    [
        "properties",
        "net_removal_estimate",
        "total_uncertainty",
        "methodology_data",
        "measurement_devices",
        "value",
        "unit",
        "min",
        "max",
        "start_date",
        "end_date",
        "project_type",
        "expected_annual_benefit",
        "links",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VALID / f"{name}.json").read_text())
    return found


def indicator(quality: Quality | None, name: str) -> tuple[float, set[str]]:
    """The score of an indicator and the codes of its reasons."""
    assert quality is not None
    (found,) = (one for one in quality.indicators if one.name == name)
    return found.score, {reason.code for reason in found.reasons}


@pytest.fixture
def pdd() -> dict[str, Any]:
    return example("pdd.harz-reforestation")


@pytest.fixture
def mrv() -> dict[str, Any]:
    return example("mrv.harz-first-year")


class TestAssess:
    """
    given a document that leaves nothing out   100
    when a recommended member is missing       less, naming it
    for a kind without indicators              nothing is told
    whatever the document                      it does not raise, and the score is 0 to 100
    """

    def test_is_full_given_nothing_is_left_out(self, pdd: dict[str, Any]) -> None:
        area = Context(area_m2=100 * HECTARE)
        quality = assess("pdd", pdd, area)
        assert quality is not None
        assert (quality.score, [one.reasons for one in quality.indicators]) == (100, [(), ()])

    @pytest.mark.parametrize("name", ["description", "baseline_scenario", "country"])
    def test_is_less_when_a_recommended_member_is_missing(
        self, pdd: dict[str, Any], name: str
    ) -> None:
        del pdd["properties"][name]
        quality = assess("pdd", pdd)
        assert quality is not None
        (reason,) = quality.indicators[0].reasons
        assert (reason.field, reason.code) == (f"/properties/{name}", "RECOMMENDED_MEMBER_MISSING")
        assert quality.score == 83

    def test_tells_nothing_for_other_kinds(self) -> None:
        assert assess("methodology", example("methodology.reforestation")) is None
        assert assess("pdd", "no object") is None

    @given(document=st.dictionaries(_NAMES, ANYTHING), kind=st.sampled_from(["pdd", "mrv"]))
    def test_never_breaks(self, document: dict[str, Any], kind: str) -> None:
        quality = assess(kind, document, Context(1e6, "reforestation", 10.0))
        assert quality is not None
        assert 0 <= quality.score <= 100
        assert all(0 <= one.score <= 1 for one in quality.indicators)


class TestReport:
    """
    consistency    the estimate lies in its interval; devices were calibrated before the end
    certainty      1 up to ±10 %, 0 from ±50 % on
    plausibility   against the area, and against what the PDD expects; kilograms are no tonnes
    """

    def test_is_inconsistent_when_the_estimate_is_outside_its_interval(
        self, mrv: dict[str, Any]
    ) -> None:
        assert indicator(assess("mrv", mrv), "consistency") == (1.0, set())
        mrv["properties"]["net_removal_estimate"]["value"] = 2000
        score, codes = indicator(assess("mrv", mrv), "consistency")
        assert (score, codes) == (0.667, {"ESTIMATE_OUTSIDE_INTERVAL"})

    def test_is_inconsistent_when_devices_were_calibrated_afterwards(
        self, mrv: dict[str, Any]
    ) -> None:
        devices = mrv["properties"]["methodology_data"]["measurement_devices"]
        devices[0]["calibration_date"] = "2026-03-01"
        assert indicator(assess("mrv", mrv), "consistency")[1] == {"CALIBRATED_AFTERWARDS"}
        devices[0]["calibration_date"] = "2026-02-28"
        assert indicator(assess("mrv", mrv), "consistency")[1] == set()

    @pytest.mark.parametrize(("half", "score"), [(100, 1.0), (300, 0.5), (500, 0.0), (900, 0.0)])
    def test_is_less_certain_with_a_wider_interval(
        self, mrv: dict[str, Any], half: int, score: float
    ) -> None:
        mrv["properties"]["net_removal_estimate"]["value"] = 1000
        mrv["properties"]["total_uncertainty"] |= {"min": 1000 - half, "max": 1000 + half}
        assert indicator(assess("mrv", mrv), "certainty")[0] == score

    def test_is_implausible_when_the_area_cannot_have_it(self, mrv: dict[str, Any]) -> None:
        context = Context(100 * HECTARE, "reforestation")
        mrv["properties"]["net_removal_estimate"]["value"] = 4000
        assert indicator(assess("mrv", mrv, context), "plausibility") == (1.0, set())
        mrv["properties"]["net_removal_estimate"]["value"] = 8205
        score, codes = indicator(assess("mrv", mrv, context), "plausibility")
        assert (round(score, 2), codes) == (0.5, {"IMPLAUSIBLE_FOR_AREA"})
        mrv["properties"]["net_removal_estimate"]["unit"] = "kgCO2e"
        assert indicator(assess("mrv", mrv, context), "plausibility") == (1.0, set())

    def test_is_implausible_above_what_the_pdd_expects(self, mrv: dict[str, Any]) -> None:
        context = Context(expected_annual_benefit=600.0)
        assert indicator(assess("mrv", mrv, context), "plausibility")[1] == {"ABOVE_EXPECTATION"}
        context = Context(expected_annual_benefit=700.0)
        assert indicator(assess("mrv", mrv, context), "plausibility") == (1.0, set())

"""Validation: every fault at once, nothing raised, nothing changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas

VALID = sorted((Path(schemas.__file__).parent / "examples" / "valid").glob("*.json"))
DOCUMENTS = [json.loads(path.read_text(encoding="utf-8")) for path in VALID]

WORDS = st.sampled_from(
    ["type", "profile", "geometry", "coordinates", "properties", "links", "a:b"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(WORDS | st.text(), inner, max_size=6)
    ),
    max_leaves=15,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = list(value.items()) if isinstance(value, dict) else []
    items = list(enumerate(value)) if isinstance(value, list) else inside
    return [path, *(found for step, inner in items for found in places(inner, (*path, step)))]


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copied = copy.deepcopy(document)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    if not path:
        return value
    holder[path[-1]] = value
    return copied


def codes(kind: str, document: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in schemas.validate(kind, document)]


class TestValidate:
    """
    given any JSON value                    it returns faults, raises nothing, changes nothing
    given several faults                    it returns all, sorted by pointer
    given more values than anybody reads    it says so and tries no other rule
    given as many as a boundary may have    it takes them, as coordinates
    when the kind is unknown                it raises
    """

    @pytest.mark.parametrize("member", ["links", "methodologies", "x:extra"])
    def test_tries_no_other_rule_given_more_values_than_anybody_reads(self, member: str) -> None:
        document = DOCUMENTS[0] | {member: [{}] * 20_000}
        assert codes("pdd", document) == [("", "TOO_MANY_VALUES")]

    def test_takes_as_many_values_as_a_boundary_may_have(self) -> None:
        (pdd, *_) = [one for one in DOCUMENTS if one.get("profile") == "pdd"]
        steps = [number / 12_500 for number in range(12_500)]
        ring = [
            *([0.1 * step, 0.0] for step in steps),
            *([0.1, 0.1 * step] for step in steps),
            *([0.1 - 0.1 * step, 0.1] for step in steps),
            *([0.0, 0.1 - 0.1 * step] for step in steps),
        ]
        area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        assert "TOO_MANY_VALUES" not in {code for _, code in codes("pdd", pdd | {"geometry": area})}

    @given(st.sampled_from(schemas.KINDS), ANYTHING)
    def test_nothing_is_raised_given_any_value(self, kind: str, value: Any) -> None:
        faults = schemas.validate(kind, value)
        assert faults == sorted(faults)
        assert faults

    @given(st.sampled_from(DOCUMENTS), ANYTHING, st.data())
    def test_nothing_is_raised_or_changed_given_a_spoilt_document(
        self, document: Any, value: Any, data: st.DataObject
    ) -> None:
        spoilt = with_value(document, data.draw(st.sampled_from(places(document))), value)
        before = copy.deepcopy(spoilt)
        for fault in schemas.validate(document["profile"], spoilt):
            assert fault.message
            assert fault.message.isprintable()
        # Compared as text, because NaN is not equal to itself.
        assert repr(spoilt) == repr(before)

    def test_status_is_refused_given_a_retirement_and_no_text(self) -> None:
        retired = next(one for one in DOCUMENTS if "retirement" in one["properties"])
        spoilt = with_value(retired, ("properties", "status"), [])
        assert ("/properties/status", "WRONG_TYPE") in codes("cru", spoilt)

    def test_all_faults_are_listed_when_there_are_several(self, pdd: Any) -> None:
        pdd["ogcr_version"] = "one"
        pdd["geometry"]["coordinates"][0].pop()
        pdd["properties"]["project_duration"]["end"] = "2024-01-01"
        del pdd["properties"]["name"]
        pdd["color/~"] = 1
        pdd["links"][0]["rel"] = "self "
        assert codes("pdd", pdd) == [
            ("/color~1~0", "UNKNOWN_MEMBER"),
            ("/geometry/coordinates/0", "RING_NOT_CLOSED"),
            ("/links/0/rel", "VALUE_NOT_ALLOWED"),
            ("/ogcr_version", "WRONG_FORM"),
            ("/properties/name", "REQUIRED_MEMBER_MISSING"),
            ("/properties/project_duration/end", "END_BEFORE_START"),
        ]

    def test_five_hundred_are_listed_when_there_are_more(self, pdd: Any) -> None:
        pdd |= {f"member{number}": 1 for number in range(600)}
        faults = schemas.validate("pdd", pdd)
        assert len(faults) == 501
        assert faults[0].code == "MORE_FAULTS"
        assert faults[0].message.startswith("100 further faults")

    def test_limits_are_checked_when_a_value_was_not_parsed_by_us(self, pdd: Any) -> None:
        pdd["properties"]["expected_annual_benefit"] = float("nan")
        assert codes("pdd", pdd) == [("/properties/expected_annual_benefit", "NUMBER_NOT_FINITE")]
        pdd["properties"]["expected_annual_benefit"] = {1, 2}
        assert codes("pdd", pdd) == [("/properties/expected_annual_benefit", "NOT_JSON")]

    def test_it_raises_when_the_kind_is_unknown(self) -> None:
        with pytest.raises(ValueError, match="“pdf” is no kind of document; use one of pdd, mrv"):
            schemas.validate("pdf", {})

    @pytest.mark.parametrize("value", [None, 3, "pdd", [], {}, {"profile": "pdf"}, {"profile": []}])
    def test_kind_is_none_when_the_profile_is_not_ours(self, value: Any) -> None:
        assert schemas.kind_of(value) is None


class TestMembers:
    """
    given members that the registry assigns     they may be left out, and may be present
    given namespaced members                    they are open in every object
    given a line break at the end of a word     it is refused
    given a slip of the pen                     the likely name is proposed
    given thousands of unknown members          all are counted, and none is compared with a name
    """

    def test_likely_name_is_proposed_given_a_slip_of_the_pen(self, pdd: Any) -> None:
        pdd["properties"]["cuontry"] = "PT"
        assert "did you mean “country”" in schemas.validate("pdd", pdd)[0].message

    def test_no_likely_name_is_sought_given_thousands_of_unknown_members(self, pdd: Any) -> None:
        pdd["properties"] |= {f"cuontry{number}": 1 for number in range(3000)}
        faults = schemas.validate("pdd", pdd)
        assert faults[0].message.startswith("2500 further faults")
        assert not any("did you mean" in fault.message for fault in faults)

    @pytest.mark.parametrize(
        "path",
        [
            ("id",),
            ("bbox",),
            ("links",),
            ("properties", "creation_date"),
            ("properties", "country"),
        ],
    )
    def test_document_is_valid_when_an_optional_member_is_left_out(
        self, pdd: Any, path: tuple[str, ...]
    ) -> None:
        holder = pdd if len(path) == 1 else pdd[path[0]]
        del holder[path[-1]]
        assert schemas.validate("pdd", pdd) == []

    @pytest.mark.parametrize(
        "path", ["", "geometry", "properties", "links/0", "properties/methodology"]
    )
    def test_document_is_valid_when_a_namespaced_member_is_added(self, pdd: Any, path: str) -> None:
        holder = pdd
        for step in path.split("/") if path else []:
            holder = holder[int(step) if step.isdigit() else step]
        holder["crcf:unit_type"] = {"anything": [1]}
        assert schemas.validate("pdd", pdd) == []
        holder["Crcf:unit"] = 1
        assert [fault.code for fault in schemas.validate("pdd", pdd)] == ["UNKNOWN_MEMBER"]

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("id", "harz\n"),
            ("ogcr_version", "0.1.0\n"),
            ("ogcr_version", "٠.١.٠"),
            ("crcf:a\n", 1),
        ],
    )
    def test_word_is_refused_when_it_only_almost_has_the_form(
        self, pdd: Any, path: str, value: Any
    ) -> None:
        assert len(schemas.validate("pdd", {**pdd, path: value})) == 1

    @pytest.mark.parametrize(
        "rel",
        [
            "self",
            "related-mrv",
            "methodology",
            "monitor",
            "predecessor",
            "successor",
            "supporting-doc",
            "data-source",
            "pdd",
            "verifier",
            "alternate",
            "collection",
            "canonical",
            "supporting",
        ],
    )
    def test_relation_is_known_in_both_profiles_given_any_published_one(
        self, pdd: Any, mrv: Any, rel: str
    ) -> None:
        link = {"rel": rel, "href": "https://ogcr.org/x", "type": "", "title": ""}
        assert schemas.validate("pdd", {**pdd, "links": [link]}) == []
        assert schemas.validate("mrv", {**mrv, "links": [link]}) == []

    @pytest.mark.parametrize(
        "status",
        ["draft", "submitted", "under_review", "approved", "validated", "rejected", "archived"],
    )
    def test_status_is_taken_given_any_word_of_the_life_cycle(self, pdd: Any, status: str) -> None:
        pdd["properties"]["status"] = status
        assert schemas.validate("pdd", pdd) == []

    @pytest.mark.parametrize("name", ["project_id", "methodology_id", "total_uncertainty"])
    def test_report_is_refused_when_a_mandatory_member_is_missing(
        self, mrv: Any, name: str
    ) -> None:
        del mrv["properties"][name]
        assert codes("mrv", mrv) == [(f"/properties/{name}", "REQUIRED_MEMBER_MISSING")]


class TestFormats:
    """
    given a date, date-time or URI   it is judged as RFC 3339 and RFC 3986 say
    """

    @pytest.mark.parametrize(
        "text",
        [
            "2024-02-29T23:59:59Z",
            "2024-12-31t23:59:59.123456789z",
            "2024-06-30T23:59:60Z",
            "1998-12-31T15:59:60.123-08:00",
            "2024-01-01T00:00:00-23:59",
        ],
    )
    def test_date_time_is_taken_when_rfc_3339_has_it(self, pdd: Any, text: str) -> None:
        pdd["properties"]["creation_date"] = text
        assert schemas.validate("pdd", pdd) == []

    @pytest.mark.parametrize(
        "text",
        [
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+01:60",
            "2024-01-01T23:58:60Z",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:00,5Z",
            "२०२४-01-01T00:00:00Z",
            "2024-01-01T00:00:00Z\n",
            "",
        ],
    )
    def test_date_time_is_refused_when_rfc_3339_has_it_not(self, pdd: Any, text: str) -> None:
        pdd["properties"]["creation_date"] = text
        assert codes("pdd", pdd) == [("/properties/creation_date", "NOT_A_DATE_TIME")]

    @pytest.mark.parametrize("text", ["2024-02-29", "2000-02-29", "9999-12-31"])
    def test_date_is_taken_when_the_calendar_has_it(self, mrv: Any, text: str) -> None:
        mrv["properties"] |= {"start_date": text, "end_date": text}
        assert schemas.validate("mrv", mrv) == []

    @pytest.mark.parametrize(
        "text",
        ["2023-02-29", "1900-02-29", "2024-1-1", "20240101", "2024-W01-1", "2024-13-01", "x"],
    )
    def test_date_is_refused_when_the_calendar_has_it_not(self, mrv: Any, text: str) -> None:
        mrv["properties"]["start_date"] = text
        assert codes("mrv", mrv) == [("/properties/start_date", "NOT_A_DATE")]

    @pytest.mark.parametrize(
        "text",
        ["https://ogcr.org", "ipfs://bafkreia", "urn:isbn:0451450523", "https://[::1]:8/?q#f"],
    )
    def test_uri_is_taken_when_absolute(self, pdd: Any, text: str) -> None:
        pdd["links"][0]["href"] = text
        assert schemas.validate("pdd", pdd) == []

    @pytest.mark.parametrize(
        "text",
        [
            "//ogcr.org",
            "/x",
            "x",
            "",
            "https:",
            "https://",
            "http:x",
            "a b:c",
            "https://ü.de",
            "a:b\n",
        ],
    )
    def test_uri_is_refused_when_relative_or_malformed(self, pdd: Any, text: str) -> None:
        pdd["links"][0]["href"] = text
        assert codes("pdd", pdd) == [("/links/0/href", "NOT_A_URI")]


class TestRules:
    """
    given a duration or period   it ends no earlier than it starts, one day is enough
    given vintages               they add up exactly, in any units
    given a negative removal     the sentence says that removals are positive here
    """

    @pytest.mark.parametrize(
        ("start", "end", "valid"),
        [
            ("2025-03-01", "2025-03-01", True),
            ("2025-03-01T12:00:00Z", "2025-03-01", True),
            ("2025-03-01", "2025-03-01T00:00:00Z", True),
            ("2025-03-01T01:00:00+02:00", "2025-02-28", True),
            ("2025-03-01T00:00:00Z", "2025-02-28", False),
            ("2025-03-02", "2025-03-01", False),
            ("2025-03-01T12:00:00Z", "2025-03-01T13:00:00+02:00", False),
        ],
    )
    def test_duration_is_in_order_given_dates_and_times(
        self, pdd: Any, start: str, end: str, valid: bool
    ) -> None:
        pdd["properties"]["project_duration"] = {"start": start, "end": end}
        assert (schemas.validate("pdd", pdd) == []) is valid

    def test_sum_is_exact_when_floats_would_not_be(self, decision: Any) -> None:
        decision["verified_removal"] = {"value": 0.3, "unit": "tCO2e"}
        decision["vintages"] = [
            {"year": 2025, "value": 0.1, "unit": "tCO2e"},
            {"year": 2026, "value": 200, "unit": "kgCO2e"},
        ]
        assert schemas.validate("decision", decision) == []
        decision["vintages"][0]["value"] = 0.1 + 2**-50
        assert codes("decision", decision) == [("/vintages", "SUM_MISMATCH")]

    def test_sentence_speaks_of_signs_when_a_removal_is_negative(self, mrv: Any) -> None:
        mrv["properties"]["net_removal_estimate"]["value"] = -85
        (fault,) = schemas.validate("mrv", mrv)
        assert fault.code == "NEGATIVE_QUANTITY"
        assert "removals are entered as positive quantities here" in fault.message

    @pytest.mark.parametrize("outcome", ["validated", "rejected", "revision_requested"])
    def test_quantity_is_refused_when_nothing_was_verified(
        self, decision: Any, outcome: str
    ) -> None:
        decision |= {"outcome": outcome, "reason": "Because."}
        assert codes("decision", decision) == [
            ("/verified_removal", "MEMBER_NOT_ALLOWED"),
            ("/vintages", "MEMBER_NOT_ALLOWED"),
        ]

    @pytest.mark.parametrize(
        ("unit_type", "valid"), [("CRU", True), ("PCR", False), ("SER", False)]
    )
    def test_granularity_is_whole_tonnes_given_a_unit_of_the_regulation(
        self, unit_type: str, valid: bool
    ) -> None:
        methodology = json.loads(
            next(path for path in VALID if path.stem == "methodology.reforestation").read_text()
        )
        methodology |= {"unit_type": unit_type, "granularity_kg": 10}
        assert (schemas.validate("methodology", methodology) == []) is valid

    def test_message_suggests_the_share_when_confidence_is_a_percentage(self, mrv: Any) -> None:
        mrv["properties"]["total_uncertainty"]["confidence_level"] = 95
        assert "write it as a share, 0.95" in schemas.validate("mrv", mrv)[0].message

"""Ids and serials: there and back again, and nothing but what they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.identity import (
    Serial,
    UnitId,
    imported_report_id,
    methodology_key,
    project_id,
    report_id,
    reversal_id,
)

from .stage import Registry

DOCUMENTS = st.text("ABCxyz019_-", min_size=1, max_size=100)
AMOUNTS = st.integers(1, (1 << 53) - 1)
REPORTS = st.binary(min_size=14, max_size=14).map(lambda raw: "0x" + raw.hex())
UNITS = st.builds(
    UnitId,
    REPORTS,
    st.integers(0, 0xFFFF),
    st.integers(0, (1 << 64) - 1),
    st.integers(0, (1 << 64) - 1),
)
SERIALS = st.builds(
    lambda first, amount, **rest: Serial(first=first, last=first + amount - 1, **rest),
    first=st.integers(0, 1 << 53),
    amount=AMOUNTS,
    registry=st.sampled_from(["OGCR", "R2"]),
    country=st.sampled_from(["NA", "DE", "ZZ"]),
    project=DOCUMENTS,
    report=DOCUMENTS,
    unit_type=st.sampled_from(["CRU", "PCR", "SER"]),
    vintage=st.integers(0, 0xFFFF),
)


class TestUnitId:
    """
    when read back from its number, hex or decimal text   it is the same
    given a number of another size                        it is refused
    """

    @given(UNITS)
    def test_is_the_same_when_read_back(self, unit: UnitId) -> None:
        for form in (unit.token_id, str(unit.token_id), unit.hex):
            assert UnitId.from_token_id(form) == unit

    @pytest.mark.parametrize(
        "text", ["", "-1", "0x12", "01", "1e3", "1 ", "0X" + "0" * 64, "9" * 79]
    )
    def test_is_refused_given_other_text(self, text: str) -> None:
        with pytest.raises(ValueError, match="is no token id"):
            UnitId.from_token_id(text)

    @pytest.mark.parametrize("number", [-1, 1 << 256])
    def test_is_refused_given_a_number_of_another_size(self, number: int) -> None:
        with pytest.raises(ValueError, match="outside"):
            UnitId.from_token_id(number)


class TestSerial:
    """
    when parsed from its text   it is the same
    given an imported unit      it has no project, and parses to its own id
    given two units             their serials differ
    given other text            it is refused
    """

    @given(SERIALS)
    def test_is_the_same_when_parsed(self, serial: Serial) -> None:
        assert Serial.parse(str(serial)) == serial

    def test_parses_to_its_own_id_given_an_imported_unit(self) -> None:
        unit = UnitId(imported_report_id("Elsewhere.example", "EX-1"), 2022, 0, 5_000)
        serial = Serial.of(
            unit, registry="OGCR", country=None, project="", report=unit.report_id, unit_type="PCR"
        )
        assert str(serial) == f"OGCR-ZZ-.{unit.report_id}-PCR-2022-0-4999"
        assert Serial.parse(str(serial)) == serial
        assert Serial.parse(str(serial)).unit == unit
        named_alike = replace(serial, project="p")
        assert Serial.parse(str(named_alike)).unit != unit

    @given(SERIALS, SERIALS)
    def test_names_another_unit_when_it_differs(self, one: Serial, other: Serial) -> None:
        if one.unit == other.unit:
            assert (one.project, one.report) == (other.project, other.report)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "OGCR-DE-p.r-PCR-2024-5-4",
            "OGCR-de-p.r-PCR-2024-0-9",
            "OGCR-DE-p-PCR-2024-0-9",
            "OGCR-DE-.r-PCR-2024-0-9",
            "OGCR-DE-p.r-PCR-2024-00-9",
            "OGCR-DE-p.r-PCR-70000-0-9",
            "OGCR-DE-p.r-PCR-2024-0-9\n",
            "OGCR-DE-p.r-PCR-2024-0-99999999999999999999",
        ],
    )
    def test_is_refused_given_other_text(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"no serial|no vintage|below"):
            Serial.parse(text)


@pytest.mark.chain
class TestContractsAgree:
    """
    every id   is what the contracts compute
    """

    def test_ids_are_those_of_the_contracts(self, registry: Registry) -> None:
        project = project_id("harz-1")
        report = report_id(project, "mrv_2024")
        assert registry.view("ProjectRegistry", "projectIdOf", "harz-1") == project
        assert registry.view("MRVRegistry", "reportIdOf", project, "mrv_2024") == report
        key = registry.view("MethodologyRegistry", "methodologyKeyOf", "OGCR-1", "1.2")
        assert key == methodology_key("OGCR-1", "1.2")
        unit = UnitId(report, 2024, 1000, 5000)
        parts = (unit.report_id, unit.vintage, unit.first_kg, unit.quantity_kg)
        assert registry.view("CRU", "tokenIdOf", *parts) == unit.token_id
        evidence = "0x" + "5a" * 32
        reversal = registry.view("ReversalRegistry", "reversalIdOf", report, evidence)
        assert reversal == reversal_id(report, evidence)
        imported = registry.view("UnitExchange", "importOf", "Elsewhere.example", "EX-1")
        known = {"reportId": imported_report_id("elsewhere.EXAMPLE", "ex-1"), "isImported": False}
        assert imported == known

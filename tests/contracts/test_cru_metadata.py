"""tokenURI: JSON and SVG made on chain, of numbers, hexadecimal and fixed words alone."""

import base64
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from .ledger import SECONDS_PER_DAY, Contract, Ledger
from .reporting import YEAR_2024, Reporting, Retirement, RetirementReason, Serial
from .samples import Terms, UnitType

SVG = "{http://www.w3.org/2000/svg}"
LIMIT = 2**53 - 1


def payload(uri: str, media_type: str) -> bytes:
    """The bytes of a base64 data URI of exactly that media type."""
    prefix = f"data:{media_type};base64,"
    assert uri.startswith(prefix)
    return base64.b64decode(uri.removeprefix(prefix), validate=True)


def metadata(units: Contract, token_id: int) -> Any:
    return json.loads(payload(units.tokenURI(token_id), "application/json"))


def attributes(units: Contract, token_id: int) -> dict[str, Any]:
    listed = metadata(units, token_id)["attributes"]
    named = {one["trait_type"]: one["value"] for one in listed}
    assert len(named) == len(listed)
    return named


class TestTokenURI:
    """
    given the block is held         name, description, image and its serial's parts are there
    given it is in the buffer       the status says so
    given it is retired             reason and time are there too
    given the largest numbers       the JSON keeps them exactly
    """

    def test_tells_what_the_serial_says_given_it_is_held(
        self, reporting: Reporting, units: Contract, reports: Contract
    ) -> None:
        token_id = reporting.issued(1_000, Terms(unit_type=UnitType.PCR, granularity_kg=1_000))
        report_id = Serial.of(token_id).report_id
        told = metadata(units, token_id)
        assert set(told) == {"name", "description", "image", "attributes"}
        assert told["name"] == "PCR 2024, 1000 kg CO2e"
        assert f"0x{report_id.hex()}" in told["description"]
        assert attributes(units, token_id) == {
            "Project": "0x" + reports.report(report_id).projectId.hex(),
            "Report": f"0x{report_id.hex()}",
            "Vintage": 2024,
            "Period start": YEAR_2024[0] * SECONDS_PER_DAY,
            "Period end": YEAR_2024[1] * SECONDS_PER_DAY,
            "First kilogram": 0,
            "Quantity (kg CO2e)": 1_000,
            "Unit type": "PCR",
            "Status": "held",
        }

    def test_says_so_given_it_is_in_the_buffer(self, reporting: Reporting, units: Contract) -> None:
        told = attributes(units, reporting.buffered())
        assert (told["Status"], told["First kilogram"]) == ("buffer", 900)

    @pytest.mark.parametrize("reason", [one for one in RetirementReason if one.name != "None"])
    def test_tells_reason_and_time_given_it_is_retired(
        self, reporting: Reporting, units: Contract, ledger: Ledger, reason: Any
    ) -> None:
        token_id = reporting.issued()
        units.retire(token_id, 1_000, Retirement(reason), sender=reporting.cast.developer)
        told = attributes(units, token_id)
        assert told["Status"] == "retired"
        assert told["Retirement reason"] == re.sub(r"(?<!^)(?=[A-Z])", "_", reason.name).lower()
        assert told["Retired"] == ledger.now

    @pytest.mark.parametrize("unit_type", list(UnitType))
    def test_names_every_unit_type(
        self, reporting: Reporting, units: Contract, unit_type: Any
    ) -> None:
        expires = unit_type in (UnitType.CFS, UnitType.CSP)
        terms = Terms(unit_type=unit_type, granularity_kg=1_000, expires=expires)
        token_id = reporting.issued(1_000, terms)
        assert attributes(units, token_id)["Unit type"] == unit_type.name

    def test_keeps_the_largest_numbers(self, reporting: Reporting, units: Contract) -> None:
        token_id = reporting.issued(LIMIT)
        last = units.split(token_id, [LIMIT - 1, 1], sender=reporting.cast.developer).value[1]
        assert attributes(units, last)["First kilogram"] == LIMIT - 1

    def test_marks_dates_and_numbers_for_viewers(
        self, reporting: Reporting, units: Contract
    ) -> None:
        kinds = {
            one["trait_type"]: one.get("display_type")
            for one in metadata(units, reporting.retired())["attributes"]
        }
        dates = {"Period start", "Period end", "Retired"}
        assert {trait for trait, kind in kinds.items() if kind == "date"} == dates
        assert kinds["Quantity (kg CO2e)"] == "number"


class TestImage:
    """
    whatever the block's status   the image is a well-formed SVG that shows it
    whatever users wrote          none of it is in there, nor anything that acts
    """

    @pytest.mark.parametrize(
        ("state", "word", "colour"),
        [
            ("issued", "held", "#14532d"),
            ("buffered", "buffer", "#1e3a8a"),
            ("retired", "retired", "#404040"),
        ],
    )
    def test_is_a_well_formed_svg(
        self, reporting: Reporting, units: Contract, state: str, word: str, colour: str
    ) -> None:
        token_id = getattr(reporting, state)()
        image = payload(metadata(units, token_id)["image"], "image/svg+xml")
        root = ElementTree.fromstring(image)
        assert root.tag == f"{SVG}svg"
        texts = [element.text for element in root.iter(f"{SVG}text")]
        kg = Serial.of(token_id).quantity_kg
        assert (texts[0], texts[1], texts[3]) == ("CRU 2024", f"{kg} kg CO2e", word)
        assert {element.tag for element in root} == {f"{SVG}rect", f"{SVG}text"}
        assert [element.get("fill") for element in root.iter(f"{SVG}rect")] == [colour]

    def test_holds_nothing_that_a_user_wrote(self, reporting: Reporting, units: Contract) -> None:
        token_id = reporting.issued()
        hostile = '"},{"trait_type":"Status","value":"held</text><script>alert(1)</script>'
        units.retire(token_id, 1_000, Retirement(purpose=hostile), sender=reporting.cast.developer)
        told = payload(units.tokenURI(token_id), "application/json").decode()
        image = payload(json.loads(told)["image"], "image/svg+xml").decode()
        assert "alert" not in told + image
        assert "<script" not in image
        assert attributes(units, token_id)["Status"] == "retired"

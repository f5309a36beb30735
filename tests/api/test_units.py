"""`/credits`: transfer, split, merge and retirement, each as a call for its holder to sign."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from eth_utils.crypto import keccak
from httpx import Response

from api.encoding import day_number
from indexer.identity import Serial, UnitId

from .people import BUYER, DEVELOPER, STRANGER
from .world import World


def held(world: World, **filters: str) -> list[str]:
    """Decimal token ids of held units, from the first kilogram on."""
    features = world.get("/credits", status="held", sort="id", **filters).json()["features"]
    return [feature["properties"]["token_id"] for feature in features]


def codes(answer: Response) -> dict[str, str]:
    """The fields of a problem with the code found at each."""
    return {entry["field"]: entry["code"] for entry in answer.json()["details"]}


class TestUnits:
    """
    when a unit is named by serial, hex or decimal   it is the same unit
    when units are split, moved and merged           the blocks still make up what was issued
    when a unit is retired                           it says for what, and never moves again
    when the beneficiary is named                    only a salted commitment leaves this API
    when it is not held, or is nobody's              it conflicts or is not found
    when amounts or neighbours do not fit            it says so
    when the receiver cannot have it                 it says so
    when another than the holder signs               the contract refuses
    """

    def test_it_is_the_same_unit_however_it_is_named(self, issued: World) -> None:
        (decimal,) = held(issued)
        serial = issued.get(f"/credits/{decimal}").json()["properties"]["serial_number"]
        unit = UnitId.from_token_id(decimal)
        assert Serial.parse(serial).unit == unit
        for other in (serial.replace("-CFS-", "-PCR-"), serial.replace("-DE-", "-AT-")):
            refused = issued.get(f"/credits/{other}")
            assert (refused.status_code, other != serial) == (404, True)
            assert "DE-CFS" in refused.json()["message"]
            moving = {"units": [other, serial, "7"], "to": issued.address(BUYER)}
            missing = codes(issued.post("/credits/transfer", moving))
            assert missing == {"/units/0": "UNIT_UNKNOWN", "/units/2": "UNIT_UNKNOWN"}
        assert issued.get(f"/credits/{serial.replace('-DE-', '-ZZ-')}").status_code == 200
        answers = [issued.get(f"/credits/{name}").json() for name in (decimal, unit.hex, serial)]
        assert answers[0] == answers[1] == answers[2]
        assert (unit.quantity_kg, unit.vintage) == (850_000, 2025)

    def test_the_blocks_make_up_what_was_issued_when_they_are_cut(self, issued: World) -> None:
        (whole,) = held(issued)
        parts = [100_000, 250_000, 500_000]
        body = {"unit": whole, "quantities_kg": parts}
        task = issued.done(DEVELOPER, issued.post("/credits/split", body))
        assert task["kind"] == "unit_split"
        first, second, third = held(issued)
        assert issued.get(f"/credits/{whole}").status_code == 404
        moving = {
            "units": [first, second],
            "to": issued.address(BUYER),
            "from": issued.address(DEVELOPER),
        }
        answer = issued.post("/credits/transfer", moving)
        assert answer.json()["to_sign"]["function"] == "transferBatch"
        issued.done(DEVELOPER, answer)
        assert held(issued, owner=issued.address(BUYER)) == [first, second]
        several = issued.post("/credits/transfer", moving | {"units": [first, third]})
        assert codes(several)["/units"] == "SEVERAL_OWNERS"
        merging = issued.post("/credits/merge", {"units": [first, second]})
        merged = merging.json()["resource"]
        issued.done(BUYER, merging)
        assert issued.get(merged).json()["properties"]["quantity_kg"] == 350_000
        total = issued.get("/credits").json()
        assert (total["ogcr:quantity_kg"], total["ogcr:quantity_tco2e"]) == (1_000_000, "1000.000")

    def test_it_never_moves_again_when_it_is_retired(self, issued: World) -> None:
        (token,) = held(issued)
        salt = "0x" + "5a" * 32
        beneficiary = {"name": "Bräu AG", "salt": salt}
        body = {"reason": "compliance", "purpose": "2025", "beneficiary": beneficiary}
        answer = issued.post(f"/credits/{token}/retire", body)
        commitment = "0x" + keccak(bytes.fromhex(salt[2:]) + "Bräu AG".encode()).hex()
        assert answer.json()["beneficiary"] == {"commitment": commitment, "salt": salt}
        task = issued.done(DEVELOPER, answer)
        assert "Bräu" not in str(task)
        assert salt not in str(task)
        properties = issued.get(f"/credits/{token}").json()["properties"]
        assert properties["retirement"]["beneficiary"] == commitment
        assert properties["retirement"]["reason"] == "compliance"
        moving = {"units": [token], "to": issued.address(BUYER)}
        for again in (
            issued.post("/credits/transfer", moving),
            issued.post(f"/credits/{token}/retire", {"reason": "other"}),
            issued.post("/credits/split", {"unit": token, "quantities_kg": [849_000, 1_000]}),
        ):
            assert again.status_code == 409
            assert "UNIT_NOT_HELD" in codes(again).values()
        assert issued.get("/credits", retired="true").json()["numberMatched"] == 1
        assert issued.get("/credits", retired="false").json()["numberMatched"] == 1

    def test_it_makes_a_salt_of_its_own_when_none_is_given(self, issued: World) -> None:
        (token,) = held(issued)
        body = {"reason": "other", "beneficiary": {"name": "Somebody"}}
        one, other = (issued.post(f"/credits/{token}/retire", body).json() for _ in range(2))
        assert one["beneficiary"]["salt"] != other["beneficiary"]["salt"]
        none = issued.post(f"/credits/{token}/retire", {"reason": "other"}).json()
        assert none["beneficiary"] == {"commitment": "0x" + "0" * 64, "salt": None}

    @pytest.mark.parametrize("name", ["1", "0x" + "0" * 64, "nonsense", "9" * 80, "a-b-c", "-1"])
    def test_it_is_not_found_when_it_is_nobodys(self, issued: World, name: str) -> None:
        assert issued.get(f"/credits/{name}").status_code == 404
        moving = {"units": [name], "to": issued.address(BUYER)}
        assert issued.post("/credits/transfer", moving).status_code == 404
        assert issued.post(f"/credits/{name}/retire", {"reason": "other"}).status_code == 404

    def test_it_says_so_when_amounts_or_neighbours_do_not_fit(self, issued: World) -> None:
        (whole,) = held(issued)
        wrong = issued.post("/credits/split", {"unit": whole, "quantities_kg": [1, 2]})
        assert codes(wrong) == {"/quantities_kg": "SUM_MISMATCH"}
        grains = issued.post("/credits/split", {"unit": whole, "quantities_kg": [500, 849_500]})
        refused = issued.sign(DEVELOPER, grains)
        assert refused.json()["details"][0]["code"] == "CRUNotMultipleOfGranularity"
        body = {"unit": whole, "quantities_kg": [100_000, 250_000, 500_000]}
        issued.done(DEVELOPER, issued.post("/credits/split", body))
        first, _, third = held(issued)
        apart = issued.post("/credits/merge", {"units": [first, third]})
        assert codes(apart) == {"/units/1": "NOT_ADJACENT"}
        twice = issued.post("/credits/transfer", {"units": [first, first], "to": "0x" + "12" * 20})
        assert codes(twice) == {"/units": "REPEATED_UNIT"}

    @pytest.mark.parametrize(
        "to", ["0x" + "0" * 40, "0x1234", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "nobody", 7]
    )
    def test_it_says_so_when_the_receiver_is_none(self, issued: World, to: object) -> None:
        answer = issued.post("/credits/transfer", {"units": held(issued), "to": to})
        assert (answer.status_code, list(codes(answer))) == (422, ["/to"])

    def test_it_says_so_when_the_receiver_is_our_contract(self, issued: World) -> None:
        to = issued.registry.address("CRU")
        answer = issued.post("/credits/transfer", {"units": held(issued), "to": to})
        assert codes(answer) == {"/to": "INVALID_RECEIVER"}

    def test_the_contract_refuses_when_another_signs(self, issued: World) -> None:
        moving = {"units": held(issued), "to": issued.address(STRANGER)}
        answer = issued.sign(STRANGER, issued.post("/credits/transfer", moving))
        assert answer.status_code == 403
        assert answer.json()["details"][0]["code"] == "ERC721InsufficientApproval"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "/reason"),
            ({"reason": "none"}, "/reason"),
            ({"reason": "other", "purpose": "ä" * 101}, "/purpose"),
            ({"reason": "other", "beneficiary": {"name": ""}}, "/beneficiary/name"),
            ({"reason": "other", "beneficiary": {}}, "/beneficiary"),
            ({"reason": "other", "because": "x"}, "/because"),
        ],
    )
    def test_it_says_what_is_wrong_with_a_retirement(
        self, issued: World, body: dict[str, object], field: str
    ) -> None:
        (token,) = held(issued)
        answer = issued.post(f"/credits/{token}/retire", body)
        assert (answer.status_code, list(codes(answer))) == (422, [field])


class TestParts:
    """
    when a part is moved, retired or cancelled     it is the last sub-block, which the answer names
    when it is more than the unit                  it says so
    when a part of several is asked for            it says so
    """

    def test_is_the_last_sub_block_when_it_moves(self, issued: World) -> None:
        (token,) = held(issued)
        body = {"units": [token], "to": issued.address(BUYER), "quantity_kg": 50_000}
        answer = issued.post("/credits/transfer", body)
        assert answer.json()["to_sign"]["function"] == "transferPart"
        moved = last(token, 50_000)
        assert answer.json()["resource"] == f"/credits/{moved.hex}"
        issued.done(DEVELOPER, answer)
        owner = issued.get(f"/credits/{moved.hex}").json()["properties"]["owner"]
        assert owner == issued.address(BUYER).lower()
        assert held(issued, owner=issued.address(DEVELOPER)) == [
            str(UnitId(moved.report_id, 2025, 0, 800_000).token_id)
        ]

    def test_is_the_last_sub_block_when_it_is_retired(self, issued: World) -> None:
        (token,) = held(issued)
        period = {"start_date": "2025-01-01", "end_date": "2025-12-31"}
        body = {"reason": "voluntary_claim", "quantity_kg": 20_000, "claim_period": period}
        answer = issued.post(f"/credits/{token}/retire", body)
        retired = last(token, 20_000)
        task = issued.done(DEVELOPER, answer)
        assert task["resource"] == f"/credits/{retired.hex}"
        found = issued.get(f"/credits/{retired.hex}").json()["properties"]
        assert (found["status"], found["retirement"]["claim_period"]) == ("retired", period)
        assert issued.get("/credits", status="held").json()["ogcr:quantity_kg"] == 830_000

    def test_says_so_when_it_cannot_be(self, issued: World) -> None:
        (token,) = held(issued)
        more = {"reason": "other", "quantity_kg": 850_001}
        answer = issued.post(f"/credits/{token}/retire", more)
        assert (answer.status_code, codes(answer)["/quantity_kg"]) == (422, "EXCEEDS_UNIT")
        issued.done(
            DEVELOPER,
            issued.post("/credits/split", {"unit": token, "quantities_kg": [50_000, 800_000]}),
        )
        several = {"units": held(issued), "to": issued.address(BUYER), "quantity_kg": 1_000}
        answer = issued.post("/credits/transfer", several)
        assert codes(answer)["/quantity_kg"] == "SEVERAL_UNITS"

    @pytest.mark.parametrize(
        ("period", "field"),
        [
            ({"start_date": "2025-12-31", "end_date": "2025-01-01"}, "/claim_period"),
            ({"start_date": "2025-02-30", "end_date": "2025-12-31"}, "/claim_period/start_date"),
            ({"start_date": "2025-01-01", "end_date": "2150-01-01"}, "/claim_period/end_date"),
            ({"start_date": "1970-01-01", "end_date": "2025-01-01"}, "/claim_period/start_date"),
            ({"start_date": "2025-01-01"}, "/claim_period/end_date"),
        ],
    )
    def test_says_what_is_wrong_with_a_claim(
        self, issued: World, period: dict[str, str], field: str
    ) -> None:
        (token,) = held(issued)
        body = {"reason": "other", "claim_period": period}
        answer = issued.post(f"/credits/{token}/retire", body)
        assert answer.status_code == 422
        assert list(codes(answer)) == [field]


class TestCancellation:
    """
    when a unit is cancelled            it says why and for whom, and never moves again
    when it says not for whom           it says so
    when it is not held                 it conflicts
    """

    BODY: ClassVar = {"beneficiary": {"name": "The climate"}, "purpose": "Gift"}

    def test_never_moves_again(self, issued: World) -> None:
        (token,) = held(issued)
        answer = issued.post(f"/credits/{token}/cancel", self.BODY | {"quantity_kg": 10_000})
        assert answer.json()["to_sign"]["function"] == "cancel"
        commitment = answer.json()["beneficiary"]["commitment"]
        task = issued.done(DEVELOPER, answer)
        cancelled = last(token, 10_000)
        assert (task["kind"], task["resource"]) == (
            "unit_cancellation",
            f"/credits/{cancelled.hex}",
        )
        found = issued.get(f"/credits/{cancelled.hex}").json()["properties"]
        assert found["status"] == "cancelled"
        assert found["cancellation"] | {"cancelled_at": ""} == {
            "reason": "voluntary",
            "beneficiary": commitment,
            "purpose": "Gift",
            "cancelled_at": "",
        }
        assert found["ogcr:cancelled_by"] == issued.address(DEVELOPER).lower()
        again = issued.post(f"/credits/{cancelled.hex}/cancel", self.BODY)
        assert (again.status_code, codes(again)["/creditId"]) == (409, "UNIT_NOT_HELD")
        assert issued.get("/credits", status="cancelled").json()["numberMatched"] == 1

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"beneficiary": None}, "/beneficiary"),
            ({"purpose": ""}, "/purpose"),
            ({"purpose": "x" * 201}, "/purpose"),
            ({"reason": "fraud"}, "/reason"),
        ],
    )
    def test_says_what_is_wrong(self, issued: World, wrong: dict[str, Any], field: str) -> None:
        (token,) = held(issued)
        answer = issued.post(f"/credits/{token}/cancel", self.BODY | wrong)
        assert answer.status_code == 422
        assert list(codes(answer)) == [field]


class TestExpiry:
    """
    given its monitoring period goes on            it says until when, and cannot expire
    given it is over and nobody recorded that      it is expired for every reader, and for writers
    when that is recorded                          it says when
    """

    END = "2065-12-31"

    def test_says_until_when_it_is_monitored(self, issued: World) -> None:
        (token,) = held(issued)
        found = issued.get(f"/credits/{token}").json()["properties"]
        assert (found["status"], found["expiry"]) == ("held", {"monitoring_end_date": self.END})
        answer = issued.post(f"/credits/{token}/expire", {})
        assert (answer.status_code, codes(answer)["/creditId"]) == (409, "UNIT_NOT_OVER")

    def test_is_expired_for_everybody_once_its_time_is_over(self, issued: World) -> None:
        (token,) = held(issued)
        issued.node.rpc("evm_setNextBlockTimestamp", hex((day_number(self.END) + 1) * 86_400))
        issued.mine()
        found = issued.get(f"/credits/{token}").json()["properties"]
        assert (found["status"], found["expiry"]) == ("expired", {"monitoring_end_date": self.END})
        assert held(issued) == []
        expired = issued.get("/credits", status="expired").json()
        assert expired["ogcr:quantity_kg"] == 1_000_000
        refused = issued.post(f"/credits/{token}/retire", {"reason": "other"})
        assert codes(refused)["/creditId"] == "UNIT_NOT_HELD"
        (before,) = issued.get("/statistics/supply").json()["supply"]
        assert (before["expired_kg"], before["buffer_kg"]) == (0, 150_000)
        answer = issued.post(f"/credits/{token}/expire", {})
        assert answer.json()["to_sign"]["function"] == "expire"
        task = issued.done(STRANGER, answer)
        assert task["kind"] == "unit_expiry"
        assert "expired_at" in issued.get(f"/credits/{token}").json()["properties"]["expiry"]
        (after,) = issued.get("/statistics/supply").json()["supply"]
        assert (after["expired_kg"], after["held_kg"]) == (850_000, 0)
        again = issued.post(f"/credits/{token}/expire", {})
        assert codes(again)["/creditId"] == "UNIT_NOT_OVER"


class TestSupply:
    """
    whatever happens to units      the index accounts for every kilogram as the contract does
    when nothing matches           there is no entry
    """

    def test_is_that_of_the_contract(self, issued: World) -> None:
        (token,) = held(issued)
        unit = UnitId.from_token_id(token)
        for path, body in (
            ("retire", {"reason": "other", "quantity_kg": 7_000}),
            ("cancel", TestCancellation.BODY | {"quantity_kg": 5_000}),
        ):
            (token,) = held(issued)
            issued.done(DEVELOPER, issued.post(f"/credits/{token}/{path}", body))
        project = issued.get("/credits").json()["features"][0]["properties"]["ogcr:project_key"]
        views = {
            "supplyOfReport": ((unit.report_id,), {"report": unit.report_id}),
            "supplyOfProject": ((project,), {"project": project}),
            "supplyOfType": (("CFS",), {"unit_type": "CFS"}),
        }
        for view, (arguments, filters) in views.items():
            told = issued.view("CRU", view, *arguments)
            answer = issued.get("/statistics/supply", **filters).json()
            (served,) = answer["supply"]
            assert served.pop("unit_type") == "CFS"
            assert served == {f"{name.removesuffix('Kg')}_kg": kg for name, kg in told.items()}
            assert served["issued_kg"] == 1_000_000 == sum(served.values()) - 1_000_000
        assert answer.get("deficit_kg") is None
        assert issued.get("/statistics/supply", project=project).json()["deficit_kg"] == 0

    def test_is_empty_when_nothing_matches(self, issued: World) -> None:
        assert issued.get("/statistics/supply", unit_type="PCR").json()["supply"] == []
        assert issued.get("/statistics/supply", colour="green").status_code == 400


def last(token: str, kg: int) -> UnitId:
    """The last kilograms of a unit."""
    whole = UnitId.from_token_id(token)
    first = whole.first_kg + whole.quantity_kg - kg
    return UnitId(whole.report_id, whole.vintage, first, kg)

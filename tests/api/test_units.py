"""`/credits`: transfer, split, merge and retirement, each as a call for its holder to sign."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak
from httpx import Response

from indexer.identity import Serial, UnitId

from . import documents
from .world import BUYER, DEVELOPER, STRANGER, World


@pytest.fixture
def issued(world: World) -> World:
    """A world where the developer holds one unit of 850 t and the buffer another."""
    pdd, mrv = documents.forest(), documents.report()
    world.register(pdd)
    world.validate(pdd)
    world.report(mrv)
    world.verify(mrv, 1000)
    return world


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

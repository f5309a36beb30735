"""Units that leave for another registry, and units that come from one."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from indexer.identity import Serial, UnitId, imported_report_id

from . import documents
from .people import BUYER, DEVELOPER, OPERATOR, STRANGER
from .world import World

EVIDENCE = "0x" + "e1" * 32
TARGET = {"target_registry": "elsewhere.example", "target_account": "account 7"}


def codes(answer: Response) -> dict[str, str]:
    """The fields of a problem with the code found at each."""
    return {entry["field"]: entry["code"] for entry in answer.json()["details"]}


@pytest.fixture
def world(issued: World) -> World:
    return issued


@pytest.fixture
def unit(world: World) -> UnitId:
    """850 t that the developer holds."""
    return UnitId(world.report_id(documents.report()), 2025, 0, 850_000)


def properties(world: World, unit: UnitId) -> dict[str, Any]:
    found: dict[str, Any] = world.get(f"/credits/{unit.hex}").json()["properties"]
    return found


class TestExport:
    """
    when a part is to leave             its last kilograms are locked for the target
    given it was completed              the unit is exported, says whither, and never comes back
    given it was aborted                the owner holds it again and may export it anew
    when it is more than the unit       it says so
    when the unit is not held           it conflicts
    when an abort has nothing to end    it conflicts
    when the request is faulty          it says where
    """

    def test_locks_the_last_kilograms_for_the_target(self, world: World, unit: UnitId) -> None:
        answer = world.post(f"/credits/{unit.hex}/export", {"quantity_kg": 100_000, **TARGET})
        assert answer.json()["to_sign"]["function"] == "startExport"
        task = world.done(DEVELOPER, answer)
        locked = UnitId(unit.report_id, 2025, 750_000, 100_000)
        assert (task["kind"], task["resource"]) == ("unit_export", f"/credits/{locked.hex}")
        found = properties(world, locked)
        assert found["status"] == "locked"
        export = found["ogcr:export"]
        assert (export["status"], export["kg"]) == ("started", 100_000)
        assert (export["target_registry"], export["target_account"]) == tuple(TARGET.values())
        assert export["started_by"] == world.address(DEVELOPER)
        rest = UnitId(unit.report_id, 2025, 0, 750_000)
        assert "ogcr:export" not in properties(world, rest)
        assert world.get("/credits", status="locked").json()["numberMatched"] == 1

    def test_is_exported_given_it_was_completed(self, world: World, unit: UnitId) -> None:
        world.done(DEVELOPER, world.post(f"/credits/{unit.hex}/export", TARGET))
        arguments = (unit.token_id, EVIDENCE, "ipfs://agreement")
        world.relay(OPERATOR, "UnitExchange", "completeExport", *arguments)
        found = properties(world, unit)
        assert found["status"] == "exported"
        export = found["ogcr:export"]
        assert (export["status"], export["evidence_hash"]) == (
            "completed",
            "sha256:" + "e1" * 32,
        )
        again = world.post(f"/credits/{unit.hex}/export", TARGET)
        assert (again.status_code, codes(again)) == (409, {"/creditId": "UNIT_NOT_HELD"})
        abort = world.post(f"/credits/{unit.hex}/export/abort", {})
        assert (abort.status_code, codes(abort)) == (409, {"/creditId": "EXPORT_NOT_STARTED"})

    def test_is_held_again_given_it_was_aborted(self, world: World, unit: UnitId) -> None:
        world.done(DEVELOPER, world.post(f"/credits/{unit.hex}/export", TARGET))
        body = {"reason": "refused there"}
        answer = world.post(f"/credits/{unit.hex}/export/abort", body)
        assert world.done(DEVELOPER, answer)["kind"] == "export_abort"
        found = properties(world, unit)
        assert (found["status"], found["ogcr:export"]["status"]) == ("held", "aborted")
        assert found["ogcr:export"]["reason"] == "refused there"
        world.done(DEVELOPER, world.post(f"/credits/{unit.hex}/export", TARGET))
        export = properties(world, unit)["ogcr:export"]
        assert (export["status"], export["reason"], export["ended_at"]) == ("started", None, None)

    def test_says_so_when_it_is_more_than_the_unit(self, world: World, unit: UnitId) -> None:
        body = {"quantity_kg": 850_001, **TARGET}
        answer = world.post(f"/credits/{unit.hex}/export", body)
        assert (answer.status_code, codes(answer)) == (422, {"/quantity_kg": "EXCEEDS_UNIT"})

    def test_conflicts_when_an_abort_has_nothing_to_end(self, world: World, unit: UnitId) -> None:
        answer = world.post(f"/credits/{unit.hex}/export/abort", {})
        assert (answer.status_code, codes(answer)) == (409, {"/creditId": "EXPORT_NOT_STARTED"})
        assert world.post("/credits/1/export/abort", {}).status_code == 404
        assert world.post("/credits/1/export", TARGET).status_code == 404

    def test_the_contract_refuses_when_another_aborts(self, world: World, unit: UnitId) -> None:
        world.done(DEVELOPER, world.post(f"/credits/{unit.hex}/export", TARGET))
        refused = world.sign(STRANGER, world.post(f"/credits/{unit.hex}/export/abort", {}))
        assert refused.status_code == 403
        assert refused.json()["details"][0]["code"] == "UnitExchangeNotOwnerOrOperator"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"target_registry": "two words"}, "/target_registry"),
            ({"target_registry": ""}, "/target_registry"),
            ({"target_account": "ä" * 101}, "/target_account"),
            ({"quantity_kg": 0}, "/quantity_kg"),
            ({"to": "somebody"}, "/to"),
        ],
    )
    def test_says_what_is_wrong_with_the_request(
        self, world: World, unit: UnitId, change: dict[str, object], field: str
    ) -> None:
        answer = world.post(f"/credits/{unit.hex}/export", {**TARGET, **change})
        assert (answer.status_code, list(codes(answer))) == (422, [field])

    def test_says_so_when_the_reason_is_too_long(self, world: World, unit: UnitId) -> None:
        answer = world.post(f"/credits/{unit.hex}/export/abort", {"reason": "r" * 501})
        assert (answer.status_code, list(codes(answer))) == (422, ["/reason"])


class TestImport:
    """
    given units were imported       they say whence, under whatever name they are asked for
    ...                             their parts say so too
    when a key is used again        the contract refuses
    """

    @pytest.fixture
    def imported(self, world: World) -> UnitId:
        """50 t of another registry that the buyer holds."""
        self.bring(world)
        return UnitId(imported_report_id("elsewhere.example", "EX-1"), 2022, 0, 50_000)

    def bring(self, world: World) -> dict[str, Any]:
        units = (
            "elsewhere.example",
            "EX-1",
            "EX",
            world.address(BUYER),
            2022,
            50_000,
            "PCR",
            1_000,
            False,
            0,
            EVIDENCE,
            "ipfs://origin",
        )
        return world.relay(OPERATOR, "UnitExchange", "importUnits", units)

    def test_say_whence_they_came(self, world: World, imported: UnitId) -> None:
        found = properties(world, imported)
        assert found["ogcr:origin"]["registry"] == "elsewhere.example"
        assert (found["ogcr:origin"]["key"], found["ogcr:origin"]["project"]) == ("EX-1", "EX")
        assert found["ogcr:origin"]["granularity_kg"] == 1_000
        assert found["unit_type"] == "PCR"
        assert found["owner"] == world.address(BUYER)

    def test_are_the_same_under_their_serial(self, world: World, imported: UnitId) -> None:
        serial = properties(world, imported)["serial_number"]
        assert Serial.parse(serial).unit == imported
        assert world.get(f"/credits/{serial}").json()["id"] == imported.hex

    def test_say_so_in_parts(self, world: World, imported: UnitId) -> None:
        body = {"unit": imported.hex, "quantities_kg": [20_000, 30_000]}
        world.done(BUYER, world.post("/credits/split", body))
        features = world.get("/credits", owner=world.address(BUYER)).json()["features"]
        assert [one["properties"]["ogcr:origin"]["key"] for one in features] == ["EX-1"] * 2

    def test_are_not_imported_twice(self, world: World, imported: UnitId) -> None:
        units = ("Elsewhere.Example", "ex-1", "EX", world.address(BUYER), 2022, 50_000)
        terms = ("PCR", 1_000, False, 0, EVIDENCE, "ipfs://origin")
        call = world.call("UnitExchange", "importUnits", (*units, *terms))
        raw = world.signed(OPERATOR, call)
        refused = world.post("/relay", {"signed_transaction": raw, "documents": []})
        assert refused.status_code == 409
        assert refused.json()["details"][0]["code"] == "UnitExchangeAlreadyImported"

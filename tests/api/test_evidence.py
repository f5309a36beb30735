"""Evidence: what the API gives proves its records to whoever knows a block hash, and nothing else
does."""

from __future__ import annotations

import copy
import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.auditing.evidence import Finding, check_evidence

from . import documents
from .people import DEVELOPER, VERIFIER
from .world import World

FOREST, REPORT = "harz-mixed-forest", "harz-mixed-forest-2025"
Bundle = dict[str, Any]


@pytest.fixture
def lived(world: World) -> World:
    """A validated project with a verified report and two blocks of units, one of them moved."""
    forest, report = documents.forest(), documents.report()
    world.register(forest)
    world.validate(forest)
    world.report(report)
    verdict = world.post(
        f"/projects/{FOREST}/monitoring/{REPORT}/verify", documents.verified(report, 1000)
    )
    world.done(VERIFIER, verdict)
    (unit,) = world.get("/credits", status="held").json()["features"]
    kg = unit["properties"]["quantity_kg"]
    body = {"unit": unit["id"], "quantities_kg": [100_000, kg - 100_000]}
    world.done(DEVELOPER, world.post("/credits/split", body))
    return world


def bundle(world: World, path: str) -> Bundle:
    answer = world.get(f"{path}/proof")
    assert answer.status_code == 200, answer.text
    content: Bundle = answer.json()
    return content


def hashes(content: Bundle) -> set[bytes]:
    """The block hashes that an auditor would look up elsewhere."""
    named = (content["anchor"]["block_hash"], content["state"]["block_hash"])
    return {bytes.fromhex(one[2:]) for one in named}


def checked(world: World, content: Bundle, trusted: set[bytes] | None = None) -> list[Finding]:
    abi = world.registry.abi
    return list(check_evidence(content, hashes(content) if trusted is None else trusted, abi))


def paths(world: World) -> list[str]:
    """Every record of the world that has a proof."""
    units = world.get("/credits").json()["features"]
    return [
        f"/projects/{FOREST}",
        f"/projects/{FOREST}/monitoring/{REPORT}",
        *(f"/credits/{unit['id']}" for unit in units),
    ]


class TestProof:
    """
    given the hashes of its blocks    every record holds: document, log and storage
    later, and after a reorganisation it still does
    of a report                       its 0x… id alone leads to the same
    of a unit                         storage tells owner and status
    when the record is unknown        404
    """

    def test_holds_for_every_record(self, lived: World) -> None:
        for path in paths(lived):
            found = checked(lived, bundle(lived, path))
            assert [one for one in found if not one.holds] == [], path
            assert {one.step for one in found} >= {"log", "storage"}

    def test_holds_later_and_after_a_reorganisation(self, lived: World) -> None:
        lived.mine(20)
        lived.node.reorganise(5)
        lived.mine(2)
        for path in paths(lived):
            assert all(one.holds for one in checked(lived, bundle(lived, path))), path

    def test_is_found_by_the_id_of_a_report(self, lived: World) -> None:
        nested = bundle(lived, f"/projects/{FOREST}/monitoring/{REPORT}")
        assert bundle(lived, f"/monitoring/{nested['key']}") == nested
        assert lived.get(f"/monitoring/0x{'0' * 28}/proof").status_code == 404

    def test_tells_owner_and_status_of_a_unit(self, lived: World) -> None:
        for unit in lived.get("/credits").json()["features"]:
            (*_, last) = checked(lived, bundle(lived, f"/credits/{unit['id']}"))
            owner, status = (unit["properties"][name] for name in ("owner", "status"))
            assert last.said == f"The unit is {status}, its owner {owner.lower()}."

    @pytest.mark.parametrize("path", ["/projects/nowhere", "/credits/1"])
    def test_is_not_there_for_unknown_records(self, lived: World, path: str) -> None:
        assert lived.get(f"{path}/proof").status_code == 404


def _document(content: Bundle) -> None:
    content["document"]["canonical"] = "e30="


def _hash(content: Bundle) -> None:
    content["document"]["content_hash"] = "sha256:" + "0" * 64


def _key(content: Bundle) -> None:
    content["key"] = "0x" + "1" * 64


def _address(content: Bundle) -> None:
    content["address"] = "0x" + "2" * 40


def _header(content: Bundle) -> None:
    content["anchor"]["header"] = content["anchor"]["header"].replace("a", "b", 1)


def _receipt(content: Bundle) -> None:
    content["anchor"]["receipt_proof"] = content["anchor"]["receipt_proof"][:-1]


def _place(content: Bundle) -> None:
    content["anchor"]["log_position"] += 1


def _account(content: Bundle) -> None:
    content["state"]["account_proof"] = content["state"]["account_proof"][1:]


def _value(content: Bundle) -> None:
    content["state"]["slots"][0]["value"] = "0x" + "3" * 64


def _slot(content: Bundle) -> None:
    content["state"]["slots"][0]["proof"] = []


def _member(content: Bundle) -> None:
    del content["state"]["account_proof"]


def _form(content: Bundle) -> None:
    content["format"] = "ogcr-evidence-0"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the bundle holds a text, a number or nothing."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path


def altered(value: Any) -> list[Any]:
    """Other values in the place of one."""
    if isinstance(value, str):
        middle = len(value) // 2
        other = "a" if value[middle] != "a" else "b"
        return [value[:middle] + other + value[middle + 1 :], value + "00", "", 5]
    return ["x", {}] if value is None else [value + 1, -1, str(value)]


class TestForgery:
    """
    whatever is altered              something does not hold
    when the contract is not trusted it does not hold; without any it is told
    without the transaction's proof  it is told that its hash is not proven
    when a block is not trusted      its branch does not hold, and says which hash is missing
    """

    @pytest.mark.parametrize(
        "forge",
        [
            _document,
            _hash,
            _key,
            _address,
            _header,
            _receipt,
            _place,
            _account,
            _value,
            _slot,
            _member,
            _form,
        ],
    )
    def test_is_found(self, lived: World, forge: Callable[[Bundle], None]) -> None:
        sound = bundle(lived, f"/projects/{FOREST}")
        content = copy.deepcopy(sound)
        forge(content)
        found = checked(lived, content, hashes(sound))
        assert [one for one in found if not one.holds], forge.__name__

    def test_is_found_in_every_member(self, lived: World) -> None:
        for path in paths(lived)[:3]:
            sound = bundle(lived, path)
            for place in leaves(sound):
                for value in altered(functools.reduce(operator.getitem, place, sound)):
                    content = copy.deepcopy(sound)
                    functools.reduce(operator.getitem, place[:-1], content)[place[-1]] = value
                    found = checked(lived, content, hashes(sound))
                    assert not all(one.holds for one in found), (path, place, value)

    def test_is_found_when_the_contract_is_not_trusted(self, lived: World) -> None:
        content, abi = bundle(lived, f"/projects/{FOREST}"), lived.registry.abi

        def of(*contracts: str) -> Finding:
            found = check_evidence(content, hashes(content), abi, contracts)
            return next(one for one in found if one.step == "contract")

        assert of().holds
        assert content["address"] in of().said
        assert of("0x" + "0" * 40, content["address"].upper().replace("X", "x")).holds
        assert not of("0x" + "0" * 40).holds

    def test_tells_what_is_not_proven(self, lived: World) -> None:
        content = bundle(lived, f"/projects/{FOREST}")
        content["anchor"]["transaction_proof"] = None
        (told,) = (one for one in checked(lived, content) if one.step == "transaction")
        assert "not proven" in told.said

    def test_is_found_when_a_block_is_not_trusted(self, lived: World) -> None:
        content = bundle(lived, f"/projects/{FOREST}")
        found = checked(lived, content, {b"\x11" * 32})
        broken = [one for one in found if not one.holds]
        assert {one.step for one in broken} == {"log", "storage"}
        assert content["anchor"]["block_hash"] in broken[0].said

"""Accreditations: who may judge, and what a withdrawal shows of what was decided."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak

from . import documents
from .people import DEVELOPER, OPERATOR, VALIDATOR, VERIFIER
from .world import World

ACCESS = "RegistryAccessControl"
FOREST = "harz-mixed-forest"
REASON = "Samples were made up"
VALIDATOR_ROLE, VERIFIER_ROLE = 3, 4


@pytest.fixture
def judged(world: World) -> World:
    """A validated project with a verified report."""
    forest, report = documents.forest(), documents.report()
    world.register(forest)
    world.validate(forest)
    world.report(report)
    world.verify(report, 1000)
    return world


def withdraw(world: World, who: int, role: int) -> None:
    lost = (world.address(who), role, "0x" + "ad" * 32, REASON)
    world.direct(OPERATOR, ACCESS, "withdrawAccreditation", *lost)


def entries(world: World, path: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = world.get(path, **parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["accreditations"]
    return found


class TestAccreditations:
    """
    given judges are accredited                 the list says for what, how long and for whom
    when narrowed by role or account            only those are given
    given an accreditation was withdrawn        it says when, by whom and why
    ...                                         what was decided under it is listed, and marked
    ...                                         the project and the report are marked as well
    given it was given again                    what was decided before stays marked
    when the state before is asked for          nothing is marked
    given nobody ever accredited the account    404
    """

    def test_says_for_what_and_for_whom(self, world: World) -> None:
        found = entries(world, "/accreditations", sort="role")
        assert [one["role"] for one in found] == ["validator", "verifier"]
        (verifier,) = entries(world, "/accreditations", role="verifier")
        assert verifier["account"] == world.address(VERIFIER)
        assert verifier["state"] == "accredited"
        assert verifier["organisation"]
        assert verifier["project_types"] == list(world.registry.abi.enum_words("ProjectType"))
        assert (verifier["first_day"], verifier["withdrawals"]) == ("1970-01-01", [])
        by_account = entries(world, "/accreditations", account=world.address(VALIDATOR))
        assert [one["role"] for one in by_account] == ["validator"]

    def test_marks_what_a_verifier_decided_given_its_accreditation_was_withdrawn(
        self, judged: World
    ) -> None:
        path = f"/projects/{FOREST}/monitoring/{documents.report()['id']}"
        before = judged.get(path).json()
        assert before["ogcr:record"]["accreditation_withdrawn"] is None
        block = before["ogcr:index"]["block_number"]
        withdraw(judged, VERIFIER, VERIFIER_ROLE)
        (entry,) = entries(judged, f"/accreditations/{judged.address(VERIFIER)}")
        assert (entry["state"], entry["decisions"]) == ("withdrawn", {"verified": 1})
        (lost,) = entry["withdrawals"]
        assert (lost["reason"], lost["withdrawn_by"]) == (REASON, judged.address(OPERATOR))
        (decided,) = entry["decided"]
        assert (decided["subject"], decided["outcome"]) == ("report", "verified")
        assert decided["subject_id"] == before["ogcr:record"]["report_id"]
        assert decided["accreditation_withdrawn"]["reason"] == REASON
        after = judged.get(path).json()
        for mark in (
            after["properties"]["ogcr:accreditation_withdrawn"],
            after["ogcr:record"]["accreditation_withdrawn"],
        ):
            assert mark["reason"] == REASON
        past = judged.get(path, as_of=str(block)).json()
        assert past["properties"]["ogcr:accreditation_withdrawn"] is None
        project = judged.get(f"/projects/{FOREST}").json()
        assert project["properties"]["ogcr:accreditation_withdrawn"] is None

    def test_marks_what_a_validator_decided_given_it_was_accredited_again(
        self, judged: World
    ) -> None:
        withdraw(judged, VALIDATOR, VALIDATOR_ROLE)
        again = (0xFF, 0, 65_535, "0x" + keccak(text="again").hex())
        account = judged.address(VALIDATOR)
        judged.direct(OPERATOR, ACCESS, "accredit", account, VALIDATOR_ROLE, again, "ipfs://again")
        (entry,) = entries(judged, f"/accreditations/{account}")
        assert (entry["state"], len(entry["withdrawals"])) == ("accredited", 1)
        assert entry["decided"][0]["accreditation_withdrawn"]["reason"] == REASON
        project = judged.get(f"/projects/{FOREST}").json()
        assert project["properties"]["ogcr:accreditation_withdrawn"]["reason"] == REASON
        assert project["ogcr:record"]["decision"]["decided_by"] == account

    def test_answers_404_given_the_account_was_never_accredited(self, world: World) -> None:
        answer = world.get(f"/accreditations/{world.address(DEVELOPER)}")
        assert answer.status_code == 404
        assert "was never accredited" in answer.json()["message"]


class TestRefusal:
    """
    given the verifier is unfit    its decision is refused in words that say how to mend it
    """

    @pytest.mark.parametrize(
        ("cause", "status", "words"),
        [
            ("withdrawn", 403, "of your wallets is in force"),
            ("house", 409, "assign an account of an independent organisation"),
        ],
    )
    def test_says_how_to_mend_it(self, world: World, cause: str, status: int, words: str) -> None:
        forest, report = documents.forest(), documents.report()
        world.register(forest)
        world.validate(forest)
        world.report(report)
        if cause == "withdrawn":
            withdraw(world, VERIFIER, VERIFIER_ROLE)
        else:
            house = world.registry.view(ACCESS, "organisationOf", world.address(DEVELOPER))
            moved = (world.address(VERIFIER), house)
            world.direct(OPERATOR, ACCESS, "setOrganisation", *moved)
        path = f"/projects/{FOREST}/monitoring/{report['id']}/verify"
        answer = world.post(path, documents.verified(report, 1000), sender=world.address(VERIFIER))
        refused = world.sign(VERIFIER, answer) if answer.status_code == 202 else answer
        assert refused.status_code == status, refused.text
        assert words in refused.json()["message"]

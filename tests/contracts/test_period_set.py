"""PeriodSet against a list of intervals, and what its operations cost."""

from random import Random

import pytest

from .ledger import GAS_LIMIT, Contract, Ledger
from .samples import Cast

LAST_DAY = 2**16 - 1
CENTURY = 36_524
NONE = (bytes(14), 0, 0)


@pytest.fixture
def harness(ledger: Ledger, cast: Cast) -> Contract:
    return ledger.deploy("LibraryHarness", sender=cast.stranger)


class Intervals:
    """The naive twin: every question asks every interval."""

    def __init__(self) -> None:
        self.held: dict[int, tuple[bytes, int]] = {}

    def overlapping(self, start: int, end: int) -> tuple[bytes, int, int]:
        sharing = [
            (name, first, last)
            for first, (name, last) in self.held.items()
            if first <= end and last >= start
        ]
        return max(sharing, key=lambda one: one[1], default=NONE)

    def predecessor(self, day: int) -> tuple[bool, int]:
        earlier = [first for first in self.held if first <= day]
        return (True, max(earlier)) if earlier else (False, 0)


class TestPeriodSet:
    """
    whatever was inserted and removed, in any order   it answers as a list of intervals does
    """

    @pytest.mark.parametrize(
        ("seed", "days", "length"),
        [(1, 40, 3), (2, 700, 60), (3, LAST_DAY, 400), (4, LAST_DAY, 9_000)],
    )
    def test_answers_as_a_list_does_given_any_operations(
        self, harness: Contract, cast: Cast, seed: int, days: int, length: int
    ) -> None:
        random, model = Random(seed), Intervals()
        for number in range(1, 201):
            start = random.randint(0, days)
            end = min(start + random.randrange(length), LAST_DAY)
            expected = model.overlapping(start, end)
            assert harness.overlapping(start, end) == expected
            assert harness.predecessor(end) == model.predecessor(end)
            if expected == NONE:
                name = number.to_bytes(14, "big")
                harness.insert(name, start, end, sender=cast.stranger)
                model.held[start] = (name, end)
            elif random.random() < 0.5:
                harness.remove(expected[1], sender=cast.stranger)
                del model.held[expected[1]]
        assert len(model.held) > 3

    @pytest.mark.parametrize("day", [0, 255, 256, 65_279, 65_280, LAST_DAY])
    def test_finds_a_day_at_the_edge_of_a_word(
        self, harness: Contract, cast: Cast, day: int
    ) -> None:
        name = b"\1" * 14
        harness.insert(name, day, day, sender=cast.stranger)
        assert harness.overlapping(0, LAST_DAY) == (name, day, day)
        assert harness.overlapping(day, day) == (name, day, day)
        for neighbour in {max(day - 1, 0), min(day + 1, LAST_DAY)} - {day}:
            assert harness.overlapping(neighbour, neighbour) == NONE
        harness.remove(day, sender=cast.stranger)
        assert harness.overlapping(0, LAST_DAY) == NONE


def gas_of_question(harness: Contract, start: int, end: int) -> int:
    request = {
        "to": harness.address,
        "data": "0x" + harness.calldata("overlapping", start, end).hex(),
        "gas": hex(GAS_LIMIT),
    }
    return int(harness.ledger.rpc("eth_estimateGas", [request])["result"], 16)


class TestCostOfPeriodSet:
    """
    given 200 periods instead of one            asking, inserting and removing cost the same
    when the period is of a century, not a day  so they do
    """

    def test_costs_the_same_given_200_periods(self, harness: Contract, cast: Cast) -> None:
        who = cast.stranger
        harness.insert(b"\1" * 14, 0, 1, sender=who)
        few = self.costs(harness, who, 30_000, 30_000)
        for number in range(2, 201):
            harness.insert(number.to_bytes(14, "big"), number * 140, number * 140 + 139, sender=who)
        many = self.costs(harness, who, 40_000, 40_000)
        assert many == pytest.approx(few, rel=0.01)

    def test_costs_the_same_when_the_period_is_a_century(
        self, harness: Contract, cast: Cast
    ) -> None:
        who = cast.stranger
        harness.insert(b"\1" * 14, 0, 1, sender=who)
        day = self.costs(harness, who, 20_000, 20_000)
        century = self.costs(harness, who, 20_300, 20_300 + CENTURY)
        assert century == pytest.approx(day, rel=0.01)

    def costs(self, harness: Contract, who: str, start: int, end: int) -> list[int]:
        """Gas to ask about, insert and remove a period whose word of days is still empty."""
        return [
            gas_of_question(harness, start, end),
            harness.insert(b"\2" * 14, start, end, sender=who).gas_used,
            harness.remove(start, sender=who).gas_used,
        ]

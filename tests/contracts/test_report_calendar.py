"""A project's calendar of reports, recent ones and those in the set, against a list."""

from random import Random

import pytest

from .ledger import Contract, Ledger
from .samples import Cast

LAST_DAY = 2**16 - 1
RECENT_LIMIT = 8
NOBODY = bytes(14)


def name(number: int) -> bytes:
    return number.to_bytes(14, "big")


@pytest.fixture
def harness(ledger: Ledger, cast: Cast) -> Contract:
    return ledger.deploy("LibraryHarness", sender=cast.stranger)


class Intervals:
    """The naive twin: every question asks every interval."""

    def __init__(self) -> None:
        self.held: dict[bytes, tuple[int, int]] = {}

    def taken(self, start: int, end: int) -> bytes:
        sharing = [
            (first, report)
            for report, (first, last) in self.held.items()
            if first <= end and last >= start
        ]
        return max(sharing, default=(0, NOBODY))[1]


class TestCalendar:
    """
    whatever was taken, settled and freed, in any order    it answers as a list of intervals does
    given more recent reports than the limit               the next goes into the set, and is found
    given a recent report in the middle was freed          the others are found
    when a recent report is settled given few are          nothing moves
    """

    @pytest.mark.parametrize(
        ("seed", "days", "length", "in_order"),
        [
            (1, 60, 3, 0.5),
            (2, 700, 60, 0.7),
            (3, LAST_DAY, 400, 0.9),
            (4, LAST_DAY, 9_000, 0.3),
            (5, 20_000, 40, 1.0),
        ],
    )
    def test_answers_as_a_list_does_given_any_operations(
        self,
        harness: Contract,
        cast: Cast,
        seed: int,
        days: int,
        length: int,
        in_order: float,
    ) -> None:
        random, model, freed, who = Random(seed), Intervals(), list[bytes](), cast.stranger
        for number in range(1, 201):
            last = max((end for _, end in model.held.values()), default=-1)
            start = random.randint(0, days)
            if random.random() < in_order and last < LAST_DAY:
                start = min(last + random.randint(1, 5), LAST_DAY)
            end = min(start + random.randrange(length), LAST_DAY)
            expected = model.taken(start, end)
            assert harness.taken(start, end) == expected
            if expected == NOBODY:
                back = freed and random.random() < 0.5
                report = freed.pop(random.randrange(len(freed))) if back else name(number)
                harness.take(report, start, end, sender=who)
                model.held[report] = (start, end)
            chosen = random.choice(list(model.held))
            if random.random() < 0.4:
                harness.settle(chosen, sender=who)
            elif random.random() < 0.4:
                harness.free(chosen, sender=who)
                del model.held[chosen]
                freed.append(chosen)
            assert harness.recentCount() <= RECENT_LIMIT
        for start, end in model.held.values():
            assert harness.taken(start, end) == model.taken(start, end)

    def test_finds_those_beyond_the_limit(self, harness: Contract, cast: Cast) -> None:
        for number in range(1, RECENT_LIMIT + 4):
            harness.take(name(number), number * 10, number * 10 + 8, sender=cast.stranger)
        assert harness.recentCount() == RECENT_LIMIT
        for number in range(1, RECENT_LIMIT + 4):
            assert harness.taken(number * 10 + 8, number * 10 + 9) == name(number)
            assert harness.taken(number * 10 + 9, number * 10 + 9) == NOBODY

    @pytest.mark.parametrize("gone", range(1, 5))
    def test_finds_the_others_given_one_was_freed(
        self, harness: Contract, cast: Cast, gone: int
    ) -> None:
        for number in range(1, 5):
            harness.take(name(number), number * 10, number * 10 + 9, sender=cast.stranger)
        harness.free(name(gone), sender=cast.stranger)
        assert harness.recentCount() == 3
        for number in range(1, 5):
            expected = NOBODY if number == gone else name(number)
            assert harness.taken(number * 10, number * 10) == expected

    def test_moves_nothing_given_few_are_recent(self, harness: Contract, cast: Cast) -> None:
        half = RECENT_LIMIT // 2
        for number in range(1, half + 2):
            harness.take(name(number), number * 10, number * 10 + 9, sender=cast.stranger)
        for number in (1, 1, half + 1, 2):
            harness.settle(name(number), sender=cast.stranger)
            assert harness.recentCount() == half
        assert harness.taken(0, 19) == name(1)

    @pytest.mark.parametrize("day", [0, 1, 255, 256, LAST_DAY])
    def test_finds_a_single_day_at_an_edge(self, harness: Contract, cast: Cast, day: int) -> None:
        harness.take(name(1), day, day, sender=cast.stranger)
        assert harness.taken(day, day) == harness.taken(0, LAST_DAY) == name(1)
        for neighbour in {max(day - 1, 0), min(day + 1, LAST_DAY)} - {day}:
            assert harness.taken(neighbour, neighbour) == NOBODY
        harness.free(name(1), sender=cast.stranger)
        assert harness.taken(0, LAST_DAY) == NOBODY


class TestCost:
    """
    given a hundred reports in order, each settled    the next costs what the second did
    """

    def test_costs_the_same_given_a_hundred_reports(self, harness: Contract, cast: Cast) -> None:
        costs = []
        for number in range(1, 101):
            receipt = harness.take(
                name(number), number * 90, number * 90 + 89, sender=cast.stranger
            )
            harness.settle(name(number), sender=cast.stranger)
            costs.append(receipt.gas_used)
        assert max(costs[1:]) - min(costs[1:]) < 100

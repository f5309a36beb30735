"""CalendarDays and Vintages against Python's calendar."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from .ledger import Contract, Ledger
from .samples import Cast

EPOCH = date(1970, 1, 1)
LAST_DAY = 2**16 - 1


@pytest.fixture
def harness(ledger: Ledger, cast: Cast) -> Contract:
    return ledger.deploy("LibraryHarness", sender=cast.stranger)


def day_of(when: date) -> int:
    return (when - EPOCH).days


def year_of(day: int) -> int:
    return (EPOCH + timedelta(days=day)).year


class TestCalendarDays:
    """
    whatever the day that 16 bits can name    its year is Python's
    whatever the year from 1970 to 2149       its first day is Python's
    """

    def test_year_is_pythons_on_every_day(self, harness: Contract) -> None:
        for first in range(0, LAST_DAY + 1, 4096):
            last = min(first + 4095, LAST_DAY)
            assert harness.yearsOf(first, last) == [year_of(d) for d in range(first, last + 1)]

    def test_first_day_is_pythons_in_every_year(self, harness: Contract) -> None:
        for year in range(1970, 2151):
            assert harness.firstDayOf(year) == day_of(date(year, 1, 1)), year


def split_by_days(start: int, end: int, kg: int) -> list[tuple[int, int]]:
    """Rounded down for every year but the last, which takes the rest."""
    days = sorted(Counter(year_of(day) for day in range(start, end + 1)).items())
    shares = [kg * held // (end - start + 1) for _, held in days]
    shares[-1] = kg - sum(shares[:-1])
    return [(year, share) for (year, _), share in zip(days, shares, strict=True)]


class TestSplitByDays:
    """
    whatever the period and the amount    the split is Python's, and sums to the amount
    """

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (day_of(date(2023, 12, 31)), day_of(date(2024, 1, 1))),
            (day_of(date(2024, 2, 29)), day_of(date(2024, 2, 29))),
            (day_of(date(1999, 3, 1)), day_of(date(2001, 2, 28))),
            (0, LAST_DAY),
            (LAST_DAY, LAST_DAY),
        ],
    )
    @pytest.mark.parametrize("kg", [1, 2, 1000, 2**53 - 1])
    def test_split_is_pythons_at_the_edges(
        self, harness: Contract, start: int, end: int, kg: int
    ) -> None:
        assert harness.byDays(start, end, kg) == split_by_days(start, end, kg)

    def test_split_is_pythons_given_any_period(self, harness: Contract) -> None:
        random = Random(20240229)
        for _ in range(60):
            start = random.randrange(LAST_DAY)
            end = min(start + random.choice((3, 400, 4_000)), LAST_DAY)
            kg = random.randrange(1, 10 ** random.randrange(1, 16))
            answer = harness.byDays(start, end, kg)
            assert answer == split_by_days(start, end, kg)
            assert sum(share for _, share in answer) == kg

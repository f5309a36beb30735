"""Days, vintages, periods and buffer shares of the audit, against sums made by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.auditing.days import day_of, year_of
from scripts.auditing.periods import TakenPeriods
from scripts.auditing.vintages import by_days, faults_of

EPOCH = date(1970, 1, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1970-01-01", 0),
        ("2024-12-31", 20_088),
        ("2024-12-31T23:59:59Z", 20_088),
        ("2024-12-31T23:30:00-05:00", 20_089),
        ("2149-06-06", 65_535),
    ],
)
def test_day_is_that_of_utc(text: str, day: int) -> None:
    assert day_of(text) == day


@given(kg=st.integers(0, 2**53 - 1), start=st.integers(0, 65_535), length=st.integers(1, 3_000))
def test_vintages_sum_to_the_whole_whatever_the_period(kg: int, start: int, length: int) -> None:
    end = min(65_535, start + length - 1)
    amounts = by_days(kg, start, end)
    assert sum(amounts.values()) == kg
    assert list(amounts) == list(range(year_of(start), year_of(end) + 1))
    days = [(EPOCH + timedelta(days=day)).year for day in range(start, end + 1)]
    for year, amount in list(amounts.items())[:-1]:
        assert amount == kg * days.count(year) // len(days)


@pytest.mark.parametrize(
    ("pairs", "kg", "words"),
    [
        ([(2022, 4), (2023, 6)], 11, "breaks 11 kg down into 10 kg"),
        ([(2023, 6), (2022, 4)], 10, "out of order"),
        ([(2022, 4), (2022, 6)], 10, "out of order or twice"),
        ([(2022, 4), (2024, 6)], 10, "outside of its period"),
    ],
)
def test_breakdown_is_named_when_unsound(pairs: list[tuple[int, int]], kg: int, words: str) -> None:
    faults = list(faults_of(pairs, kg, day_of("2022-07-01"), day_of("2023-06-30")))
    assert any(words in fault for fault in faults)


class TestTakenPeriods:
    """
    when periods touch            both stand
    when they share a day         the one in the way is named
    given a period was freed      its days can be taken again
    """

    def test_both_stand_when_periods_touch(self) -> None:
        periods = TakenPeriods()
        assert periods.take("p", "later", (10, 19)) is None
        assert periods.take("p", "earlier", (0, 9)) is None
        assert periods.of("p") == [(0, 9, "earlier"), (10, 19, "later")]

    @pytest.mark.parametrize("days", [(10, 10), (5, 10), (19, 30), (12, 13), (0, 40), (10, 19)])
    def test_other_is_named_when_a_day_is_shared(self, days: tuple[int, int]) -> None:
        periods = TakenPeriods()
        periods.take("p", "first", (10, 19))
        assert periods.take("p", "second", days) == "first"
        assert periods.take("q", "third", days) is None

    def test_days_can_be_taken_given_they_were_freed(self) -> None:
        periods = TakenPeriods()
        periods.take("p", "first", (10, 19))
        periods.free("p", "first")
        assert periods.take("p", "second", (15, 16)) is None

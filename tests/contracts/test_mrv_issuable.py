"""What a verification makes issuable: whole granules of each vintage, and what is carried."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .ledger import Contract, Ledger
from .reporting import YEAR_2023, YEAR_2024, Reporting, ReportStatus
from .samples import ZERO_ADDRESS, Cast, Terms, UnitType

EPOCH = date(1970, 1, 1)
LAST_DAY = 2**16 - 1
BOTH_YEARS = (YEAR_2023[0], YEAR_2024[1])
THREE_YEARS = (YEAR_2023[0] - 365, YEAR_2024[1])


@pytest.fixture
def harness(ledger: Ledger, cast: Cast) -> Contract:
    return ledger.deploy("LibraryHarness", sender=cast.stranger)


def in_granules(amounts: list[int], granularity: int) -> list[int]:
    """Whole granules of the cumulated amounts, less those of the vintages before."""
    whole = [sum(amounts[: end + 1]) // granularity * granularity for end in range(len(amounts))]
    return [now - before for before, now in zip([0, *whole], whole, strict=False)]


class TestInGranules:
    """
    whatever the amounts and the granularity    the sum is the whole granules of the sum
    ...                                         up to any vintage never more than was verified
    ...                                         every vintage's share is whole, none negative
    """

    @given(
        amounts=st.lists(st.integers(0, 2**45), min_size=1, max_size=12),
        granularity=st.one_of(st.integers(1, 20), st.integers(1, 2**32 - 1)),
    )
    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_carries_the_rest_to_the_next_given_any_amounts(
        self, harness: Contract, amounts: list[int], granularity: int
    ) -> None:
        given = [(2000 + number, kg) for number, kg in enumerate(amounts)]
        issuable = harness.inGranules(given, granularity)
        assert [year for year, _ in issuable] == [year for year, _ in given]
        shares = [kg for _, kg in issuable]
        assert shares == in_granules(amounts, granularity)
        assert sum(shares) == sum(amounts) // granularity * granularity
        for end in range(len(shares)):
            assert sum(shares[: end + 1]) <= sum(amounts[: end + 1])
            assert shares[end] % granularity == 0
            assert shares[end] >= 0


class TestIssuable:
    """
    given nothing was verified                       nothing is issuable, nothing carried
    given every vintage alone makes no granule       the last one issues what they make together
    given a granule that no vintage completes        it is carried
    given the report was archived                    the amounts stay readable
    """

    WHOLE = Terms(unit_type=UnitType.PCR, granularity_kg=1_000)

    def test_is_nothing_given_nothing_was_verified(
        self, reporting: Reporting, reports: Contract
    ) -> None:
        report_id = reporting.pending(reporting.project(self.WHOLE))
        for unknown in (report_id, b"\x07" * 14):
            assert reports.issuableVintages(unknown) == []
            assert reports.carriedKg(unknown) == 0
        reporting.reject(report_id)
        assert reports.issuableVintages(report_id) == []
        assert reports.carriedKg(report_id) == 0

    def test_adds_up_in_the_order_of_vintages(
        self, reporting: Reporting, reports: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.pending(reporting.project(self.WHOLE), days=THREE_YEARS)
        reporting.verify(report_id, 2_497, ((2022, 999), (2023, 999), (2024, 499)))
        assert reports.issuableVintages(report_id) == [(2022, 0), (2023, 1_000), (2024, 1_000)]
        assert reports.carriedKg(report_id) == 497
        assert reports.vintageTerms(report_id, 2024)[1] == 1_000
        assert reports.vintageTerms(report_id, 2022)[1] == 0
        assert reports.vintageTerms(report_id, 2021)[1] == 0
        assert reports.verifiedKg(report_id, 2024) == 499
        for vintage in (2023, 2024):
            units.mint(report_id, vintage, 1_000, sender=cast.operator)

    def test_carries_a_granule_that_nothing_completes(
        self, reporting: Reporting, reports: Contract
    ) -> None:
        report_id = reporting.verified(999, self.WHOLE)
        assert reports.issuableVintages(report_id) == [(2024, 0)]
        assert reports.carriedKg(report_id) == 999

    def test_stays_readable_given_the_report_was_archived(
        self, reporting: Reporting, reports: Contract, developer: str
    ) -> None:
        report_id = reporting.verified(1_999, self.WHOLE)
        reports.archiveReport(report_id, "", sender=developer)
        assert reports.report(report_id).status == ReportStatus.Archived
        assert reports.issuableVintages(report_id) == [(2024, 1_000)]
        assert reports.carriedKg(report_id) == 999


def years_after(day: int, years: int) -> int:
    """Python's calendar: the same date, or 28 February; at most the last day of 16 bits."""
    when = EPOCH + timedelta(days=day)
    year = when.year + years
    if year > 9999:
        return LAST_DAY
    leap_day = (when.month, when.day) == (2, 29)
    try:
        then = when.replace(year=year)
    except ValueError:
        assert leap_day
        then = date(year, 2, 28)
    return min((then - EPOCH).days, LAST_DAY)


class TestMonitoringEnd:
    """
    whatever the end and the years            it is Python's calendar's, at most 2149-06-06
    given the period ends on a 29 February    28 February, or 29 February in a leap year
    given a report                            zero until a verifier is assigned, then fixed
    given the report comes back for other days, and is assigned again    it is counted anew
    """

    @given(day=st.integers(0, LAST_DAY), years=st.integers(1, 1000))
    @settings(
        max_examples=200,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_is_pythons_given_any_day(self, harness: Contract, day: int, years: int) -> None:
        assert harness.yearsAfter(day, years) == years_after(day, years)

    @pytest.mark.parametrize(
        ("end", "years", "expected"),
        [
            (date(2024, 2, 29), 1, date(2025, 2, 28)),
            (date(2024, 2, 29), 4, date(2028, 2, 29)),
            (date(2024, 2, 29), 76, date(2100, 2, 28)),
            (date(2023, 2, 28), 1, date(2024, 2, 28)),
            (date(2023, 3, 1), 1, date(2024, 3, 1)),
            (date(2024, 3, 1), 1, date(2025, 3, 1)),
            (date(2024, 12, 31), 1, date(2025, 12, 31)),
            (date(2048, 6, 6), 101, date(2149, 6, 6)),
            (date(2048, 6, 7), 101, date(2149, 6, 6)),
            (date(2048, 12, 31), 102, date(2149, 6, 6)),
        ],
    )
    def test_is_the_same_date_so_many_years_later(
        self, harness: Contract, end: date, years: int, expected: date
    ) -> None:
        day = (end - EPOCH).days
        assert harness.yearsAfter(day, years) == (expected - EPOCH).days

    def test_is_zero_until_a_verifier_is_assigned(
        self, reporting: Reporting, reports: Contract, cast: Cast
    ) -> None:
        terms = Terms(UnitType.CFS, 1_000, 250, expires=True, durability_years=35)
        project_id = reporting.project(terms)
        report_id = reporting.submit(project_id)
        shared = {
            "projectId": project_id,
            "developer": cast.developer,
            "unitType": UnitType.CFS,
            "granularityKg": 1_000,
            "bufferRateBps": 250,
            "expires": True,
        }
        submitted = {"status": ReportStatus.Submitted, "monitoringEndDay": 0}
        assert reports.issuanceTerms(report_id)._asdict() == {**shared, **submitted}
        reporting.assign(report_id)
        end = (date(2059, 12, 31) - EPOCH).days
        pending = {"status": ReportStatus.PendingVerification, "monitoringEndDay": end}
        assert reports.issuanceTerms(report_id)._asdict() == {**shared, **pending}

    def test_is_counted_anew_given_the_report_came_back(
        self, reporting: Reporting, reports: Contract
    ) -> None:
        project_id = reporting.project(Terms(durability_years=1))
        report_id = reporting.pending(project_id, "r", YEAR_2024)
        reporting.reject(report_id)
        reporting.resubmit(project_id, "r", "r, second", YEAR_2023)
        reporting.assign(report_id)
        assert reports.issuanceTerms(report_id).monitoringEndDay == YEAR_2024[1]

    def test_is_zero_given_the_report_is_unknown(self, reports: Contract) -> None:
        nothing = (bytes(32), ZERO_ADDRESS, 0, 0, 0, 0, False, 0)
        assert reports.issuanceTerms(b"\x07" * 14) == nothing

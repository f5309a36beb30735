"""Reporting periods of one project never share a day."""

from collections.abc import Iterator
from random import Random

import pytest

from .ledger import Contract, reverts
from .reporting import YEAR_2024, Reporting, Submission
from .samples import Pdd, Stage, content_hash

FIRST, LAST = YEAR_2024
CENTURY = 36_524


@pytest.fixture
def project_id(reporting: Reporting) -> bytes:
    return reporting.project()


@pytest.fixture
def endless(stage: Stage) -> bytes:
    """A project whose PDD names no duration."""
    key = stage.methodology("endless")
    pdd = Pdd(content_hash("endless"), key, start_day=0, end_day=2**16 - 1)
    return stage.project(name="endless", pdd=pdd)


class TestPeriod:
    """
    when it ends before it starts                        it reverts
    when it begins before or ends after the project's    it reverts, naming the project's
    when it is one day                                   it is taken
    """

    def test_reverts_when_it_ends_before_it_starts(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        with reverts("MRVRegistryInvalidPeriod", FIRST + 1, FIRST):
            reporting.submit(project_id, days=(FIRST + 1, FIRST))

    @pytest.mark.parametrize("days", [(FIRST - 1, LAST), (FIRST, LAST + 1), (0, 1), (65535, 65535)])
    def test_reverts_when_it_leaves_the_project(
        self, reporting: Reporting, days: tuple[int, int]
    ) -> None:
        project_id = reporting.project(days=YEAR_2024)
        with reverts("MRVRegistryPeriodOutsideProject", project_id, FIRST, LAST):
            reporting.submit(project_id, days=days)

    @pytest.mark.parametrize("days", [(FIRST, LAST), (FIRST, FIRST), (LAST, LAST)])
    def test_is_taken_when_within_the_project(
        self, reporting: Reporting, reports: Contract, days: tuple[int, int]
    ) -> None:
        project_id = reporting.project(days=YEAR_2024)
        report_id = reporting.submit(project_id, days=days)
        assert reports.overlappingReport(project_id, *days) == report_id

    @pytest.mark.parametrize("day", [0, 65535])
    def test_is_taken_when_a_single_day_at_the_end_of_time(
        self, reporting: Reporting, endless: bytes, day: int
    ) -> None:
        report_id = reporting.submit(endless, "r", (day, day))
        with reverts("MRVRegistryPeriodOverlap", endless, report_id, day, day):
            reporting.submit(endless, "s", (0, 65535))


HELD = (FIRST + 100, FIRST + 199)


class TestExclusion:
    """
    when it shares a day with an accepted report's    it reverts, naming that report and its days
    when it only touches one                          it is taken
    given the other report is of another project      it is taken
    """

    @pytest.mark.parametrize(
        "days",
        [
            pytest.param(HELD, id="repeats"),
            pytest.param((FIRST + 120, FIRST + 130), id="nests inside"),
            pytest.param((FIRST, LAST), id="nests around"),
            pytest.param((FIRST, FIRST + 100), id="shares the first day"),
            pytest.param((FIRST + 199, LAST), id="shares the last day"),
            pytest.param((FIRST + 50, FIRST + 150), id="straddles the start"),
            pytest.param((FIRST + 150, FIRST + 250), id="straddles the end"),
            pytest.param((FIRST + 100, FIRST + 100), id="is the first day"),
            pytest.param((FIRST + 199, FIRST + 199), id="is the last day"),
        ],
    )
    def test_reverts_when_a_day_is_shared(
        self, reporting: Reporting, reports: Contract, project_id: bytes, days: tuple[int, int]
    ) -> None:
        held = reporting.submit(project_id, "held", HELD)
        with reverts("MRVRegistryPeriodOverlap", project_id, held, *HELD):
            reporting.submit(project_id, "new", days)
        assert reports.overlappingReport(project_id, *days) == held

    @pytest.mark.parametrize("days", [(FIRST, FIRST + 99), (FIRST + 200, LAST)])
    def test_is_taken_when_it_only_touches(
        self, reporting: Reporting, reports: Contract, project_id: bytes, days: tuple[int, int]
    ) -> None:
        reporting.submit(project_id, "held", HELD)
        assert reports.overlappingReport(project_id, *days) == bytes(14)
        assert reporting.submit(project_id, "new", days)

    def test_is_taken_given_the_other_is_of_another_project(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        reporting.submit(project_id, "r", HELD)
        assert reporting.submit(reporting.project(name="project-2"), "r", HELD)

    def test_is_decided_alike_in_any_order_of_submission(
        self, reporting: Reporting, reports: Contract, project_id: bytes
    ) -> None:
        quarters = [(FIRST, FIRST + 90), (FIRST + 91, FIRST + 181), (FIRST + 182, FIRST + 273)]
        quarters.append((FIRST + 274, LAST))
        Random(7).shuffle(quarters)
        names = {days: reporting.submit(project_id, f"r{days[0]}", days) for days in quarters}
        for days, report_id in names.items():
            with reverts("MRVRegistryPeriodOverlap", project_id, report_id, *days):
                reporting.submit(project_id, "again", days)
            assert reports.overlappingReport(project_id, *days) == report_id


class TestFreedPeriod:
    """
    given the report was rejected or withdrawn          its period is free for another
    given another took it                               the first cannot come back with that period,
                                                        but with a free one
    given the report was verified, or archived later    its period stays taken
    """

    @pytest.mark.parametrize("step", ["reject", "withdraw"])
    def test_is_taken_by_another_given_it_was_freed(
        self, reporting: Reporting, project_id: bytes, step: str
    ) -> None:
        first = reporting.pending(project_id, "first", HELD)
        getattr(reporting, step)(first)
        second = reporting.submit(project_id, "second", HELD)
        with reverts("MRVRegistryPeriodOverlap", project_id, second, *HELD):
            reporting.resubmit(project_id, "first", "first, again", HELD)
        reporting.resubmit(project_id, "first", "first, again", (FIRST, FIRST + 99))
        reporting.withdraw(second)
        with reverts("MRVRegistryPeriodOverlap", project_id, first, FIRST, FIRST + 99):
            reporting.resubmit(project_id, "second", "second, again", (FIRST, LAST))

    def test_comes_back_given_nobody_took_it(self, reporting: Reporting, project_id: bytes) -> None:
        report_id = reporting.pending(project_id, "r", HELD)
        reporting.reject(report_id)
        reporting.resubmit(project_id, "r", "r, again", HELD)
        with reverts("MRVRegistryPeriodOverlap", project_id, report_id, *HELD):
            reporting.submit(project_id, "s", HELD)

    def test_stays_taken_given_it_was_verified_and_archived(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        report_id = reporting.pending(project_id, "r", HELD)
        reporting.verify(report_id)
        with reverts("MRVRegistryPeriodOverlap", project_id, report_id, *HELD):
            reporting.submit(project_id, "s", HELD)
        reports.archiveReport(report_id, "", sender=developer)
        with reverts("MRVRegistryPeriodOverlap", project_id, report_id, *HELD):
            reporting.submit(project_id, "s", HELD)


class TestCostOfSubmission:
    """
    given 200 accepted reports instead of one      a submission costs the same
    when the period is of a century, not a day     so it does
    """

    def test_costs_the_same_given_200_reports(
        self, reporting: Reporting, reports: Contract, endless: bytes, developer: str
    ) -> None:
        gas = list(self.submissions(reports, endless, developer))
        # The first one is recent, the second one opens the project's set of periods.
        assert max(gas[2:]) - min(gas[2:]) < 0.01 * min(gas[2:])

    def submissions(self, reports: Contract, project_id: bytes, developer: str) -> Iterator[int]:
        """One day each, every one in a word of its own, from the last to the first."""
        for number in reversed(range(56, 256)):
            submission = Submission(content_hash(str(number)), number * 256, number * 256)
            receipt = reports.submitReport(
                project_id, f"r-{number:03}", submission, sender=developer
            )
            yield receipt.gas_used

    def test_costs_the_same_when_the_period_is_a_century(
        self, reports: Contract, endless: bytes, developer: str
    ) -> None:
        costs = [
            reports.submitReport(
                endless, name, Submission(content_hash(name), *days), sender=developer
            ).gas_used
            for name, days in (
                ("first", (1, 1)),
                ("day--", (10_000, 10_000)),
                ("year-", (11_000, 11_364)),
                ("centu", (20_000, 20_000 + CENTURY)),
            )
        ]
        assert costs[1:] == pytest.approx([costs[1]] * 3, rel=0.01)

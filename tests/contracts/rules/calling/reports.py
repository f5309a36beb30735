"""Calls about monitoring reports."""

from __future__ import annotations

from tests.contracts.reporting import (
    YEAR_2023,
    YEAR_2024,
    ReportStatus,
    Submission,
    Verification,
)
from tests.contracts.rules.reports import RETURNED, UNDECIDED
from tests.contracts.samples import (
    ProjectStatus,
    content_hash,
)

from .drawing import NAMES, Arguments
from .projects import ProjectCalls

PERIODS = (YEAR_2023, YEAR_2024, (YEAR_2023[0], YEAR_2024[1]), (19_700, 19_730), (20_089, 20_453))


class ReportCalls(ProjectCalls):
    """Calls about monitoring reports."""

    def reports_submitReport(self) -> Arguments:  # noqa: N802
        name = self.some([f"{self.any_of(NAMES)}-{self.random.randrange(9)}"], ["", "a b"])
        project_id = self.project(ProjectStatus.Validated)
        return (project_id, name, self.submission(project_id))

    def submission(self, project_id: bytes) -> Submission:
        """Mostly days after every other report's; also in between, across others, and no days."""
        held = (one for one in self.w.reports.values() if one.project_id == project_id)
        first = max((one.end_day for one in held), default=19_000) + 1
        following = (first, first + self.random.randrange(60))
        start = self.random.randrange(18_300, 20_500)
        between = (start, start + self.random.randrange(30))
        days = self.any_of((following, following, between, self.any_of(PERIODS)))
        days = self.some([days], [(20_000, 19_999), (1, 2), (self.w.day, self.w.day)])
        return Submission(self.hash(), *days, self.text())

    def reports_resubmitReport(self) -> Arguments:  # noqa: N802
        good = [one for one, held in self.w.reports.items() if held.status in RETURNED]
        report_id = self.some(good, list(self.w.reports))
        project_id, name = self.names.get(report_id, (content_hash("unknown"), "alpha"))
        return (project_id, name, self.submission(project_id))

    #: Filled by whoever plays: a report's id does not tell its document.
    names: dict[bytes, tuple[bytes, str]]

    def report(self, *statuses: int) -> bytes:
        good = [one for one, held in self.w.reports.items() if held.status in statuses]
        return bytes(self.some(good, [*self.w.reports, bytes(14)]))

    def reports_withdrawReport(self) -> Arguments:  # noqa: N802
        return (self.report(*UNDECIDED), self.text())

    def reports_assignVerifier(self) -> Arguments:  # noqa: N802
        judges = sorted(self.w.members["verifier"])
        return (self.report(*UNDECIDED), self.some(judges, self.accounts))

    def reports_verifyReport(self) -> Arguments:  # noqa: N802
        report_id = self.report(ReportStatus.PendingVerification)
        kg = self.some((1, 999, 1_000, 5_500, 40_001), (0, 2**53 - 1, 2**53))
        return (
            report_id,
            Verification(self.report_hash(report_id), kg, self.breakdown(kg), self.hash()),
        )

    def breakdown(self, kg: int) -> tuple[tuple[int, int], ...]:
        if self.random.random() < 0.5:
            return ()
        first = self.random.randrange(kg + 1)
        year = self.any_of((2023, 2023, 2024))
        return ((year, first), (year + 1, kg - first + self.some([0], [1])))

    def report_hash(self, report_id: bytes) -> bytes:
        held = self.w.reports.get(report_id)
        return bytes(self.some([held.report_hash] if held else [], [self.hash()]))

    def reports_rejectReport(self) -> Arguments:  # noqa: N802
        report_id = self.report(ReportStatus.PendingVerification)
        return (report_id, self.report_hash(report_id), self.hash(), self.text(), self.text())

    def reports_archiveReport(self) -> Arguments:  # noqa: N802
        return (self.report(ReportStatus.Verified), self.text())

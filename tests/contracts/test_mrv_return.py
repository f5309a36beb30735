"""Reports that come back, end, or stand still: withdrawal, resubmission, archival, pause."""

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import YEAR_2023, Reporting, ReportStatus, Serial, Submission, Verification
from .samples import ZERO_HASH, Cast, ProjectStatus, Stage, Terms, content_hash


@pytest.fixture
def project_id(reporting: Reporting) -> bytes:
    return reporting.project()


class TestWithdrawAndResubmit:
    """
    given the report is submitted or pending           the developer may withdraw it
    given the report is rejected or withdrawn          the developer may submit a new version
    when the new version has the old hash              it reverts
    given any other status                             both revert, naming it
    """

    @pytest.mark.parametrize("step", ["submit", "pending"])
    def test_withdraws_given_no_decision(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast, step: str
    ) -> None:
        report_id = getattr(reporting, step)(project_id)
        receipt = reports.withdrawReport(report_id, "typing error", sender=cast.developer)
        (change,) = receipt.named("MRVStatusChanged")
        assert (change["to"], change["reason"]) == (ReportStatus.Withdrawn, "typing error")

    def test_reverts_when_another_withdraws(
        self, reporting: Reporting, reports: Contract, project_id: bytes, other_developer: str
    ) -> None:
        report_id = reporting.submit(project_id)
        with reverts("MRVRegistryNotDeveloper", project_id, other_developer):
            reports.withdrawReport(report_id, "", sender=other_developer)

    @pytest.mark.parametrize("step", ["reject", "verify", "withdraw"])
    def test_reverts_when_withdrawn_given_a_decision(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str, step: str
    ) -> None:
        report_id = reporting.pending(project_id)
        getattr(reporting, step)(report_id)
        status = reports.report(report_id).status
        with reverts("MRVRegistryUnexpectedStatus", report_id, status):
            reports.withdrawReport(report_id, "", sender=developer)

    @pytest.mark.parametrize("step", ["reject", "withdraw"])
    def test_submits_a_new_version_given_it_came_back(
        self, reporting: Reporting, reports: Contract, project_id: bytes, step: str
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        getattr(reporting, step)(report_id)
        receipt = reporting.resubmit(project_id, "r", "r, second", YEAR_2023)
        assert [event.name for event in receipt.events] == ["MRVSubmitted", "MRVStatusChanged"]
        held = reports.report(report_id)
        assert (held.version, held.reportHash) == (2, content_hash("r, second"))
        assert (held.startDay, held.endDay, held.status) == (*YEAR_2023, ReportStatus.Submitted)

    def test_needs_a_new_assignment_given_it_was_resubmitted(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        reporting.reject(report_id)
        reporting.resubmit(project_id, "r", "r, second")
        with reverts("MRVRegistryUnexpectedStatus", report_id, ReportStatus.Submitted):
            reporting.verify(report_id)
        reporting.assign(report_id)
        reporting.verify(report_id)

    def test_issues_by_its_terms_given_it_was_withdrawn_before_any_assignment(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        project_id = reporting.project(Terms(granularity_kg=10, buffer_rate_bps=1_000), "p")
        report_id = reporting.submit(project_id, "r")
        reporting.withdraw(report_id)
        reporting.resubmit(project_id, "r", "r, second")
        reporting.assign(report_id)
        reporting.verify(report_id, 1_000)
        units.mint(report_id, 2024, 1_000, sender=cast.operator)
        own, buffered = Serial(report_id, 2024, 0, 900), Serial(report_id, 2024, 900, 100)
        assert units.ownerOf(own.token_id) == cast.developer
        assert units.ownerOf(buffered.token_id) == units.address

    def test_keeps_the_last_decision_given_two(
        self,
        reporting: Reporting,
        reports: Contract,
        project_id: bytes,
        verifier: str,
        ledger: Ledger,
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        reporting.reject(report_id)
        reporting.resubmit(project_id, "r", "r, second")
        reporting.assign(report_id)
        ledger.wait(3600)
        second = Verification(content_hash("r, second"), statement_hash=content_hash("it holds"))
        reports.verifyReport(report_id, second, sender=verifier)
        held = reports.report(report_id)
        assert held.decidedAt == ledger.now

    def test_reverts_when_the_new_version_has_the_old_hash(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        reporting.reject(report_id)
        with reverts("MRVRegistryUnchangedReport", report_id, content_hash("r")):
            reporting.resubmit(project_id, "r", "r")

    @pytest.mark.parametrize("step", ["submit", "pending"])
    def test_reverts_when_resubmitted_given_no_decision(
        self, reporting: Reporting, reports: Contract, project_id: bytes, step: str
    ) -> None:
        report_id = getattr(reporting, step)(project_id, "r")
        status = reports.report(report_id).status
        with reverts("MRVRegistryUnexpectedStatus", report_id, status):
            reporting.resubmit(project_id, "r", "r, second")

    def test_reverts_when_another_resubmits(
        self, reporting: Reporting, reports: Contract, project_id: bytes, other_developer: str
    ) -> None:
        reporting.withdraw(reporting.submit(project_id, "r"))
        with reverts("MRVRegistryNotDeveloper", project_id, other_developer):
            reports.resubmitReport(
                project_id, "r", Submission(content_hash("new")), sender=other_developer
            )

    def test_reverts_when_resubmitted_given_the_project_is_archived(
        self, stage: Stage, reporting: Reporting, project_id: bytes
    ) -> None:
        reporting.withdraw(reporting.submit(project_id, "r"))
        stage.archive(project_id)
        with reverts("MRVRegistryProjectNotValidated", project_id, ProjectStatus.Archived):
            reporting.resubmit(project_id, "r", "r, second")


class TestArchiveReport:
    """
    when the caller is neither the project's developer nor an operator   it reverts
    given the report is not verified                                     it reverts
    otherwise                                                            nothing more is issued
    """

    @pytest.mark.parametrize("who", ["developer", "operator"])
    def test_archives_when_the_caller_may(
        self, reporting: Reporting, reports: Contract, units: Contract, cast: Cast, who: str
    ) -> None:
        report_id = reporting.verified()
        receipt = reports.archiveReport(report_id, "superseded", sender=getattr(cast, who))
        (change,) = receipt.named("MRVStatusChanged")
        assert (change["to"], change["reason"]) == (ReportStatus.Archived, "superseded")
        with reverts("CRUReportNotVerified", report_id, ReportStatus.Archived):
            units.mint(report_id, 2024, 1, sender=cast.operator)

    @pytest.mark.parametrize("who", ["other_developer", "verifier", "stranger", "guardian"])
    def test_reverts_when_the_caller_may_not(
        self, reporting: Reporting, reports: Contract, cast: Cast, who: str
    ) -> None:
        report_id, caller = reporting.verified(), getattr(cast, who)
        with reverts("MRVRegistryNotDeveloperOrOperator", report_id, caller):
            reports.archiveReport(report_id, "", sender=caller)

    def test_reverts_given_the_report_is_not_verified(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryUnexpectedStatus", report_id, ReportStatus.PendingVerification):
            reports.archiveReport(report_id, "", sender=developer)


class TestLongTexts:
    """
    when a reason is longer than 500 bytes   every call that takes one reverts
    """

    def test_reverts_when_the_reason_is_too_long(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryTextTooLong", 501, 500):
            reporting.reject(report_id, "ä" * 250 + "x")
        with reverts("MRVRegistryTextTooLong", 501, 500):
            reports.withdrawReport(report_id, "x" * 501, sender=developer)
        reporting.verify(report_id)
        with reverts("MRVRegistryTextTooLong", 501, 500):
            reports.archiveReport(report_id, "x" * 501, sender=developer)


class TestPause:
    """
    given the registry of reports is paused   every change reverts
    """

    def test_reverts_given_it_is_paused(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast
    ) -> None:
        report_id = reporting.pending(project_id)
        submission = Submission(content_hash("x"), *YEAR_2023)
        reports.pause(sender=cast.guardian)
        for who, call in (
            (cast.developer, ("submitReport", project_id, "r", submission)),
            (cast.developer, ("resubmitReport", project_id, "r", submission)),
            (cast.developer, ("withdrawReport", report_id, "")),
            (cast.developer, ("archiveReport", report_id, "")),
            (cast.operator, ("assignVerifier", report_id, cast.verifier)),
            (cast.verifier, ("verifyReport", report_id, Verification(content_hash("report-1")))),
            (cast.verifier, ("rejectReport", report_id, ZERO_HASH, ZERO_HASH, "", "")),
            (cast.administrator, ("connectUnits", cast.stranger)),
        ):
            with reverts("EnforcedPause"):
                reports.simulate(*call, sender=who)
        reports.unpause(sender=cast.administrator)
        reporting.verify(report_id)

"""A verifier's outcome: who gives it, on what, how much, for which vintages, and what it issues."""

import pytest

from .ledger import SECONDS_PER_DAY, Contract, Ledger, reverts
from .reporting import (
    YEAR_2023,
    YEAR_2024,
    Reporting,
    ReportStatus,
    Verification,
)
from .samples import ZERO_HASH, Cast, Stage, content_hash

VERIFIER = 4
LIMIT = 2**53 - 1
BOTH_YEARS = (YEAR_2023[0], YEAR_2024[1])


@pytest.fixture
def pending(reporting: Reporting) -> bytes:
    """A report on 2024 that the verifier is to judge; its hash is content_hash("report-1")."""
    return reporting.pending(reporting.project())


@pytest.fixture
def judged() -> Verification:
    return Verification(content_hash("report-1"))


class TestVerifyReport:
    """
    given the report is not pending                     it reverts, naming its status
    when the caller lacks the role, or lost it          it reverts
    when the caller is not the assigned verifier        it reverts
    when another hash than the current one is named     it reverts, naming both
    when the statement's hash is zero                   it reverts
    when the amount is zero or above 2^53 - 1           it reverts
    given the period is not over                        it reverts
    otherwise                                           it stores and emits the outcome
    """

    def test_stores_and_emits_the_outcome(
        self, reports: Contract, pending: bytes, judged: Verification, cast: Cast, ledger: Ledger
    ) -> None:
        receipt = reports.verifyReport(pending, judged, sender=cast.verifier)
        held = reports.report(pending)
        assert [event.name for event in receipt.events] == ["MRVStatusChanged", "MRVVerified"]
        assert receipt.events[0].arguments == {
            "reportId": pending,
            "from": ReportStatus.PendingVerification,
            "to": ReportStatus.Verified,
            "actor": cast.verifier,
            "reportHash": judged.report_hash,
            "statementHash": judged.statement_hash,
            "statementUri": "ipfs://statement",
            "reason": "",
        }
        assert receipt.events[1].arguments == {
            "reportId": pending,
            "verifier": cast.verifier,
            "projectId": held.projectId,
            "verifiedKg": 1_000,
            "vintages": [(2024, 1_000)],
        }
        assert (held.status, held.verifiedKg) == (ReportStatus.Verified, 1_000)
        assert held.decidedAt == ledger.now

    def test_reverts_when_the_caller_is_another_verifier(
        self, reports: Contract, access: Contract, pending: bytes, judged: Verification, cast: Cast
    ) -> None:
        access.grantRole(VERIFIER, cast.stranger, 0, sender=cast.administrator)
        with reverts("MRVRegistryNotAssignedVerifier", pending, cast.stranger):
            reports.verifyReport(pending, judged, sender=cast.stranger)

    @pytest.mark.parametrize("who", ["developer", "validator", "operator", "administrator"])
    def test_reverts_when_the_caller_is_no_verifier(
        self, reports: Contract, pending: bytes, judged: Verification, cast: Cast, who: str
    ) -> None:
        with reverts("AccessManagedUnauthorized", getattr(cast, who)):
            reports.verifyReport(pending, judged, sender=getattr(cast, who))

    def test_reverts_given_the_role_was_revoked_after_the_assignment(
        self, reports: Contract, access: Contract, pending: bytes, judged: Verification, cast: Cast
    ) -> None:
        access.revokeRole(VERIFIER, cast.verifier, sender=cast.administrator)
        with reverts("AccessManagedUnauthorized", cast.verifier):
            reports.verifyReport(pending, judged, sender=cast.verifier)

    def test_reverts_when_a_version_is_named_that_is_not_current(
        self, reporting: Reporting, reports: Contract, pending: bytes, cast: Cast
    ) -> None:
        stale, current = content_hash("report-1"), content_hash("second")
        reporting.withdraw(pending)
        reporting.resubmit(reports.report(pending).projectId, "report-1", "second")
        reporting.assign(pending)
        with reverts("MRVRegistryStaleReport", pending, stale, current):
            reports.verifyReport(pending, Verification(stale), sender=cast.verifier)
        with reverts("MRVRegistryStaleReport", pending, stale, current):
            reports.rejectReport(pending, stale, ZERO_HASH, "", "", sender=cast.verifier)

    def test_reverts_when_the_statement_is_missing(
        self, reports: Contract, pending: bytes, judged: Verification, verifier: str
    ) -> None:
        with reverts("MRVRegistryZeroHash"):
            without = judged._replace(statement_hash=ZERO_HASH)
            reports.verifyReport(pending, without, sender=verifier)
        with reverts("MRVRegistryTextTooLong", 513, 512):
            long = judged._replace(statement_uri="u" * 513)
            reports.verifyReport(pending, long, sender=verifier)

    @pytest.mark.parametrize("kg", [LIMIT + 1, 2**64 - 1])
    def test_reverts_when_the_amount_is_out_of_range(
        self, reporting: Reporting, pending: bytes, kg: int
    ) -> None:
        with reverts("MRVRegistryZeroAmount"):
            reporting.verify(pending, 0)
        with reverts("MRVRegistryAmountTooLarge", pending, kg, LIMIT):
            reporting.verify(pending, kg)

    def test_verifies_when_the_amount_is_the_limit(
        self, reporting: Reporting, reports: Contract, pending: bytes
    ) -> None:
        reporting.verify(pending, LIMIT)
        assert reports.verifiedKg(pending, 2024) == LIMIT

    def test_reverts_given_the_period_is_not_over(
        self, reporting: Reporting, ledger: Ledger
    ) -> None:
        today = ledger.today
        report_id = reporting.pending(reporting.project(), days=(today - 10, today))
        with reverts("MRVRegistryPeriodNotOver", report_id, today):
            reporting.verify(report_id)
        ledger.wait((today + 1) * SECONDS_PER_DAY - ledger.now)
        reporting.verify(report_id)

    def test_reverts_given_the_report_is_not_pending(
        self, reporting: Reporting, reports: Contract, judged: Verification, verifier: str
    ) -> None:
        report_id = reporting.submit(reporting.project())
        with reverts("MRVRegistryUnexpectedStatus", report_id, ReportStatus.Submitted):
            reports.verifyReport(report_id, judged, sender=verifier)

    @pytest.mark.parametrize("step", ["verify", "reject"])
    def test_reverts_given_it_was_decided(
        self, reporting: Reporting, reports: Contract, pending: bytes, step: str
    ) -> None:
        getattr(reporting, step)(pending)
        status = reports.report(pending).status
        for again in (reporting.verify, reporting.reject):
            with reverts("MRVRegistryUnexpectedStatus", pending, status):
                again(pending)

    def test_verifies_given_the_project_was_archived_meanwhile(
        self, stage: Stage, reporting: Reporting, reports: Contract, pending: bytes
    ) -> None:
        stage.archive(reports.report(pending).projectId)
        reporting.verify(pending)


class TestRejectReport:
    """
    when the reason is empty    it reverts
    otherwise                   it emits the reason and the statement
    """

    def test_emits_reason_and_statement(
        self, reporting: Reporting, reports: Contract, pending: bytes, ledger: Ledger
    ) -> None:
        (change,) = reporting.reject(pending, "samples lost").named("MRVStatusChanged")
        assert change["to"] == ReportStatus.Rejected
        assert change["reason"] == "samples lost"
        assert change["statementHash"] == content_hash("statement")
        held = reports.report(pending)
        assert held.decidedAt == ledger.now
        assert held.verifiedKg == 0

    def test_reverts_when_the_reason_is_empty(self, reporting: Reporting, pending: bytes) -> None:
        with reverts("MRVRegistryReasonRequired"):
            reporting.reject(pending, "")

    def test_reverts_when_the_statement_is_missing(
        self, reports: Contract, pending: bytes, verifier: str
    ) -> None:
        with reverts("MRVRegistryZeroHash"):
            reports.rejectReport(
                pending, content_hash("report-1"), ZERO_HASH, "", "why", sender=verifier
            )


class TestVintages:
    """
    when no breakdown is given             the amount is split by days, the last year takes the rest
    when a breakdown is given              it is kept as given
    when a year is outside the period      it reverts
    when years repeat or descend           it reverts
    when the sum is another                it reverts, naming both
    """

    @pytest.fixture
    def two_years(self, reporting: Reporting) -> bytes:
        return reporting.pending(reporting.project(), days=BOTH_YEARS)

    def test_are_split_by_days_when_no_breakdown_is_given(
        self, reporting: Reporting, reports: Contract, two_years: bytes
    ) -> None:
        (event,) = reporting.verify(two_years, 1_000).named("MRVVerified")
        # 2023 has 365 of the 731 days: 499.3 kg.
        assert event["vintages"] == [(2023, 499), (2024, 501)]
        assert reports.verifiedVintages(two_years) == [(2023, 499), (2024, 501)]
        assert [reports.verifiedKg(two_years, year) for year in range(2022, 2026)] == [
            0,
            499,
            501,
            0,
        ]

    @pytest.mark.parametrize(
        "breakdown",
        [
            ((2023, 700), (2024, 300)),
            ((2024, 1_000),),
            ((2023, 1_000),),
            ((2023, 0), (2024, 1_000)),
        ],
    )
    def test_are_kept_when_a_breakdown_is_given(
        self,
        reporting: Reporting,
        reports: Contract,
        two_years: bytes,
        breakdown: tuple[tuple[int, int], ...],
    ) -> None:
        (event,) = reporting.verify(two_years, 1_000, breakdown).named("MRVVerified")
        assert event["vintages"] == list(breakdown)
        assert reports.verifiedVintages(two_years) == list(breakdown)
        assert reports.verifiedKg(two_years, 2023) == dict(breakdown).get(2023, 0)

    @pytest.mark.parametrize(
        ("breakdown", "wrong"),
        [
            (((2022, 1_000),), 2022),
            (((2023, 1), (2025, 999)), 2025),
            (((2024, 1), (2023, 999)), 2023),
            (((2023, 1), (2023, 999)), 2023),
            (((0, 1_000),), 0),
            (((65535, 1_000),), 65535),
        ],
    )
    def test_are_refused_when_a_year_does_not_fit(
        self,
        reporting: Reporting,
        two_years: bytes,
        breakdown: tuple[tuple[int, int], ...],
        wrong: int,
    ) -> None:
        with reverts("MRVRegistryInvalidVintage", two_years, wrong):
            reporting.verify(two_years, 1_000, breakdown)

    @pytest.mark.parametrize(
        ("breakdown", "total"),
        [
            (((2023, 500), (2024, 499)), 999),
            (((2023, 500), (2024, 501)), 1_001),
            (((2023, 2**64 - 1), (2024, 1_001)), 2**64 + 1_000),
        ],
    )
    def test_are_refused_when_the_sum_is_another(
        self,
        reporting: Reporting,
        two_years: bytes,
        breakdown: tuple[tuple[int, int], ...],
        total: int,
    ) -> None:
        with reverts("MRVRegistryVintageSumMismatch", two_years, 1_000, total):
            reporting.verify(two_years, 1_000, breakdown)

    def test_are_checked_too_given_a_single_year(
        self, reporting: Reporting, reports: Contract, pending: bytes
    ) -> None:
        with reverts("MRVRegistryVintageSumMismatch", pending, 1_000, 999):
            reporting.verify(pending, 1_000, ((2024, 999),))
        reporting.verify(pending, 1_000, ((2024, 1_000),))
        assert reports.verifiedVintages(pending) == [(2024, 1_000)]

    def test_are_none_given_no_verification(self, reports: Contract, pending: bytes) -> None:
        assert reports.verifiedVintages(pending) == []
        assert reports.verifiedKg(pending, 2024) == 0

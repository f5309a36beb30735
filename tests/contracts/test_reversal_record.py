"""A reversal: recorded by an operator, covered by the buffer first, then by the liable account."""

from __future__ import annotations

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, ReportStatus
from .reversing import Portion, Reversing, rest
from .samples import Cast, Terms, UnitType, content_hash

URI_LIMIT = 512
LARGEST = 2**64 - 1


class TestRecordReversal:
    """
    when the amount or the evidence is zero         it reverts
    when the URI is longer than 512 bytes           it reverts
    given the report was never verified             it reverts, naming its status
    given the report is archived                    it is recorded all the same
    given that evidence was used for the report     it reverts; another report may use it too
    when more is reversed than is issued            it reverts, naming what is left
    otherwise                                       it tells everything, and keeps it
    """

    def test_tells_and_keeps_everything(
        self, reversing: Reversing, reversals: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        report_id, _, buffer = reversing.issued()
        receipt = reversing.record(report_id, 60, (Portion(buffer, 60),))
        project_id = reversing.reporting.reports.report(report_id).projectId
        reversal_id = reversals.reversalIdOf(report_id, content_hash("fire"))
        assert receipt.value == reversal_id
        assert receipt.named("ReversalRecorded") == [
            {
                "reversalId": reversal_id,
                "reportId": report_id,
                "projectId": project_id,
                "liable": cast.developer,
                "actor": cast.operator,
                "unitType": UnitType.CRU,
                "kg": 60,
                "dueKg": 60,
                "avoidable": False,
                "evidenceHash": content_hash("fire"),
                "uri": "ipfs://evidence",
            }
        ]
        held = reversals.reversal(reversal_id)
        assert (held.reportId, held.projectId, held.liable) == (
            report_id,
            project_id,
            cast.developer,
        )
        assert (held.kg, held.dueKg, held.coveredKg, held.impairedKg) == (60, 60, 60, 0)
        assert (held.unitType, held.avoidable) == (UnitType.CRU, False)
        assert (held.recordedAt, held.evidenceHash) == (ledger.now, content_hash("fire"))
        assert reversals.outstandingKg(reversal_id) == 0

    def test_keeps_that_it_was_avoidable(
        self, reversing: Reversing, reversals: Contract, operator: str
    ) -> None:
        report_id, _, buffer = reversing.issued()
        evidence = content_hash("logging")
        receipt = reversals.recordReversal(
            report_id, 1, True, evidence, "", [(buffer, 1)], [], sender=operator
        )
        assert receipt.named("ReversalRecorded")[0]["avoidable"]
        assert reversals.reversal(receipt.value).avoidable

    @pytest.mark.parametrize(
        ("kg", "evidence", "uri", "error", "arguments"),
        [
            (0, content_hash("fire"), "", "ReversalRegistryZeroAmount", ()),
            (1, bytes(32), "", "ReversalRegistryZeroHash", ()),
            (1, b"1" * 32, "u" * 513, "ReversalRegistryTextTooLong", (513, URI_LIMIT)),
        ],
    )
    def test_reverts_when_an_argument_cannot_be(
        self,
        reversing: Reversing,
        reversals: Contract,
        operator: str,
        kg: int,
        evidence: bytes,
        uri: str,
        error: str,
        arguments: tuple[int, ...],
    ) -> None:
        report_id, _, buffer = reversing.issued()
        with reverts(error, *arguments):
            reversals.recordReversal(
                report_id, kg, False, evidence, uri, [(buffer, 1)], [], sender=operator
            )

    def test_takes_a_uri_of_512_bytes(self, reversing: Reversing) -> None:
        report_id, _, buffer = reversing.issued()
        reversing.record(report_id, 1, (Portion(buffer, 1),), uri="ü" * (URI_LIMIT // 2))

    def test_reverts_given_the_report_is_not_verified(
        self, reversing: Reversing, reporting: Reporting
    ) -> None:
        project_id = reporting.project()
        report_id = reporting.submit(project_id)
        for status, step in (
            (ReportStatus.Submitted, reporting.assign),
            (ReportStatus.PendingVerification, reporting.reject),
            (ReportStatus.Rejected, lambda one: reporting.resubmit(project_id, "report-1", "v2")),
            (ReportStatus.Submitted, reporting.withdraw),
            (ReportStatus.Withdrawn, lambda one: None),
        ):
            with reverts("ReversalRegistryNotVerified", report_id, status):
                reversing.record(report_id, 1)
            step(report_id)

    def test_reverts_given_the_report_is_unknown(self, reversing: Reversing) -> None:
        with reverts("ReversalRegistryNotVerified", b"\x11" * 14, ReportStatus["None"]):
            reversing.record(b"\x11" * 14, 1)

    def test_reverts_given_the_units_were_imported(
        self, reversing: Reversing, exchange: Contract
    ) -> None:
        """Who lost those removals is settled in the registry that verified them."""
        reversing.imported()
        report_id, _ = exchange.importOf("registry.example", "EX-1-2021-1-500")
        with reverts("ReversalRegistryNotVerified", report_id, ReportStatus["None"]):
            reversing.record(report_id, 1)

    def test_records_given_the_report_is_archived(
        self, reversing: Reversing, reports: Contract, reversals: Contract, developer: str
    ) -> None:
        report_id, _, buffer = reversing.issued()
        reports.archiveReport(report_id, "", sender=developer)
        reversal_id = reversing.record(report_id, 10, (Portion(buffer, 10),)).value
        assert reversals.reversal(reversal_id).coveredKg == 10

    def test_reverts_given_the_evidence_was_used(
        self, reversing: Reversing, reversals: Contract
    ) -> None:
        report_id, _, buffer = reversing.issued()
        reversing.record(report_id, 10, (Portion(buffer, 10),))
        reversal_id = reversals.reversalIdOf(report_id, content_hash("fire"))
        with reverts("ReversalRegistryAlreadyRecorded", reversal_id):
            reversing.record(report_id, 10, (Portion(rest(buffer, 10), 10),))

    def test_records_the_same_evidence_for_another_report(self, reversing: Reversing) -> None:
        """One fire may burn what several reports counted."""
        first, _, first_buffer = reversing.issued(name="1")
        second, _, second_buffer = reversing.issued(name="2")
        one = reversing.record(first, 10, (Portion(first_buffer, 10),)).value
        other = reversing.record(second, 10, (Portion(second_buffer, 10),)).value
        assert one != other

    def test_reverts_when_more_is_reversed_than_is_issued(
        self, reversing: Reversing, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000)
        with reverts("ReversalRegistryExceedsIssued", report_id, 1, 0):
            reversing.record(report_id, 1)
        units.mint(report_id, 2024, 400, sender=operator)
        with reverts("ReversalRegistryExceedsIssued", report_id, 401, 400):
            reversing.record(report_id, 401)
        reversing.record(report_id, 300, evidence="first")
        with reverts("ReversalRegistryExceedsIssued", report_id, 101, 100):
            reversing.record(report_id, 101, evidence="second")
        reversing.record(report_id, 100, evidence="second")
        with reverts("ReversalRegistryExceedsIssued", report_id, 1, 0):
            reversing.record(report_id, 1, evidence="third")

    @pytest.mark.parametrize("kg", [LARGEST, LARGEST - 1])
    def test_names_the_largest_amount_when_whole_granules_are_more_than_64_bits(
        self, reversing: Reversing, kg: int
    ) -> None:
        report_id, _, _ = reversing.issued(1_000, Terms(granularity_kg=1_000))
        with reverts("ReversalRegistryExceedsIssued", report_id, LARGEST, 1_000):
            reversing.record(report_id, kg)

    @pytest.mark.parametrize(
        ("kg", "due"), [(1, 10), (9, 10), (10, 10), (11, 20), (991, 1_000), (1_000, 1_000)]
    )
    def test_owes_whole_granules_rounded_up(
        self, reversing: Reversing, reversals: Contract, kg: int, due: int
    ) -> None:
        report_id, _, _ = reversing.issued(1_000, Terms(granularity_kg=10))
        held = reversals.reversal(reversing.record(report_id, kg).value)
        assert (held.kg, held.dueKg) == (kg, due)

    def test_counts_every_vintage_of_the_report_as_issued(
        self, reversing: Reversing, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(731, days=(19_358, 20_088))
        for vintage, kg in ((2023, 365), (2024, 366)):
            units.mint(report_id, vintage, kg, sender=operator)
        with reverts("ReversalRegistryExceedsIssued", report_id, 732, 731):
            reversing.record(report_id, 732)
        reversing.record(report_id, 731)

"""A reversal: recorded by an operator, covered by the buffer first, then by the liable account."""

from __future__ import annotations

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, ReportStatus, Retirement, UnitStatus
from .reversing import BUFFERED, CancellationReason, CoverageSource, Portion, Reversing, part, rest
from .samples import Cast, Terms, UnitType, content_hash

URI_LIMIT = 512
LARGEST = 2**64 - 1


@pytest.fixture
def reversing(reporting: Reporting) -> Reversing:
    return Reversing(reporting)


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


class TestBuffer:
    """
    when it does not cover what it can       it reverts, naming what it has to cover
    when a block is not of a buffer          it reverts, naming its status
    when a block is of another project       it reverts
    when a block is named twice              it reverts
    given its blocks are over                it reverts; once they are expired, it need not cover
    otherwise                                the last sub-blocks are cancelled, and nothing is owed
    """

    def test_cancels_the_last_sub_block(
        self, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        report_id, _, buffer = reversing.issued()
        receipt = reversing.record(report_id, 60, (Portion(buffer, 60),))
        cancelled = part(buffer, 60)
        assert receipt.named("ReversalCovered") == [
            {
                "reversalId": receipt.value,
                "tokenId": cancelled,
                "source": CoverageSource.Buffer,
                "actor": cast.operator,
                "kg": 60,
                "coveredKg": 60,
            }
        ]
        (told,) = receipt.named("CRUCancelled")
        assert (told["tokenId"], told["kg"]) == (cancelled, 60)
        assert (told["reason"], told["actor"]) == (CancellationReason.Reversal, cast.operator)
        assert told["beneficiary"] == receipt.value
        assert units.unit(cancelled).status == UnitStatus.Cancelled
        assert units.unit(rest(buffer, 60)).status == UnitStatus.Buffer
        assert receipt.named("DeficitChanged") == []

    @pytest.mark.parametrize(("kg", "drawn"), [(60, 0), (60, 59), (60, 61), (101, 99), (500, 0)])
    def test_reverts_when_it_does_not_cover_what_it_can(
        self, reversing: Reversing, reversals: Contract, kg: int, drawn: int
    ) -> None:
        report_id, _, buffer = reversing.issued()
        reversal_id = reversals.reversalIdOf(report_id, content_hash("fire"))
        portions = (Portion(buffer, drawn),) if drawn else ()
        with reverts("ReversalRegistryBufferFirst", reversal_id, drawn, min(kg, 100)):
            reversing.record(report_id, kg, portions)

    def test_reverts_when_the_portions_sum_to_more_than_64_bits(
        self, reversing: Reversing, reversals: Contract
    ) -> None:
        report_id, _, buffer = reversing.issued()
        reversal_id = reversals.reversalIdOf(report_id, content_hash("fire"))
        with reverts("ReversalRegistryBufferFirst", reversal_id, LARGEST, 60):
            reversing.record(report_id, 60, (Portion(buffer, LARGEST), Portion(buffer, 61)))

    def test_reverts_when_a_portion_is_zero(self, reversing: Reversing) -> None:
        report_id, _, buffer = reversing.issued()
        with reverts("ReversalRegistryZeroAmount"):
            reversing.record(report_id, 60, (Portion(buffer, 60), Portion(rest(buffer, 60), 0)))

    def test_reverts_when_a_portion_is_no_whole_granule(self, reversing: Reversing) -> None:
        report_id, _, buffer = reversing.issued(1_000, BUFFERED._replace(granularity_kg=10))
        portions = (Portion(buffer, 15), Portion(buffer, 5))
        with reverts("CRUNotMultipleOfGranularity", 15, 10):
            reversing.record(report_id, 20, portions)

    def test_reverts_when_a_portion_is_more_than_its_block(
        self, reversing: Reversing, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000, BUFFERED)
        first, second = (
            units.mint(report_id, 2024, 500, sender=operator).named("CRUMinted")[1]["tokenId"]
            for _ in range(2)
        )
        with reverts("CRUExceedsBlock", first, 60):
            reversing.record(report_id, 60, (Portion(first, 60),))
        reversing.record(report_id, 60, (Portion(first, 50), Portion(second, 10)))

    def test_reverts_when_a_block_is_not_of_a_buffer(
        self, reversing: Reversing, units: Contract, developer: str
    ) -> None:
        report_id, block, _ = reversing.issued()
        with reverts("ReversalRegistryNotOfBuffer", block, UnitStatus.Held):
            reversing.record(report_id, 60, (Portion(block, 60),))
        units.retire(block, 900, Retirement(), sender=developer)
        with reverts("ReversalRegistryNotOfBuffer", block, UnitStatus.Retired):
            reversing.record(report_id, 60, (Portion(block, 60),))

    def test_reverts_when_a_block_was_cancelled_before(self, reversing: Reversing) -> None:
        """Nothing makes up for two reversals."""
        report_id, _, buffer = reversing.issued()
        reversing.record(report_id, 60, (Portion(buffer, 60),))
        cancelled = part(buffer, 60)
        with reverts("ReversalRegistryNotOfBuffer", cancelled, UnitStatus.Cancelled):
            reversing.record(report_id, 40, (Portion(cancelled, 40),), evidence="second")

    def test_reverts_when_a_block_is_of_another_project(
        self, reversing: Reversing, reports: Contract
    ) -> None:
        report_id, _, _ = reversing.issued(name="1")
        _, _, other = reversing.issued(name="2")
        project_id = reports.report(report_id).projectId
        with reverts("ReversalRegistryNotOfProject", other, project_id):
            reversing.record(report_id, 60, (Portion(other, 60),))

    def test_draws_on_another_report_of_the_project(
        self,
        reversing: Reversing,
        reporting: Reporting,
        reports: Contract,
        units: Contract,
        cast: Cast,
    ) -> None:
        report_id, _, buffer = reversing.issued(name="1")
        project_id = reports.report(report_id).projectId
        later = reporting.pending(project_id, "report-later", (19_358, 19_722))
        reporting.verify(later)
        units.mint(later, 2023, 1_000, sender=cast.operator)
        second = reporting.units.tokenIdOf(later, 2023, 900, 100)
        assert units.supplyOfProject(project_id).bufferKg == 200
        reversing.record(report_id, 150, (Portion(second, 100), Portion(buffer, 50)))
        assert units.supplyOfProject(project_id).bufferKg == 50

    def test_reverts_when_a_block_is_named_twice(self, reversing: Reversing) -> None:
        report_id, _, buffer = reversing.issued()
        with reverts("ERC721NonexistentToken", buffer):
            reversing.record(report_id, 60, (Portion(buffer, 30), Portion(buffer, 30)))

    def test_reverts_given_its_blocks_are_over(
        self, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        report_id, _, buffer = reversing.issued(1_000, BUFFERED._replace(expires=True))
        end = units.unit(buffer).monitoringEndDay
        reversing.pass_day(end)
        with reverts("CRUUnitExpired", buffer, end):
            reversing.record(report_id, 60, (Portion(buffer, 60),))
        units.expire(buffer, sender=cast.stranger)
        receipt = reversing.record(report_id, 60)
        assert receipt.named("DeficitChanged")[0]["deficitKg"] == 60


class TestLiableAccount:
    """
    when a block is another's                        it reverts, naming owner and liable account
    when a block is of another type                  it reverts
    when it is more than what is left                it reverts
    when a block is named twice                      it reverts
    given a block is locked, over or has ended       it reverts
    given the liable account is suspended            it is drawn on all the same
    given a block is of another project or imported  it is drawn on
    otherwise                                        the rest is the project's deficit
    """

    def test_leaves_the_rest_as_deficit(
        self, reversing: Reversing, reversals: Contract, reports: Contract, units: Contract
    ) -> None:
        report_id, block, buffer = reversing.issued()
        receipt = reversing.record(
            report_id,
            500,
            (Portion(buffer, 100),),
            (Portion(block, 250), Portion(rest(block, 250), 50)),
        )
        project_id = reports.report(report_id).projectId
        covered = [
            (one["tokenId"], one["source"], one["kg"], one["coveredKg"])
            for one in receipt.named("ReversalCovered")
        ]
        assert covered == [
            (buffer, CoverageSource.Buffer, 100, 100),
            (part(block, 250), CoverageSource.LiableAccount, 250, 350),
            (part(rest(block, 250), 50), CoverageSource.LiableAccount, 50, 400),
        ]
        assert receipt.named("DeficitChanged") == [{"projectId": project_id, "deficitKg": 100}]
        assert reversals.outstandingKg(receipt.value) == 100
        assert units.deficitKg(project_id) == 100
        supply = units.supplyOfProject(project_id)
        assert (supply.issuedKg, supply.cancelledKg, supply.bufferKg) == (1_000, 400, 0)
        assert supply.heldKg == 600

    def test_adds_up_the_deficits_of_a_project(
        self, reversing: Reversing, reports: Contract, units: Contract
    ) -> None:
        report_id, _, _ = reversing.issued(terms=Terms())
        reversing.record(report_id, 100, evidence="first")
        receipt = reversing.record(report_id, 200, evidence="second")
        project_id = reports.report(report_id).projectId
        assert receipt.named("DeficitChanged") == [{"projectId": project_id, "deficitKg": 300}]
        assert units.deficitKg(project_id) == 300

    def test_stops_issuance_until_nothing_is_owed(
        self, reversing: Reversing, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        project_id = reporting.reports.report(report_id).projectId
        block = units.mint(report_id, 2024, 600, sender=cast.operator).value
        reversal_id = reversing.record(report_id, 100).value
        with reverts("CRUProjectHasDeficit", project_id, 100):
            units.mint(report_id, 2024, 400, sender=cast.operator)
        reversing.reversals.drawOnLiable(reversal_id, [(block, 99)], sender=cast.operator)
        with reverts("CRUProjectHasDeficit", project_id, 1):
            units.mint(report_id, 2024, 400, sender=cast.operator)
        reversing.reversals.drawOnLiable(reversal_id, [(rest(block, 99), 1)], sender=cast.operator)
        units.mint(report_id, 2024, 400, sender=cast.operator)

    def test_reverts_when_a_block_is_anothers(
        self, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        report_id, block, buffer = reversing.issued()
        units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)
        with reverts("ReversalRegistryNotLiable", block, cast.holder, cast.developer):
            reversing.record(report_id, 500, (Portion(buffer, 100),), (Portion(block, 1),))

    def test_reverts_when_a_block_is_of_the_buffer(
        self, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        report_id, _, buffer = reversing.issued()
        _, _, other = reversing.issued(name="2")
        with reverts("ReversalRegistryNotLiable", other, units.address, cast.developer):
            reversing.record(report_id, 500, (Portion(buffer, 100),), (Portion(other, 1),))

    def test_reverts_when_a_block_is_of_another_type(self, reversing: Reversing) -> None:
        report_id, _, _ = reversing.issued(terms=Terms(), name="1")
        permanent = Terms(unit_type=UnitType.PCR, granularity_kg=1_000)
        _, block, _ = reversing.issued(2_000, permanent, "2")
        with reverts("ReversalRegistryNotSameType", block, UnitType.PCR, UnitType.CRU):
            reversing.record(report_id, 1_000, (), (Portion(block, 1_000),))

    @pytest.mark.parametrize("portions", [(401,), (400, 1)])
    def test_reverts_when_it_is_more_than_what_is_left(
        self, reversing: Reversing, reversals: Contract, portions: tuple[int, ...]
    ) -> None:
        report_id, block, buffer = reversing.issued()
        reversal_id = reversals.reversalIdOf(report_id, content_hash("fire"))
        live, left = [], block
        for kg in portions:
            live.append(Portion(left, kg))
            left = rest(left, kg)
        outstanding = 400 - sum(portions[:-1])
        with reverts("ReversalRegistryExceedsDue", reversal_id, portions[-1], outstanding):
            reversing.record(report_id, 500, (Portion(buffer, 100),), tuple(live))

    def test_reverts_when_a_portion_is_zero(self, reversing: Reversing) -> None:
        report_id, block, buffer = reversing.issued()
        with reverts("ReversalRegistryZeroAmount"):
            reversing.record(report_id, 500, (Portion(buffer, 100),), (Portion(block, 0),))

    def test_reverts_when_a_block_is_named_twice(
        self, reversing: Reversing, units: Contract, developer: str
    ) -> None:
        report_id, block, _ = reversing.issued(terms=Terms())
        with reverts("ERC721NonexistentToken", block):
            reversing.record(report_id, 500, (), (Portion(block, 1), Portion(block, 1)))
        first, _ = units.split(block, [400, 600], sender=developer).value
        with reverts("CRUUnitNotHeld", first, UnitStatus.Cancelled):
            reversing.record(report_id, 1_000, (), (Portion(first, 400), Portion(first, 400)))

    def test_reverts_given_a_block_is_locked(
        self, reversing: Reversing, exchange: Contract, cast: Cast
    ) -> None:
        report_id, block, _ = reversing.issued(terms=Terms())
        exchange.startExport(block, 1_000, "elsewhere.example", "", sender=cast.developer)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Locked):
            reversing.record(report_id, 500, (), (Portion(block, 500),))
        exchange.abortExport(block, "reversal", sender=cast.operator)
        reversing.record(report_id, 500, (), (Portion(block, 500),))

    def test_reverts_given_a_block_is_retired(
        self, reversing: Reversing, units: Contract, developer: str
    ) -> None:
        report_id, block, _ = reversing.issued(terms=Terms())
        units.retire(block, 1_000, Retirement(), sender=developer)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Retired):
            reversing.record(report_id, 500, (), (Portion(block, 500),))

    def test_reverts_given_a_block_is_over(self, reversing: Reversing, units: Contract) -> None:
        report_id, block, _ = reversing.issued(terms=Terms(expires=True))
        end = units.unit(block).monitoringEndDay
        reversing.pass_day(end)
        with reverts("CRUUnitExpired", block, end):
            reversing.record(report_id, 500, (), (Portion(block, 500),))

    def test_draws_on_it_given_it_is_suspended(
        self, reversing: Reversing, units: Contract, developer: str
    ) -> None:
        report_id, block, _ = reversing.issued(terms=Terms())
        reversing.suspend(developer)
        reversing.record(report_id, 500, (), (Portion(block, 500),))
        assert units.unit(part(block, 500)).status == UnitStatus.Cancelled

    def test_draws_on_other_blocks_of_the_account(
        self, reversing: Reversing, reversals: Contract, developer: str
    ) -> None:
        report_id, _, _ = reversing.issued(terms=Terms(), name="1")
        _, other, _ = reversing.issued(terms=Terms(), name="2")
        imported = reversing.imported(to=developer)
        live = (Portion(other, 300), Portion(imported, 200))
        reversal_id = reversing.record(report_id, 500, (), live).value
        assert reversals.outstandingKg(reversal_id) == 0

    def test_clears_the_approval_of_what_it_cancels(
        self, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        report_id, block, _ = reversing.issued(terms=Terms())
        units.approve(cast.holder, block, sender=cast.developer)
        reversing.record(report_id, 1_000, (), (Portion(block, 1_000),))
        assert units.getApproved(block) == "0x" + "00" * 20

"""Reversals: what the buffer gives for them."""

from __future__ import annotations

import pytest

from .ledger import Contract, reverts
from .reporting import Reporting, Retirement, UnitStatus
from .reversing import BUFFERED, CancellationReason, CoverageSource, Portion, Reversing, part, rest
from .samples import Cast, content_hash

LARGEST = 2**64 - 1


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

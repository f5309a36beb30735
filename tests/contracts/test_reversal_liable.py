"""Reversals: what the account gives that is liable."""

from __future__ import annotations

import pytest

from .ledger import Contract, reverts
from .reporting import Reporting, Retirement, UnitStatus
from .reversing import CoverageSource, Portion, Reversing, part, rest
from .samples import Cast, Terms, UnitType, content_hash


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

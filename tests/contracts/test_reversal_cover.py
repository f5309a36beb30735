"""What a reversal leaves: drawn on the liable account later, or compensated by anybody."""

from __future__ import annotations

import pytest

from .ledger import Contract, reverts
from .reporting import Reporting, Retirement, UnitStatus
from .reversing import CancellationReason, CoverageSource, Reversing, part, rest
from .samples import Cast, Terms, UnitType

UNKNOWN = b"\x33" * 32


class TestDrawOnLiable:
    """
    given the reversal is unknown        it reverts
    when nothing is named                it reverts
    when it is more than is outstanding  it reverts, naming what is
    when a block is another's            it reverts
    when a block is of another type      it reverts
    otherwise                            the reversal is covered so far and the deficit is less
    """

    def test_covers_and_reduces_the_deficit(
        self, reversing: Reversing, reversals: Contract, reports: Contract, cast: Cast
    ) -> None:
        reversal_id, report_id, block = reversing.owing(500)
        receipt = reversals.drawOnLiable(reversal_id, [(block, 300)], sender=cast.operator)
        project_id = reports.report(report_id).projectId
        assert receipt.named("ReversalCovered") == [
            {
                "reversalId": reversal_id,
                "tokenId": part(block, 300),
                "source": CoverageSource.LiableAccount,
                "actor": cast.operator,
                "kg": 300,
                "coveredKg": 300,
            }
        ]
        assert receipt.named("CRUCancelled")[0]["reason"] == CancellationReason.Reversal
        assert receipt.named("DeficitChanged") == [{"projectId": project_id, "deficitKg": 200}]
        assert reversals.outstandingKg(reversal_id) == 200

    def test_draws_on_a_suspended_account(
        self, reversing: Reversing, reversals: Contract, cast: Cast
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        reversing.suspend(cast.developer)
        reversals.drawOnLiable(reversal_id, [(block, 500)], sender=cast.operator)
        assert reversals.outstandingKg(reversal_id) == 0

    def test_reverts_given_the_reversal_is_unknown(
        self, reversing: Reversing, reversals: Contract, operator: str
    ) -> None:
        _, _, block = reversing.owing(500)
        with reverts("ReversalRegistryUnknownReversal", UNKNOWN):
            reversals.drawOnLiable(UNKNOWN, [(block, 1)], sender=operator)

    def test_reverts_when_nothing_is_named(
        self, reversing: Reversing, reversals: Contract, operator: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        with reverts("ReversalRegistryEmptyBatch"):
            reversals.drawOnLiable(reversal_id, [], sender=operator)

    def test_reverts_when_it_is_more_than_is_outstanding(
        self, reversing: Reversing, reversals: Contract, operator: str
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        with reverts("ReversalRegistryExceedsDue", reversal_id, 501, 500):
            reversals.drawOnLiable(reversal_id, [(block, 501)], sender=operator)
        reversals.drawOnLiable(reversal_id, [(block, 500)], sender=operator)
        with reverts("ReversalRegistryExceedsDue", reversal_id, 1, 0):
            reversals.drawOnLiable(reversal_id, [(rest(block, 500), 1)], sender=operator)

    def test_reverts_when_a_block_is_anothers(
        self, reversing: Reversing, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)
        with reverts("ReversalRegistryNotLiable", block, cast.holder, cast.developer):
            reversals.drawOnLiable(reversal_id, [(block, 1)], sender=cast.operator)

    def test_reverts_when_a_block_is_of_another_type(
        self, reversing: Reversing, reversals: Contract, operator: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        permanent = Terms(unit_type=UnitType.SER, granularity_kg=1_000)
        _, block, _ = reversing.issued(1_000, permanent, "2")
        with reverts("ReversalRegistryNotSameType", block, UnitType.SER, UnitType.CRU):
            reversals.drawOnLiable(reversal_id, [(block, 1)], sender=operator)


class TestCompensate:
    """
    given the reversal is unknown             it reverts
    when nothing is named, or zero            it reverts
    when the caller may not dispose of it     it reverts, naming the caller
    given the owner or caller is suspended    it reverts
    when a block is of another type           it reverts
    when it is more than is outstanding       it reverts, naming what is
    when a block is named twice               it reverts
    given a block is locked, over or ended    it reverts
    otherwise                                 it covers that one reversal, and the deficit is less
    """

    def test_covers_that_one_reversal(
        self, reversing: Reversing, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id, _, _ = reversing.issued(terms=Terms())
        project_id = reversing.reporting.reports.report(report_id).projectId
        first = reversing.record(report_id, 100, evidence="first").value
        second = reversing.record(report_id, 200, evidence="second").value
        bought = reversing.imported()
        receipt = reversals.compensate(second, [(bought, 150)], sender=cast.holder)
        assert receipt.named("ReversalCovered") == [
            {
                "reversalId": second,
                "tokenId": part(bought, 150),
                "source": CoverageSource.Compensation,
                "actor": cast.holder,
                "kg": 150,
                "coveredKg": 150,
            }
        ]
        (told,) = receipt.named("CRUCancelled")
        assert (told["reason"], told["owner"]) == (CancellationReason.Compensation, cast.holder)
        assert (told["actor"], told["beneficiary"]) == (cast.holder, second)
        assert receipt.named("DeficitChanged") == [{"projectId": project_id, "deficitKg": 150}]
        assert (reversals.outstandingKg(first), reversals.outstandingKg(second)) == (100, 50)
        assert units.ownerOf(rest(bought, 150)) == cast.holder

    def test_takes_several_blocks(
        self, reversing: Reversing, reversals: Contract, cast: Cast
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        portions = [(block, 100), (rest(block, 100), 400)]
        receipt = reversals.compensate(reversal_id, portions, sender=cast.developer)
        assert [one["coveredKg"] for one in receipt.named("ReversalCovered")] == [100, 500]
        assert [one["deficitKg"] for one in receipt.named("DeficitChanged")] == [0]

    @pytest.mark.parametrize("for_all", [False, True])
    def test_takes_what_is_approved_to_the_caller(
        self, reversing: Reversing, reversals: Contract, units: Contract, cast: Cast, for_all: bool
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        with reverts("ReversalRegistryNotAuthorized", bought, cast.stranger):
            reversals.compensate(reversal_id, [(bought, 1)], sender=cast.stranger)
        if for_all:
            units.setApprovalForAll(cast.stranger, True, sender=cast.holder)
        else:
            units.approve(cast.stranger, bought, sender=cast.holder)
        receipt = reversals.compensate(reversal_id, [(bought, 1)], sender=cast.stranger)
        (told,) = receipt.named("CRUCancelled")
        assert (told["owner"], told["actor"]) == (cast.holder, cast.stranger)

    @pytest.mark.parametrize("who", ["operator", "administrator", "developer", "stranger"])
    def test_reverts_when_the_caller_may_not_dispose_of_it(
        self, reversing: Reversing, reversals: Contract, cast: Cast, who: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        caller = getattr(cast, who)
        with reverts("ReversalRegistryNotAuthorized", bought, caller):
            reversals.compensate(reversal_id, [(bought, 1)], sender=caller)

    def test_reverts_when_a_block_is_of_the_buffer(
        self, reversing: Reversing, reversals: Contract, operator: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        _, _, buffer = reversing.issued(name="2")
        with reverts("ReversalRegistryNotAuthorized", buffer, operator):
            reversals.compensate(reversal_id, [(buffer, 1)], sender=operator)

    def test_reverts_given_the_owner_is_suspended(
        self, reversing: Reversing, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        units.approve(cast.stranger, bought, sender=cast.holder)
        reversing.suspend(cast.holder)
        for caller in (cast.holder, cast.stranger):
            with reverts("CRUAccountSuspended", cast.holder):
                reversals.compensate(reversal_id, [(bought, 1)], sender=caller)

    def test_reverts_given_the_caller_is_suspended(
        self, reversing: Reversing, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        units.approve(cast.stranger, bought, sender=cast.holder)
        reversing.suspend(cast.stranger)
        with reverts("CRUAccountSuspended", cast.stranger):
            reversals.compensate(reversal_id, [(bought, 1)], sender=cast.stranger)

    def test_reverts_given_the_reversal_is_unknown(
        self, reversing: Reversing, reversals: Contract, cast: Cast
    ) -> None:
        bought = reversing.imported()
        with reverts("ReversalRegistryUnknownReversal", UNKNOWN):
            reversals.compensate(UNKNOWN, [(bought, 1)], sender=cast.holder)

    def test_reverts_when_nothing_is_named(
        self, reversing: Reversing, reversals: Contract, cast: Cast
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        with reverts("ReversalRegistryEmptyBatch"):
            reversals.compensate(reversal_id, [], sender=cast.developer)
        with reverts("ReversalRegistryZeroAmount"):
            reversals.compensate(reversal_id, [(block, 0)], sender=cast.developer)

    @pytest.mark.parametrize("unit_type", [one for one in UnitType if one != UnitType.CRU])
    def test_reverts_when_a_block_is_of_another_type(
        self, reversing: Reversing, reversals: Contract, holder: str, today: int, unit_type: int
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        expires = unit_type in (UnitType.CFS, UnitType.CSP)
        other = reversing.imported(
            unit_type=unit_type,
            granularity_kg=1_000,
            kg=1_000,
            expires=expires,
            monitoring_end_day=today + 1,
        )
        with reverts("ReversalRegistryNotSameType", other, unit_type, UnitType.CRU):
            reversals.compensate(reversal_id, [(other, 1_000)], sender=holder)

    def test_reverts_when_it_is_more_than_is_outstanding(
        self, reversing: Reversing, reversals: Contract, developer: str
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        with reverts("ReversalRegistryExceedsDue", reversal_id, 1, 0):
            portions = [(block, 500), (rest(block, 500), 1)]
            reversals.compensate(reversal_id, portions, sender=developer)
        assert reversals.outstandingKg(reversal_id) == 500

    def test_reverts_when_a_block_is_named_twice(
        self, reversing: Reversing, reversals: Contract, developer: str
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        with reverts("ERC721NonexistentToken", block):
            reversals.compensate(reversal_id, [(block, 1), (block, 1)], sender=developer)

    def test_reverts_when_a_portion_is_no_whole_granule(
        self, reversing: Reversing, reversals: Contract, holder: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        coarse = reversing.imported(granularity_kg=100)
        with reverts("CRUNotMultipleOfGranularity", 150, 100):
            reversals.compensate(reversal_id, [(coarse, 150)], sender=holder)

    def test_reverts_given_a_block_has_ended(
        self, reversing: Reversing, reversals: Contract, units: Contract, holder: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        units.retire(bought, 500, Retirement(), sender=holder)
        with reverts("CRUUnitNotHeld", bought, UnitStatus.Retired):
            reversals.compensate(reversal_id, [(bought, 1)], sender=holder)

    def test_reverts_given_a_block_is_locked(
        self, reversing: Reversing, reversals: Contract, exchange: Contract, holder: str
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        exchange.startExport(bought, 500, "elsewhere.example", "", sender=holder)
        with reverts("CRUUnitNotHeld", bought, UnitStatus.Locked):
            reversals.compensate(reversal_id, [(bought, 1)], sender=holder)

    def test_reverts_given_a_block_is_over(
        self, reversing: Reversing, reversals: Contract, holder: str, today: int
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        over = reversing.imported(expires=True, monitoring_end_day=today)
        reversing.pass_day(today)
        with reverts("CRUUnitExpired", over, today):
            reversals.compensate(reversal_id, [(over, 1)], sender=holder)

    def test_reverts_given_the_units_are_paused(
        self, reversing: Reversing, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        reversal_id, _, block = reversing.owing(500)
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            reversals.compensate(reversal_id, [(block, 1)], sender=cast.developer)


class TestReceiver:
    """
    when it compensates with what it is just receiving   it is cancelled, once
    when it compensates with what it has not received    it reverts
    """

    @pytest.fixture
    def receiver(self, reporting: Reporting) -> Contract:
        return reporting.receiver()

    def test_cancels_once_what_it_is_just_receiving(
        self,
        reversing: Reversing,
        reversals: Contract,
        units: Contract,
        receiver: Contract,
        cast: Cast,
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        moved = part(bought, 200)
        call = reversals.calldata("compensate", reversal_id, [(moved, 200)])
        receiver.setCall(reversals.address, call, sender=cast.stranger)
        receipt = units.transferPart(receiver.address, bought, 200, sender=cast.holder)
        assert receipt.named("CalledBack") == [{"success": True, "returned": b""}]
        held = units.unit(moved)
        assert (held.owner, held.status) == (receiver.address, UnitStatus.Cancelled)
        assert reversals.outstandingKg(reversal_id) == 300
        supply = units.supplyOfReport(held.reportId)
        assert (supply.issuedKg, supply.heldKg, supply.cancelledKg) == (500, 300, 200)

    def test_cancels_nothing_that_it_has_not_received(
        self,
        reversing: Reversing,
        reversals: Contract,
        units: Contract,
        receiver: Contract,
        cast: Cast,
    ) -> None:
        reversal_id, _, _ = reversing.owing(500)
        bought = reversing.imported()
        kept = rest(bought, 200)
        call = reversals.calldata("compensate", reversal_id, [(kept, 300)])
        receiver.setCall(reversals.address, call, sender=cast.stranger)
        receipt = units.transferPart(receiver.address, bought, 200, sender=cast.holder)
        assert not receipt.named("CalledBack")[0]["success"]
        assert units.unit(kept).status == UnitStatus.Held
        assert reversals.outstandingKg(reversal_id) == 500

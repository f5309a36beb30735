"""An export: a block is locked for a target and then ended here, or given back before the end."""

from __future__ import annotations

import pytest

from .ledger import Contract, Ledger, Receipt, reverts
from .reporting import Reporting, Retirement, UnitStatus
from .reversing import ExportStatus, Reversing, part, rest
from .samples import Cast, Terms, content_hash

TARGET, ACCOUNT = "elsewhere.example", "account 7"
EVIDENCE = content_hash("agreement")


@pytest.fixture
def block(reporting: Reporting) -> int:
    """1000 kg that the developer holds."""
    return reporting.issued(1_000)


class Exports:
    """The steps of an export, each by its proper role unless somebody is named."""

    def __init__(self, exchange: Contract, cast: Cast) -> None:
        self.exchange, self.cast = exchange, cast

    def start(self, token_id: int, kg: int = 1_000, sender: str | None = None) -> Receipt:
        by = sender or self.cast.developer
        return self.exchange.startExport(token_id, kg, TARGET, ACCOUNT, sender=by)

    def abort(self, token_id: int, sender: str | None = None, reason: str = "") -> Receipt:
        return self.exchange.abortExport(token_id, reason, sender=sender or self.cast.developer)

    def complete(self, token_id: int) -> Receipt:
        return self.exchange.completeExport(
            token_id, EVIDENCE, "ipfs://agreement", sender=self.cast.operator
        )


@pytest.fixture
def exports(exchange: Contract, cast: Cast) -> Exports:
    return Exports(exchange, cast)


class TestStartExport:
    """
    when the amount is zero                        it reverts
    when the target has no sound name              it reverts, naming it
    when the target's account is too long          it reverts
    when the caller may not dispose of the block   it reverts
    given the owner is suspended                   it reverts
    given the block has ended, is over or locked   it reverts
    otherwise                                      the last sub-block is locked for the target
    """

    def test_locks_the_last_sub_block(
        self, exports: Exports, block: int, exchange: Contract, units: Contract, ledger: Ledger
    ) -> None:
        developer = exports.cast.developer
        receipt = exports.start(block, 300)
        locked = part(block, 300)
        assert receipt.value == locked
        assert receipt.named("ExportStarted") == [
            {
                "tokenId": locked,
                "owner": developer,
                "actor": developer,
                "kg": 300,
                "targetRegistry": TARGET,
                "targetAccount": ACCOUNT,
            }
        ]
        assert receipt.named("ExportStatusChanged") == [
            {"tokenId": locked, "owner": developer, "status": UnitStatus.Locked}
        ]
        assert units.unit(locked).status == UnitStatus.Locked
        assert units.unit(rest(block, 300)).status == UnitStatus.Held
        held = exchange.exportOf(locked)
        assert (held.status, held.owner) == (ExportStatus.Started, developer)
        assert (held.targetRegistry, held.targetAccount) == (TARGET, ACCOUNT)
        assert held.changedAt == ledger.now

    def test_lets_an_approved_start_it(
        self, exports: Exports, block: int, units: Contract, cast: Cast
    ) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        (told,) = exports.start(block, sender=cast.holder).named("ExportStarted")
        assert (told["owner"], told["actor"]) == (cast.developer, cast.holder)
        assert units.getApproved(block) == "0x" + "00" * 20

    def test_reverts_when_the_amount_cannot_be(self, exports: Exports, block: int) -> None:
        with reverts("UnitExchangeZeroAmount"):
            exports.start(block, 0)
        with reverts("CRUExceedsBlock", block, 1_001):
            exports.start(block, 1_001)

    @pytest.mark.parametrize(
        "name", ["", "two words", "réseau", "x" * 101, "a/b", "new\nline", "\u202ered"]
    )
    def test_reverts_when_the_target_has_no_sound_name(
        self, exchange: Contract, block: int, developer: str, name: str
    ) -> None:
        with reverts("UnitExchangeInvalidRegistry", name):
            exchange.startExport(block, 1_000, name, ACCOUNT, sender=developer)

    def test_reverts_when_the_account_is_too_long(
        self, exchange: Contract, block: int, developer: str
    ) -> None:
        with reverts("UnitExchangeTextTooLong", 201, 200):
            exchange.startExport(block, 1_000, TARGET, "ü" * 100 + "x", sender=developer)
        exchange.startExport(block, 1_000, "x" * 100, "ü" * 100, sender=developer)

    @pytest.mark.parametrize("who", ["operator", "administrator", "stranger", "holder"])
    def test_reverts_when_the_caller_may_not(
        self, exports: Exports, block: int, cast: Cast, who: str
    ) -> None:
        caller = getattr(cast, who)
        with reverts("ERC721InsufficientApproval", caller, block):
            exports.start(block, sender=caller)

    def test_reverts_given_the_owner_is_suspended(
        self, exports: Exports, block: int, reversing: Reversing, developer: str
    ) -> None:
        reversing.suspend(developer)
        with reverts("CRUAccountSuspended", developer):
            exports.start(block)

    def test_reverts_given_the_block_is_in_the_buffer(
        self, exports: Exports, reporting: Reporting
    ) -> None:
        buffered = reporting.buffered()
        with reverts("CRUUnitNotHeld", buffered, UnitStatus.Buffer):
            exports.start(buffered, 100)

    def test_reverts_given_the_block_is_retired(
        self, exports: Exports, block: int, units: Contract, developer: str
    ) -> None:
        units.retire(block, 1_000, Retirement(), sender=developer)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Retired):
            exports.start(block)

    def test_reverts_given_the_block_is_locked(self, exports: Exports, block: int) -> None:
        exports.start(block)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Locked):
            exports.start(block)

    def test_reverts_given_the_block_is_over(
        self, exports: Exports, reversing: Reversing, units: Contract
    ) -> None:
        _, block, _ = reversing.issued(terms=Terms(expires=True))
        end = units.unit(block).monitoringEndDay
        reversing.pass_day(end)
        with reverts("CRUUnitExpired", block, end):
            exports.start(block)


class TestWhileLocked:
    """
    given a block is locked   it can do nothing else; what is left of the block goes on
    """

    def test_does_nothing_else(
        self, exports: Exports, block: int, units: Contract, cast: Cast
    ) -> None:
        exports.start(block)
        sender = cast.developer
        with reverts("CRUUnitNotHeld", block, UnitStatus.Locked):
            units.transferFrom(sender, cast.holder, block, sender=sender)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Locked):
            units.retire(block, 1_000, Retirement(), sender=sender)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Locked):
            units.split(block, [500, 500], sender=sender)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Locked):
            units.approve(cast.holder, block, sender=sender)

    def test_counts_as_held(
        self, exports: Exports, block: int, units: Contract, reporting: Reporting
    ) -> None:
        report_id = units.unit(block).reportId
        before = units.supplyOfReport(report_id)
        exports.start(block, 300)
        assert units.supplyOfReport(report_id) == before


class TestAbortExport:
    """
    given no export of the block was started       it reverts, naming its status
    given it was aborted or completed              it reverts likewise
    when the caller is neither owner nor operator  it reverts
    when the reason is longer than 500 bytes       it reverts
    given the owner is suspended                   it is held again and cannot move
    given the block was expired while locked       the export ends, the block stays expired
    otherwise                                      the block is held again
    """

    def test_gives_the_block_back(
        self, exports: Exports, block: int, exchange: Contract, units: Contract, cast: Cast
    ) -> None:
        exports.start(block)
        receipt = exports.abort(block, reason="refused there")
        assert receipt.named("ExportAborted") == [
            {
                "tokenId": block,
                "owner": cast.developer,
                "actor": cast.developer,
                "reason": "refused there",
            }
        ]
        assert [one["status"] for one in receipt.named("ExportStatusChanged")] == [UnitStatus.Held]
        assert exchange.exportOf(block).status == ExportStatus.Aborted
        units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)

    def test_lets_an_operator_abort(self, exports: Exports, block: int, cast: Cast) -> None:
        exports.start(block)
        (told,) = exports.abort(block, cast.operator).named("ExportAborted")
        assert (told["owner"], told["actor"]) == (cast.developer, cast.operator)

    def test_lets_it_be_exported_again(
        self, exports: Exports, block: int, exchange: Contract, units: Contract, cast: Cast
    ) -> None:
        exports.start(block)
        exports.abort(block)
        units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)
        exchange.startExport(block, 1_000, "third.example", "", sender=cast.holder)
        held = exchange.exportOf(block)
        assert (held.status, held.owner) == (ExportStatus.Started, cast.holder)
        assert (held.targetRegistry, held.targetAccount) == ("third.example", "")
        with reverts("UnitExchangeNotOwnerOrOperator", block, cast.developer):
            exports.abort(block)

    @pytest.mark.parametrize("who", ["holder", "stranger", "administrator", "verifier"])
    def test_reverts_when_the_caller_may_not(
        self, exports: Exports, block: int, cast: Cast, who: str
    ) -> None:
        exports.start(block)
        with reverts("UnitExchangeNotOwnerOrOperator", block, getattr(cast, who)):
            exports.abort(block, getattr(cast, who))

    def test_reverts_when_an_approved_who_started_it_asks(
        self, exports: Exports, block: int, units: Contract, cast: Cast
    ) -> None:
        units.setApprovalForAll(cast.holder, True, sender=cast.developer)
        exports.start(block, sender=cast.holder)
        with reverts("UnitExchangeNotOwnerOrOperator", block, cast.holder):
            exports.abort(block, cast.holder)

    def test_reverts_when_the_reason_is_too_long(self, exports: Exports, block: int) -> None:
        exports.start(block)
        with reverts("UnitExchangeTextTooLong", 501, 500):
            exports.abort(block, reason="r" * 501)
        exports.abort(block, reason="r" * 500)

    def test_reverts_given_there_is_none(self, exports: Exports, block: int) -> None:
        with reverts("UnitExchangeUnexpectedStatus", block, ExportStatus["None"]):
            exports.abort(block)

    def test_reverts_given_it_was_aborted(self, exports: Exports, block: int) -> None:
        exports.start(block)
        exports.abort(block)
        with reverts("UnitExchangeUnexpectedStatus", block, ExportStatus.Aborted):
            exports.abort(block)

    def test_reverts_given_it_was_completed(self, exports: Exports, block: int, cast: Cast) -> None:
        exports.start(block)
        exports.complete(block)
        for who in (cast.developer, cast.operator):
            with reverts("UnitExchangeUnexpectedStatus", block, ExportStatus.Completed):
                exports.abort(block, who)

    def test_leaves_it_immovable_given_the_owner_is_suspended(
        self, exports: Exports, block: int, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        exports.start(block)
        reversing.suspend(cast.developer)
        exports.abort(block, cast.operator)
        assert units.unit(block).status == UnitStatus.Held
        with reverts("CRUAccountSuspended", cast.developer):
            units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)

    def test_ends_the_export_given_the_block_was_expired(
        self,
        exports: Exports,
        reversing: Reversing,
        exchange: Contract,
        units: Contract,
        cast: Cast,
    ) -> None:
        _, block, _ = reversing.issued(terms=Terms(expires=True))
        exports.start(block)
        reversing.pass_day(units.unit(block).monitoringEndDay)
        units.expire(block, sender=cast.stranger)
        with reverts("CRUUnexpectedStatus", block, UnitStatus.Expired):
            exports.complete(block)
        receipt = exports.abort(block)
        assert [event.name for event in receipt.events] == ["ExportAborted"]
        assert exchange.exportOf(block).status == ExportStatus.Aborted
        assert units.unit(block).status == UnitStatus.Expired

    def test_lets_an_over_block_expire_after_the_abort(
        self, exports: Exports, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        _, block, _ = reversing.issued(terms=Terms(expires=True))
        exports.start(block)
        reversing.pass_day(units.unit(block).monitoringEndDay)
        exports.abort(block)
        units.expire(block, sender=cast.stranger)
        assert units.unit(block).status == UnitStatus.Expired


class TestCompleteExport:
    """
    given no export of the block was started   it reverts, naming its status
    given it was aborted or completed          it reverts likewise
    when the evidence is zero                  it reverts
    when the URI is longer than 512 bytes      it reverts
    given the block is over                    it reverts
    given the owner is suspended               it reverts
    otherwise                                  the block ends for ever
    """

    def test_ends_the_block_for_ever(
        self, exports: Exports, block: int, exchange: Contract, units: Contract, cast: Cast
    ) -> None:
        exports.start(block, 300)
        locked = part(block, 300)
        receipt = exports.complete(locked)
        assert receipt.named("ExportCompleted") == [
            {
                "tokenId": locked,
                "owner": cast.developer,
                "actor": cast.operator,
                "evidenceHash": EVIDENCE,
                "uri": "ipfs://agreement",
            }
        ]
        (told,) = receipt.named("ExportStatusChanged")
        assert told["status"] == UnitStatus.Exported
        held = units.unit(locked)
        assert (held.status, held.owner) == (UnitStatus.Exported, cast.developer)
        assert held.endedAt == exchange.exportOf(locked).changedAt
        assert exchange.exportOf(locked).status == ExportStatus.Completed
        supply = units.supplyOfReport(held.reportId)
        assert (supply.heldKg, supply.exportedKg) == (700, 300)
        with reverts("CRUUnitNotHeld", locked, UnitStatus.Exported):
            units.transferFrom(cast.developer, cast.holder, locked, sender=cast.developer)
        with reverts("CRUUnitNotHeld", locked, UnitStatus.Exported):
            exports.start(locked, 300)

    def test_reverts_given_there_is_none(self, exports: Exports, block: int) -> None:
        with reverts("UnitExchangeUnexpectedStatus", block, ExportStatus["None"]):
            exports.complete(block)

    def test_reverts_given_it_was_aborted(self, exports: Exports, block: int) -> None:
        exports.start(block)
        exports.abort(block)
        with reverts("UnitExchangeUnexpectedStatus", block, ExportStatus.Aborted):
            exports.complete(block)

    def test_reverts_given_it_was_completed(self, exports: Exports, block: int) -> None:
        exports.start(block)
        exports.complete(block)
        with reverts("UnitExchangeUnexpectedStatus", block, ExportStatus.Completed):
            exports.complete(block)

    def test_reverts_when_the_evidence_is_zero(
        self, exports: Exports, block: int, exchange: Contract, operator: str
    ) -> None:
        exports.start(block)
        with reverts("UnitExchangeZeroHash"):
            exchange.completeExport(block, bytes(32), "", sender=operator)

    def test_reverts_when_the_uri_is_too_long(
        self, exports: Exports, block: int, exchange: Contract, operator: str
    ) -> None:
        exports.start(block)
        with reverts("UnitExchangeTextTooLong", 513, 512):
            exchange.completeExport(block, EVIDENCE, "u" * 513, sender=operator)
        exchange.completeExport(block, EVIDENCE, "u" * 512, sender=operator)

    def test_reverts_given_the_block_is_over(
        self, exports: Exports, reversing: Reversing, units: Contract
    ) -> None:
        _, block, _ = reversing.issued(terms=Terms(expires=True))
        exports.start(block)
        end = units.unit(block).monitoringEndDay
        reversing.pass_day(end)
        with reverts("CRUUnitExpired", block, end):
            exports.complete(block)

    def test_reverts_given_the_owner_is_suspended(
        self, exports: Exports, block: int, reversing: Reversing, units: Contract, cast: Cast
    ) -> None:
        exports.start(block)
        reversing.suspend(cast.developer)
        with reverts("CRUAccountSuspended", cast.developer):
            exports.complete(block)
        evidence = content_hash("cleared")
        units.reinstateAccount(cast.developer, evidence, "cleared", sender=cast.operator)
        exports.complete(block)

    @pytest.mark.parametrize("paused", ["units", "exchange"])
    def test_waits_given_a_contract_is_paused(
        self,
        exports: Exports,
        block: int,
        units: Contract,
        exchange: Contract,
        cast: Cast,
        paused: str,
    ) -> None:
        exports.start(block)
        contract = {"units": units, "exchange": exchange}[paused]
        contract.pause(sender=cast.guardian)
        for step in (exports.complete, exports.abort):
            with reverts("EnforcedPause"):
                step(block)
        contract.unpause(sender=cast.administrator)
        exports.complete(block)

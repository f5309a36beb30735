"""Suspension: an account that neither receives units nor disposes of them, in whatever way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .ledger import Contract, reverts
from .reporting import Cancellation, Reporting, Retirement, UnitStatus
from .samples import ZERO_ADDRESS, Cast, Contracts, Terms, content_hash

GROUNDS = content_hash("grounds")
REASON = "stolen key"
Act = Callable[[Contracts, Any, Cast], object]


@pytest.fixture
def blocks(reporting: Reporting, units: Contract, developer: str) -> list[int]:
    """Two blocks of 500 kg that the developer holds, one after the other."""
    parts: list[int] = units.split(reporting.issued(1_000), [500, 500], sender=developer).value
    return parts


@pytest.fixture
def suspended(units: Contract, blocks: list[int], cast: Cast) -> list[int]:
    """Those blocks, after the developer was suspended."""
    units.approve(cast.holder, blocks[0], sender=cast.developer)
    units.setApprovalForAll(cast.stranger, True, sender=cast.developer)
    units.suspendAccount(cast.developer, GROUNDS, REASON, sender=cast.operator)
    return blocks


#: What a block's owner might do with it, or let others do.
ACTS: dict[str, Act] = {
    "transfer": lambda on, own, cast: on.units.transferFrom(
        cast.developer, cast.holder, own[0], sender=cast.developer
    ),
    "transfer to itself": lambda on, own, cast: on.units.transferFrom(
        cast.developer, cast.developer, own[0], sender=cast.developer
    ),
    "safe transfer": lambda on, own, cast: on.units.safeTransferFrom(
        cast.developer, cast.holder, own[0], b"", sender=cast.developer
    ),
    "transfer of a part": lambda on, own, cast: on.units.transferPart(
        cast.holder, own[0], 100, sender=cast.developer
    ),
    "transfer of several": lambda on, own, cast: on.units.transferBatch(
        cast.holder, own, sender=cast.developer
    ),
    "transfer by an approved": lambda on, own, cast: on.units.transferFrom(
        cast.developer, cast.holder, own[0], sender=cast.holder
    ),
    "transfer by an operator": lambda on, own, cast: on.units.transferFrom(
        cast.developer, cast.holder, own[0], sender=cast.stranger
    ),
    "split": lambda on, own, cast: on.units.split(own[0], [250, 250], sender=cast.developer),
    "merge": lambda on, own, cast: on.units.merge(own, sender=cast.developer),
    "retirement": lambda on, own, cast: on.units.retire(
        own[0], 500, Retirement(), sender=cast.developer
    ),
    "retirement of a part": lambda on, own, cast: on.units.retire(
        own[0], 100, Retirement(), sender=cast.developer
    ),
    "retirement by an approved": lambda on, own, cast: on.units.retire(
        own[0], 500, Retirement(), sender=cast.holder
    ),
    "retirement of several": lambda on, own, cast: on.units.retireBatch(
        own, Retirement(), sender=cast.developer
    ),
    "cancellation": lambda on, own, cast: on.units.cancel(
        own[0], 500, Cancellation(), sender=cast.developer
    ),
    "approval": lambda on, own, cast: on.units.approve(cast.holder, own[1], sender=cast.developer),
    "approval for all": lambda on, own, cast: on.units.setApprovalForAll(
        cast.holder, True, sender=cast.developer
    ),
    "export": lambda on, own, cast: on.exchange.startExport(
        own[0], 500, "registry.example", "account 7", sender=cast.developer
    ),
}


class TestSuspendedAccount:
    """
    when it or anybody for it disposes of a block      it reverts, naming the account
    when it is to receive units                        it reverts, naming the account
    when it acts for another                           it reverts, naming the account
    when it takes back an approval                     that is taken back
    ...                                                its blocks stay readable and its own
    given it is reinstated                             it does all that again
    """

    @pytest.mark.parametrize("act", list(ACTS))
    def test_disposes_of_nothing(
        self, registry: Contracts, suspended: list[int], cast: Cast, act: str
    ) -> None:
        with reverts("CRUAccountSuspended", cast.developer):
            ACTS[act](registry, suspended, cast)

    @pytest.mark.parametrize("act", list(ACTS))
    def test_does_all_that_given_it_is_reinstated(
        self, registry: Contracts, units: Contract, suspended: list[int], cast: Cast, act: str
    ) -> None:
        units.reinstateAccount(cast.developer, GROUNDS, "cleared", sender=cast.operator)
        ACTS[act](registry, suspended, cast)

    @pytest.mark.parametrize(
        "move", ["transferFrom", "safeTransferFrom", "transferPart", "transferBatch"]
    )
    def test_receives_nothing(
        self, units: Contract, blocks: list[int], cast: Cast, move: str
    ) -> None:
        units.suspendAccount(cast.holder, GROUNDS, REASON, sender=cast.operator)
        arguments: dict[str, tuple[Any, ...]] = {
            "transferFrom": (cast.developer, cast.holder, blocks[0]),
            "safeTransferFrom": (cast.developer, cast.holder, blocks[0]),
            "transferPart": (cast.holder, blocks[0], 100),
            "transferBatch": (cast.holder, blocks),
        }
        with reverts("CRUAccountSuspended", cast.holder):
            getattr(units, move)(*arguments[move], sender=cast.developer)

    def test_is_issued_nothing(self, reporting: Reporting, units: Contract, cast: Cast) -> None:
        report_id = reporting.verified(1_000)
        units.suspendAccount(cast.developer, GROUNDS, REASON, sender=cast.operator)
        with reverts("CRUAccountSuspended", cast.developer):
            units.mint(report_id, 2024, 1_000, sender=cast.operator)
        with reverts("CRUAccountSuspended", cast.developer):
            units.mintBatch([(report_id, 2024, 1_000)], sender=cast.operator)

    def test_leaves_the_amount_due_when_a_verification_would_issue(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        pending = reporting.pending(reporting.project(Terms(automatic_issuance=True)))
        units.suspendAccount(cast.developer, GROUNDS, REASON, sender=cast.operator)
        receipt = reporting.verify(pending)
        assert receipt.named("MRVVerified")
        assert not receipt.named("CRUMinted")
        units.reinstateAccount(cast.developer, GROUNDS, "cleared", sender=cast.operator)
        units.mint(pending, 2024, 1_000, sender=cast.operator)

    @pytest.mark.parametrize("who", ["holder", "stranger"])
    def test_acts_for_nobody_else(
        self, units: Contract, blocks: list[int], cast: Cast, who: str
    ) -> None:
        actor = getattr(cast, who)
        units.approve(cast.holder, blocks[0], sender=cast.developer)
        units.setApprovalForAll(cast.stranger, True, sender=cast.developer)
        units.suspendAccount(actor, GROUNDS, REASON, sender=cast.operator)
        for act in (
            lambda: units.transferFrom(cast.developer, cast.operator, blocks[0], sender=actor),
            lambda: units.retire(blocks[0], 500, Retirement(), sender=actor),
            lambda: units.cancel(blocks[0], 500, Cancellation(), sender=actor),
            lambda: units.split(blocks[0], [250, 250], sender=actor),
        ):
            with reverts("CRUAccountSuspended", actor):
                act()

    def test_takes_back_what_it_allowed(
        self, units: Contract, suspended: list[int], cast: Cast
    ) -> None:
        units.approve(ZERO_ADDRESS, suspended[0], sender=cast.developer)
        units.setApprovalForAll(cast.stranger, False, sender=cast.developer)
        assert units.getApproved(suspended[0]) == ZERO_ADDRESS
        assert not units.isApprovedForAll(cast.developer, cast.stranger)

    def test_keeps_what_it_holds(self, units: Contract, suspended: list[int], cast: Cast) -> None:
        assert units.balanceOf(cast.developer) == 2
        assert {units.unit(one).status for one in suspended} == {UnitStatus.Held}
        assert {units.ownerOf(one) for one in suspended} == {cast.developer}
        assert units.tokenURI(suspended[0])


class TestSuspendAccount:
    """
    when the account is none, or the buffer        it reverts, naming it
    when it is suspended already, or not at all    it reverts, naming it
    when the evidence or the reason is missing     it reverts
    otherwise                                      it is suspended, or reinstated, and says why
    """

    def test_says_who_and_why(self, units: Contract, cast: Cast) -> None:
        assert not units.isSuspended(cast.holder)
        receipt = units.suspendAccount(cast.holder, GROUNDS, REASON, sender=cast.operator)
        told = {"account": cast.holder, "actor": cast.operator, "evidenceHash": GROUNDS}
        assert [one.name for one in receipt.events] == ["AccountSuspended"]
        assert receipt.events[0].arguments == told | {"reason": REASON}
        assert units.isSuspended(cast.holder)
        back = units.reinstateAccount(cast.holder, GROUNDS, "cleared", sender=cast.operator)
        assert [one.name for one in back.events] == ["AccountReinstated"]
        assert back.events[0].arguments == told | {"reason": "cleared"}
        assert not units.isSuspended(cast.holder)

    def test_reverts_when_the_account_is_none(self, units: Contract, operator: str) -> None:
        for account in (ZERO_ADDRESS, units.address):
            with reverts("CRUCannotSuspend", account):
                units.suspendAccount(account, GROUNDS, REASON, sender=operator)

    def test_reverts_when_it_changes_nothing(
        self, units: Contract, operator: str, holder: str
    ) -> None:
        with reverts("CRUAccountNotSuspended", holder):
            units.reinstateAccount(holder, GROUNDS, REASON, sender=operator)
        units.suspendAccount(holder, GROUNDS, REASON, sender=operator)
        with reverts("CRUAccountSuspended", holder):
            units.suspendAccount(holder, GROUNDS, REASON, sender=operator)

    def test_reverts_when_the_grounds_are_missing(
        self, units: Contract, operator: str, holder: str, stranger: str
    ) -> None:
        units.suspendAccount(stranger, GROUNDS, "x" * 500, sender=operator)
        for judge, account in (
            (units.suspendAccount, holder),
            (units.reinstateAccount, stranger),
        ):
            with reverts("CRUZeroHash"):
                judge(account, bytes(32), REASON, sender=operator)
            with reverts("CRUReasonRequired"):
                judge(account, GROUNDS, "", sender=operator)
            with reverts("CRUTextTooLong", 501, 500):
                judge(account, GROUNDS, "x" * 501, sender=operator)

    def test_goes_on_given_the_units_are_paused(self, units: Contract, cast: Cast) -> None:
        units.pause(sender=cast.guardian)
        units.suspendAccount(cast.holder, GROUNDS, REASON, sender=cast.operator)
        units.reinstateAccount(cast.holder, GROUNDS, "cleared", sender=cast.operator)

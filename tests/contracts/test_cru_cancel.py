"""Cancellation: by the holder, by an operator after suspension, or for a reversal; always final."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import Cancellation, CancellationReason, Reporting, Retirement, Serial, UnitStatus
from .reversing import part, rest
from .samples import ZERO_ADDRESS, Cast, Terms, content_hash

GROUNDS = content_hash("grounds")
REVERSAL = content_hash("reversal")


@pytest.fixture
def block(reporting: Reporting) -> int:
    """1000 kg that the developer holds."""
    return reporting.issued(1_000)


def suspend(units: Contract, account: str, operator: str) -> None:
    units.suspendAccount(account, GROUNDS, "stolen key", sender=operator)


class TestCancel:
    """
    when the caller is neither the owner nor approved        it reverts
    when the reason is not a holder's                        it reverts, naming it
    when it says not for whom or for what                    it reverts
    when the amount is none that can be cut off              it reverts
    given the block is not held                              it reverts, naming its status
    given the units are paused                               it reverts
    otherwise                                                the last kg end for good
    """

    def test_ends_the_whole_block(
        self, units: Contract, block: int, developer: str, ledger: Ledger
    ) -> None:
        receipt = units.cancel(block, 1_000, Cancellation(), sender=developer)
        assert receipt.value == block
        assert [event.name for event in receipt.events] == ["CRUCancelled", "MetadataUpdate"]
        assert receipt.events[0].arguments == {
            "tokenId": block,
            "owner": developer,
            "reason": CancellationReason.Voluntary,
            "actor": developer,
            "kg": 1_000,
            "beneficiary": content_hash("beneficiary"),
            "purpose": "Gift to the climate",
        }
        assert receipt.events[1].arguments == {"_tokenId": block}
        held = units.unit(block)
        assert (held.status, held.owner) == (UnitStatus.Cancelled, developer)
        assert (held.endedAt, held.retirementReason) == (ledger.now, 0)
        assert units.balanceOf(developer) == 1

    def test_ends_the_last_kilograms_and_leaves_the_first(
        self, units: Contract, block: int, developer: str
    ) -> None:
        receipt = units.cancel(block, 300, Cancellation(), sender=developer)
        assert receipt.value == part(block, 300)
        assert [event.name for event in receipt.events] == [
            *("CRUSplit", "Transfer", "Transfer", "Transfer"),
            *("CRUCancelled", "MetadataUpdate"),
        ]
        assert receipt.events[0].arguments == {
            "tokenId": block,
            "owner": developer,
            "parts": [rest(block, 300), part(block, 300)],
        }
        assert units.unit(rest(block, 300)).status == UnitStatus.Held
        assert units.unit(part(block, 300)).status == UnitStatus.Cancelled

    @pytest.mark.parametrize(
        "reason", [one for one in CancellationReason if one.name not in ("Voluntary", "Other")]
    )
    def test_reverts_when_the_reason_is_not_a_holders(
        self, units: Contract, block: int, developer: str, reason: int
    ) -> None:
        with reverts("CRUInvalidReason", reason):
            units.cancel(block, 1_000, Cancellation(reason), sender=developer)

    def test_reverts_when_it_says_too_little_or_too_much(
        self, units: Contract, block: int, developer: str
    ) -> None:
        nobody, nothing = Cancellation(beneficiary=bytes(32)), Cancellation(purpose="")
        with reverts("CRUBeneficiaryRequired"):
            units.cancel(block, 1_000, nobody, sender=developer)
        with reverts("CRUPurposeRequired"):
            units.cancel(block, 1_000, nothing, sender=developer)
        with reverts("CRUTextTooLong", 201, 200):
            units.cancel(block, 1_000, Cancellation(purpose="x" * 201), sender=developer)
        units.cancel(block, 1_000, Cancellation(purpose="ü" * 100), sender=developer)

    @pytest.mark.parametrize(
        ("kg", "error", "arguments"),
        [
            (0, "CRUZeroAmount", ()),
            (1_500, "CRUNotMultipleOfGranularity", (1_500, 1_000)),
            (5_000, "CRUExceedsBlock", (5_000,)),
            (2**64 - 1, "CRUExceedsBlock", (2**64 - 1,)),
        ],
    )
    def test_reverts_when_the_amount_cannot_be_cut_off(
        self,
        reporting: Reporting,
        units: Contract,
        developer: str,
        kg: int,
        error: str,
        arguments: tuple[Any, ...],
    ) -> None:
        coarse = reporting.issued(4_000, Terms(granularity_kg=1_000), "coarse")
        named = (coarse, *arguments) if error == "CRUExceedsBlock" else arguments
        with reverts(error, *named):
            units.cancel(coarse, kg, Cancellation(), sender=developer)

    def test_names_the_actor_when_an_approved_cancels(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        receipt = units.cancel(block, 1_000, Cancellation(), sender=cast.holder)
        assert receipt.named("CRUCancelled")[0]["actor"] == cast.holder
        assert units.getApproved(block) == ZERO_ADDRESS

    @pytest.mark.parametrize("who", ["stranger", "operator", "administrator"])
    def test_reverts_when_the_caller_may_not(
        self, units: Contract, block: int, cast: Cast, who: str
    ) -> None:
        with reverts("ERC721InsufficientApproval", getattr(cast, who), block):
            units.cancel(block, 1_000, Cancellation(), sender=getattr(cast, who))

    def test_reverts_given_it_has_ended(self, units: Contract, block: int, developer: str) -> None:
        units.retire(block, 400, Retirement(), sender=developer)
        kept, retired = rest(block, 400), part(block, 400)
        with reverts("CRUUnitNotHeld", retired, UnitStatus.Retired):
            units.cancel(retired, 400, Cancellation(), sender=developer)
        units.cancel(kept, 600, Cancellation(), sender=developer)
        with reverts("CRUUnitNotHeld", kept, UnitStatus.Cancelled):
            units.cancel(kept, 600, Cancellation(), sender=developer)
        with reverts("CRUUnitNotHeld", kept, UnitStatus.Cancelled):
            units.transferFrom(developer, developer, kept, sender=developer)

    def test_reverts_given_it_is_in_the_buffer(
        self, reporting: Reporting, units: Contract, developer: str
    ) -> None:
        buffered = reporting.buffered()
        with reverts("CRUUnitNotHeld", buffered, UnitStatus.Buffer):
            units.cancel(buffered, 100, Cancellation(), sender=developer)

    def test_reverts_given_the_units_are_paused(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            units.cancel(block, 1_000, Cancellation(), sender=cast.developer)


class TestCancelSuspended:
    """
    when the reason is not an operator's           it reverts, naming it
    given the account is not suspended             it reverts, naming it
    given the block is not held                    it reverts, naming its status
    otherwise                                      the last kg end for good, whoever owns them
    """

    FRAUD = Cancellation(CancellationReason.Fraud, purpose="Issued against forged samples")

    def test_ends_the_last_kilograms(self, units: Contract, block: int, cast: Cast) -> None:
        suspend(units, cast.developer, cast.operator)
        receipt = units.cancelSuspended(block, 400, self.FRAUD, sender=cast.operator)
        (told,) = receipt.named("CRUCancelled")
        assert (told["owner"], told["actor"]) == (cast.developer, cast.operator)
        assert (told["reason"], told["kg"]) == (CancellationReason.Fraud, 400)
        assert units.unit(rest(block, 400)).owner == cast.developer
        units.cancelSuspended(rest(block, 400), 600, self.FRAUD, sender=cast.operator)

    def test_reverts_given_the_account_is_not_suspended(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        with reverts("CRUAccountNotSuspended", cast.developer):
            units.cancelSuspended(block, 1_000, self.FRAUD, sender=cast.operator)
        suspend(units, cast.developer, cast.operator)
        units.reinstateAccount(cast.developer, GROUNDS, "cleared", sender=cast.operator)
        with reverts("CRUAccountNotSuspended", cast.developer):
            units.cancelSuspended(block, 1_000, self.FRAUD, sender=cast.operator)

    @pytest.mark.parametrize(
        "reason",
        [one for one in CancellationReason if one.name not in ("ErroneousIssuance", "Fraud")],
    )
    def test_reverts_when_the_reason_is_not_an_operators(
        self, units: Contract, block: int, cast: Cast, reason: int
    ) -> None:
        suspend(units, cast.developer, cast.operator)
        with reverts("CRUInvalidReason", reason):
            units.cancelSuspended(block, 1_000, Cancellation(reason), sender=cast.operator)

    def test_reverts_given_it_is_retired(self, units: Contract, block: int, cast: Cast) -> None:
        units.retire(block, 1_000, Retirement(), sender=cast.developer)
        suspend(units, cast.developer, cast.operator)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Retired):
            units.cancelSuspended(block, 1_000, self.FRAUD, sender=cast.operator)

    def test_asks_for_whom_and_for_what(self, units: Contract, block: int, cast: Cast) -> None:
        suspend(units, cast.developer, cast.operator)
        with reverts("CRUBeneficiaryRequired"):
            units.cancelSuspended(
                block, 1_000, self.FRAUD._replace(beneficiary=bytes(32)), sender=cast.operator
            )
        with reverts("CRUPurposeRequired"):
            units.cancelSuspended(
                block, 1_000, self.FRAUD._replace(purpose=""), sender=cast.operator
            )


class TestCancelForReversal:
    """
    when the reason is none of a reversal's            it reverts, naming it
    given another than the one named owns the block    it reverts, naming the owner
    given the block is neither held nor in the buffer  it reverts, naming its status
    given the holder is suspended                      its liability is taken, its gift is not
    otherwise                                          the last kg end, for that reversal
    """

    @pytest.fixture
    def reversals(self, callers: Mapping[str, str], ledger: Ledger) -> str:
        return ledger.fund(callers["reversal_ledger"])

    def test_ends_the_last_kilograms_of_the_buffer(
        self, reporting: Reporting, units: Contract, reversals: str, cast: Cast
    ) -> None:
        buffered = reporting.buffered()
        receipt = units.cancelForReversal(
            *(buffered, 40, units.address, cast.operator, CancellationReason.Reversal, REVERSAL),
            sender=reversals,
        )
        assert receipt.value == part(buffered, 40)
        assert receipt.named("CRUCancelled") == [
            {
                "tokenId": part(buffered, 40),
                "owner": units.address,
                "reason": CancellationReason.Reversal,
                "actor": cast.operator,
                "kg": 40,
                "beneficiary": REVERSAL,
                "purpose": "reversal",
            }
        ]
        supply = units.supplyOfReport(Serial.of(buffered).report_id)
        assert (supply.bufferKg, supply.cancelledKg, supply.heldKg) == (60, 40, 900)
        assert units.unit(rest(buffered, 40)).status == UnitStatus.Buffer

    @pytest.mark.parametrize("reason", range(CancellationReason.Reversal))
    def test_reverts_when_the_reason_is_none_of_a_reversal(
        self, units: Contract, block: int, reversals: str, cast: Cast, reason: int
    ) -> None:
        with reverts("CRUInvalidReason", reason):
            units.cancelForReversal(
                *(block, 1, cast.developer, cast.operator, reason, REVERSAL), sender=reversals
            )

    def test_reverts_given_another_owns_it(
        self, units: Contract, block: int, reversals: str, cast: Cast
    ) -> None:
        taken = (cast.operator, CancellationReason.Reversal, REVERSAL)
        with reverts("ERC721IncorrectOwner", cast.holder, block, cast.developer):
            units.cancelForReversal(block, 1, cast.holder, *taken, sender=reversals)
        with reverts("ERC721NonexistentToken", block + 1):
            units.cancelForReversal(block + 1, 1, cast.developer, *taken, sender=reversals)

    def test_reverts_given_it_has_ended(
        self, units: Contract, block: int, reversals: str, cast: Cast
    ) -> None:
        units.retire(block, 1_000, Retirement(), sender=cast.developer)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Retired):
            units.cancelForReversal(
                *(block, 1, cast.developer, cast.operator, CancellationReason.Reversal, REVERSAL),
                sender=reversals,
            )

    def test_takes_the_liability_of_a_suspended_account_but_no_gift(
        self, units: Contract, block: int, reversals: str, cast: Cast
    ) -> None:
        suspend(units, cast.developer, cast.operator)
        given = (block, 1, cast.developer, cast.developer)
        with reverts("CRUAccountSuspended", cast.developer):
            units.cancelForReversal(
                *(*given, CancellationReason.Compensation, REVERSAL), sender=reversals
            )
        units.cancelForReversal(
            *(*given[:3], cast.operator, CancellationReason.Reversal, REVERSAL), sender=reversals
        )

    def test_takes_no_gift_through_a_suspended_actor(
        self, units: Contract, block: int, reversals: str, cast: Cast
    ) -> None:
        suspend(units, cast.holder, cast.operator)
        with reverts("CRUAccountSuspended", cast.holder):
            units.cancelForReversal(
                *(block, 1, cast.developer, cast.holder, CancellationReason.Compensation, REVERSAL),
                sender=reversals,
            )


class TestReasons:
    """
    whatever reason but none it is    exactly one of the three ways admits it
    """

    WAYS: ClassVar[dict[str, tuple[str, ...]]] = {
        "cancel": ("Voluntary", "Other"),
        "cancelSuspended": ("ErroneousIssuance", "Fraud"),
        "cancelForReversal": ("Reversal", "Compensation"),
    }

    @pytest.mark.parametrize("reason", list(CancellationReason))
    @pytest.mark.parametrize("way", list(WAYS))
    def test_belong_to_one_way(
        self,
        units: Contract,
        block: int,
        cast: Cast,
        callers: Mapping[str, str],
        ledger: Ledger,
        way: str,
        reason: Any,
    ) -> None:
        reversals = ledger.fund(callers["reversal_ledger"])
        told = (cast.developer, cast.operator, reason, REVERSAL)
        arguments: tuple[Any, ...] = told if way == "cancelForReversal" else (Cancellation(reason),)
        sender = {"cancel": cast.developer, "cancelForReversal": reversals}.get(way, cast.operator)
        if way == "cancelSuspended":
            suspend(units, cast.developer, cast.operator)
        call = getattr(units, way)
        if reason.name in self.WAYS[way]:
            call(block, 1, *arguments, sender=sender)
        else:
            with reverts("CRUInvalidReason", reason):
                call(block, 1, *arguments, sender=sender)

"""Transfer of a part: the last kilograms leave, the owner keeps the first; types never mix."""

from __future__ import annotations

import pytest

from .ledger import Contract, reverts
from .reporting import Reporting, Retirement, Serial, UnitStatus
from .reversing import part, rest
from .samples import ZERO_ADDRESS, Cast, Stage, Terms, UnitType


@pytest.fixture
def block(reporting: Reporting) -> int:
    """1000 kg that the developer holds."""
    return reporting.issued(1_000)


class TestTransferPart:
    """
    when the caller is neither the owner nor approved      it reverts
    when the amount cannot be cut off                      it reverts
    when the receiver takes no tokens, or is none          it reverts, and nothing is cut
    given the block is not held, or the units are paused   it reverts
    otherwise                                              the receiver has the last sub-block
    """

    def test_moves_the_last_kilograms(self, units: Contract, block: int, cast: Cast) -> None:
        receipt = units.transferPart(cast.holder, block, 400, sender=cast.developer)
        kept, moved = rest(block, 400), part(block, 400)
        assert receipt.value == moved
        assert receipt.named("CRUSplit") == [
            {"tokenId": block, "owner": cast.developer, "parts": [kept, moved]}
        ]
        assert [(one["from"], one["to"], one["tokenId"]) for one in receipt.named("Transfer")] == [
            (cast.developer, ZERO_ADDRESS, block),
            (ZERO_ADDRESS, cast.developer, kept),
            (ZERO_ADDRESS, cast.developer, moved),
            (cast.developer, cast.holder, moved),
        ]
        assert (units.ownerOf(kept), units.ownerOf(moved)) == (cast.developer, cast.holder)
        assert (units.balanceOf(cast.developer), units.balanceOf(cast.holder)) == (1, 1)

    def test_moves_the_block_itself_when_it_is_all_of_it(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        receipt = units.transferPart(cast.holder, block, 1_000, sender=cast.developer)
        assert [event.name for event in receipt.events] == ["Transfer"]
        assert (receipt.value, units.ownerOf(block)) == (block, cast.holder)

    def test_stays_cut_when_sent_to_the_owner(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        units.transferPart(cast.developer, block, 1, sender=cast.developer)
        assert units.balanceOf(cast.developer) == 2

    def test_ends_the_approval_of_the_whole(self, units: Contract, block: int, cast: Cast) -> None:
        units.approve(cast.stranger, block, sender=cast.developer)
        units.transferPart(cast.holder, block, 1, sender=cast.stranger)
        for one in (rest(block, 1), part(block, 1)):
            assert units.getApproved(one) == ZERO_ADDRESS

    @pytest.mark.parametrize("who", ["stranger", "operator", "administrator"])
    def test_reverts_when_the_caller_may_not(
        self, units: Contract, block: int, cast: Cast, who: str
    ) -> None:
        with reverts("ERC721InsufficientApproval", getattr(cast, who), block):
            units.transferPart(cast.holder, block, 1, sender=getattr(cast, who))

    def test_reverts_when_the_amount_cannot_be_cut_off(
        self, reporting: Reporting, units: Contract, block: int, cast: Cast
    ) -> None:
        coarse = reporting.issued(4_000, Terms(granularity_kg=1_000), "coarse")
        with reverts("CRUZeroAmount"):
            units.transferPart(cast.holder, block, 0, sender=cast.developer)
        with reverts("CRUExceedsBlock", block, 1_001):
            units.transferPart(cast.holder, block, 1_001, sender=cast.developer)
        with reverts("CRUNotMultipleOfGranularity", 1, 1_000):
            units.transferPart(cast.holder, coarse, 1, sender=cast.developer)

    def test_cuts_nothing_when_the_receiver_does_not_accept(
        self, stage: Stage, units: Contract, block: int, cast: Cast
    ) -> None:
        receiver = Reporting(stage).receiver()
        receiver.setAnswer(1, sender=cast.stranger)
        with reverts("ERC721InvalidReceiver", receiver.address):
            units.transferPart(receiver.address, block, 400, sender=cast.developer)
        assert units.ownerOf(block) == cast.developer
        receiver.setAnswer(0, sender=cast.stranger)
        receipt = units.transferPart(receiver.address, block, 400, sender=cast.developer)
        assert receipt.named("Received") == [
            {
                "operator": cast.developer,
                "from": cast.developer,
                "tokenId": part(block, 400),
                "data": b"",
            }
        ]

    def test_is_refused_when_the_receiver_calls_back_for_more(
        self, stage: Stage, units: Contract, block: int, cast: Cast
    ) -> None:
        receiver = Reporting(stage).receiver()
        again = units.calldata("transferPart", receiver.address, part(block, 400), 1)
        receiver.setCall(units.address, again, sender=cast.stranger)
        receipt = units.transferPart(receiver.address, block, 400, sender=cast.developer)
        (called,) = receipt.named("CalledBack")
        # ReentrancyGuardReentrantCall()
        assert (called["success"], called["returned"]) == (False, bytes.fromhex("3ee5aeb5"))

    def test_reverts_given_it_cannot_move(self, units: Contract, block: int, cast: Cast) -> None:
        retired = part(block, 400)
        units.retire(block, 400, Retirement(), sender=cast.developer)
        with reverts("CRUUnitNotHeld", retired, UnitStatus.Retired):
            units.transferPart(cast.holder, retired, 1, sender=cast.developer)
        with reverts("ERC721NonexistentToken", block):
            units.transferPart(cast.holder, block, 1, sender=cast.developer)
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            units.transferPart(cast.holder, rest(block, 400), 1, sender=cast.developer)


class TestTypes:
    """
    when a batch mixes types      it reverts, naming the first block of another type
    otherwise                     each type goes on apart
    """

    @pytest.fixture
    def permanent(self, reporting: Reporting) -> int:
        return reporting.issued(1_000, Terms(UnitType.PCR, 1_000), "permanent")

    def test_never_move_together(
        self, units: Contract, block: int, permanent: int, cast: Cast
    ) -> None:
        with reverts("CRUNotSameType", permanent, UnitType.PCR, UnitType.CRU):
            units.transferBatch(cast.holder, [block, permanent], sender=cast.developer)
        with reverts("CRUNotSameType", block, UnitType.CRU, UnitType.PCR):
            units.transferBatch(cast.holder, [permanent, block], sender=cast.developer)

    def test_are_never_issued_together(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        plain = reporting.verified(1_000, name="a")
        permanent = reporting.verified(1_000, Terms(UnitType.PCR, 1_000), "b")
        other = Serial(permanent, 2024, 0, 1_000).token_id
        with reverts("CRUNotSameType", other, UnitType.PCR, UnitType.CRU):
            units.mintBatch([(plain, 2024, 1_000), (permanent, 2024, 1_000)], sender=operator)

    def test_are_summed_apart(
        self, units: Contract, block: int, permanent: int, developer: str
    ) -> None:
        units.retire(permanent, 1_000, Retirement(), sender=developer)
        assert units.supplyOfType(UnitType.CRU).retiredKg == 0
        assert units.supplyOfType(UnitType.PCR).retiredKg == 1_000
        assert units.supplyOfType(UnitType.SER).issuedKg == 0


class TestMintBatchAsksOnce:
    """
    when requests of one vintage follow each other    each draws on what is left after the last
    when they take turns                              likewise
    when the first names no report at all             it reverts, naming it
    """

    @pytest.mark.parametrize("order", [(0, 0, 1), (0, 1, 0), (1, 0, 0)])
    def test_draws_on_what_is_left(
        self, reporting: Reporting, units: Contract, operator: str, order: tuple[int, ...]
    ) -> None:
        reports = [reporting.verified(1_000, name=name) for name in "ab"]
        requests = [(reports[index], 2024, 600) for index in order]
        with reverts("CRUExceedsVerified", reports[0], 2024, 600, 400):
            units.mintBatch(requests, sender=operator)
        fitting = [(reports[index], 2024, 500) for index in order]
        tokens = units.mintBatch(fitting, sender=operator).value
        firsts = [Serial.of(token).first_kg for token in tokens if token >> 144 == _id(reports[0])]
        assert firsts == [0, 500]

    def test_reverts_when_the_first_names_no_report(self, units: Contract, operator: str) -> None:
        with reverts("CRUReportNotVerified", bytes(14), 0):
            units.mintBatch([(bytes(14), 0, 1)], sender=operator)


def _id(report_id: bytes) -> int:
    return int.from_bytes(report_id, "big")

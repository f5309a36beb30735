"""Retirement: final, by the holder, for a stated reason, and never stopped by a pause."""

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, Retirement, RetirementReason, UnitStatus
from .samples import ZERO_ADDRESS, Cast, content_hash

PURPOSE_LIMIT = 200


@pytest.fixture
def block(reporting: Reporting) -> int:
    """1000 kg that the developer holds."""
    return reporting.issued(1_000)


class TestRetire:
    """
    when the caller is neither the owner nor approved      it reverts
    when the reason is none or unknown                     it reverts, naming it
    when the purpose is longer than 200 bytes              it reverts
    given the block is retired, in the buffer or unknown   it reverts
    given the units are paused                             it is retired all the same
    otherwise                                              it ends for good and stays with its owner
    """

    def test_ends_the_block_and_leaves_it_with_its_owner(
        self, units: Contract, block: int, developer: str, ledger: Ledger
    ) -> None:
        receipt = units.retire(block, 1_000, Retirement(), sender=developer)
        assert [event.name for event in receipt.events] == ["CRURetired", "MetadataUpdate"]
        assert receipt.events[0].arguments == {
            "tokenId": block,
            "owner": developer,
            "reason": RetirementReason.VoluntaryClaim,
            "actor": developer,
            "kg": 1_000,
            "beneficiary": content_hash("beneficiary"),
            "purpose": "Footprint of 2024",
            "claimStartDay": 0,
            "claimEndDay": 0,
        }
        assert receipt.events[1].arguments == {"_tokenId": block}
        held = units.unit(block)
        assert (held.status, held.owner) == (UnitStatus.Retired, developer)
        assert (held.retirementReason, held.endedAt) == (1, ledger.now)
        assert units.balanceOf(developer) == 1

    @pytest.mark.parametrize("reason", [one for one in RetirementReason if one.name != "None"])
    def test_keeps_the_reason(
        self, units: Contract, block: int, developer: str, reason: int
    ) -> None:
        units.retire(block, 1_000, Retirement(reason, bytes(32), ""), sender=developer)
        assert units.unit(block).retirementReason == reason

    @pytest.mark.parametrize("reason", [0, max(RetirementReason) + 1, 255])
    def test_reverts_when_the_reason_is_none_of_the_list(
        self, units: Contract, block: int, developer: str, reason: int
    ) -> None:
        with reverts("CRUInvalidReason", reason):
            units.retire(block, 1_000, Retirement(reason), sender=developer)
        with reverts("CRUInvalidReason", reason):
            units.retireBatch([block], Retirement(reason), sender=developer)

    def test_reverts_when_the_purpose_is_too_long(
        self, units: Contract, block: int, developer: str
    ) -> None:
        with reverts("CRUTextTooLong", PURPOSE_LIMIT + 1, PURPOSE_LIMIT):
            longer = Retirement(purpose="ü" * 100 + "x")
            units.retire(block, 1_000, longer, sender=developer)
        units.retire(block, 1_000, Retirement(purpose="ü" * 100), sender=developer)

    @pytest.mark.parametrize("who", ["stranger", "operator", "administrator", "verifier"])
    def test_reverts_when_the_caller_may_not(
        self, units: Contract, block: int, cast: Cast, who: str
    ) -> None:
        with reverts("ERC721InsufficientApproval", getattr(cast, who), block):
            units.retire(block, 1_000, Retirement(), sender=getattr(cast, who))

    def test_names_the_actor_when_an_approved_retires(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        receipt = units.retire(block, 1_000, Retirement(), sender=cast.holder)
        (retired,) = receipt.named("CRURetired")
        assert (retired["owner"], retired["actor"]) == (cast.developer, cast.holder)
        assert receipt.named("Approval") == [
            {"owner": cast.developer, "approved": ZERO_ADDRESS, "tokenId": block}
        ]
        assert units.getApproved(block) == ZERO_ADDRESS

    def test_reverts_given_it_is_retired(self, units: Contract, block: int, developer: str) -> None:
        units.retire(block, 1_000, Retirement(), sender=developer)
        with reverts("CRUUnitNotHeld", block, UnitStatus.Retired):
            units.retire(block, 1_000, Retirement(), sender=developer)

    @pytest.mark.parametrize("who", ["developer", "operator", "administrator"])
    def test_reverts_given_it_is_in_the_buffer(
        self, reporting: Reporting, units: Contract, cast: Cast, who: str
    ) -> None:
        buffered = reporting.buffered()
        with reverts("CRUUnitNotHeld", buffered, UnitStatus.Buffer):
            units.retire(buffered, 1_000, Retirement(), sender=getattr(cast, who))

    @pytest.mark.parametrize("token_id", [0, 2**256 - 1])
    def test_reverts_given_it_does_not_exist(
        self, units: Contract, developer: str, token_id: int
    ) -> None:
        with reverts("ERC721NonexistentToken", token_id):
            units.retire(token_id, 1_000, Retirement(), sender=developer)

    def test_goes_on_given_everything_is_paused(
        self,
        units: Contract,
        reports: Contract,
        projects: Contract,
        methodologies: Contract,
        block: int,
        cast: Cast,
    ) -> None:
        first, second = units.split(block, [500, 500], sender=cast.developer).value
        for contract in (units, reports, projects, methodologies):
            contract.pause(sender=cast.guardian)
        units.retire(first, 500, Retirement(), sender=cast.developer)
        units.retireBatch([second], Retirement(), sender=cast.developer)


class TestRetireBatch:
    """
    when it is empty                          it reverts
    when one cannot be retired, or repeats    none is
    otherwise                                 each is retired
    """

    def test_retires_each(self, units: Contract, block: int, developer: str) -> None:
        parts = units.split(block, [500, 500], sender=developer).value
        receipt = units.retireBatch(parts, Retirement(), sender=developer)
        assert [one["tokenId"] for one in receipt.named("CRURetired")] == parts
        assert {units.unit(part).status for part in parts} == {UnitStatus.Retired}

    def test_retires_none_when_one_cannot_be(
        self, reporting: Reporting, units: Contract, block: int, cast: Cast
    ) -> None:
        first, second = units.split(block, [500, 500], sender=cast.developer).value
        units.transferFrom(cast.developer, cast.holder, second, sender=cast.developer)
        with reverts("ERC721InsufficientApproval", cast.developer, second):
            units.retireBatch([first, second], Retirement(), sender=cast.developer)
        with reverts("CRUUnitNotHeld", first, UnitStatus.Retired):
            units.retireBatch([first, first], Retirement(), sender=cast.developer)
        assert units.unit(first).status == UnitStatus.Held

    def test_reverts_when_it_is_empty(self, units: Contract, developer: str) -> None:
        with reverts("CRUEmptyBatch"):
            units.retireBatch([], Retirement(), sender=developer)

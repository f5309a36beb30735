"""Retirement: final, by the holder, for a stated reason, and never stopped by a pause."""

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, Retirement, RetirementReason, Serial, UnitStatus
from .reversing import part, rest
from .samples import ZERO_ADDRESS, Cast, Terms, UnitType, content_hash
from .test_cru_metadata import attributes

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


class TestRetirePart:
    """
    when a part of the block is retired    it is the last sub-block; the owner keeps the first
    when the amount cannot be cut off      it reverts
    given the units are paused             it is retired all the same, split included
    """

    def test_retires_the_last_kilograms(self, units: Contract, block: int, developer: str) -> None:
        receipt = units.retire(block, 300, Retirement(), sender=developer)
        kept, retired = rest(block, 300), part(block, 300)
        assert receipt.value == retired
        assert [event.name for event in receipt.events] == [
            *("CRUSplit", "Transfer", "Transfer", "Transfer"),
            *("CRURetired", "MetadataUpdate"),
        ]
        assert receipt.named("CRUSplit") == [
            {"tokenId": block, "owner": developer, "parts": [kept, retired]}
        ]
        assert receipt.named("CRURetired")[0]["tokenId"] == retired
        assert receipt.named("CRURetired")[0]["kg"] == 300
        assert (units.unit(kept).status, units.unit(retired).status) == (
            UnitStatus.Held,
            UnitStatus.Retired,
        )
        assert units.balanceOf(developer) == 2
        with reverts("ERC721NonexistentToken", block):
            units.ownerOf(block)

    @pytest.mark.parametrize("kg", [1, 999])
    def test_leaves_everything_but_that(
        self, units: Contract, block: int, developer: str, kg: int
    ) -> None:
        units.retire(block, kg, Retirement(), sender=developer)
        supply = units.supplyOfReport(Serial.of(block).report_id)
        assert (supply.heldKg, supply.retiredKg) == (1_000 - kg, kg)

    def test_ends_the_approval_of_the_whole(self, units: Contract, block: int, cast: Cast) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        receipt = units.retire(block, 300, Retirement(), sender=cast.holder)
        assert receipt.named("CRURetired")[0]["actor"] == cast.holder
        for one in (rest(block, 300), part(block, 300)):
            assert units.getApproved(one) == ZERO_ADDRESS
        with reverts("ERC721InsufficientApproval", cast.holder, rest(block, 300)):
            units.retire(rest(block, 300), 700, Retirement(), sender=cast.holder)

    def test_reverts_when_the_amount_cannot_be_cut_off(
        self, reporting: Reporting, units: Contract, block: int, developer: str
    ) -> None:
        with reverts("CRUZeroAmount"):
            units.retire(block, 0, Retirement(), sender=developer)
        with reverts("CRUExceedsBlock", block, 1_001):
            units.retire(block, 1_001, Retirement(), sender=developer)
        coarse = reporting.issued(4_000, Terms(granularity_kg=1_000), "coarse")
        with reverts("CRUNotMultipleOfGranularity", 1_500, 1_000):
            units.retire(coarse, 1_500, Retirement(), sender=developer)

    def test_goes_on_given_the_units_are_paused(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        units.pause(sender=cast.guardian)
        assert units.retire(block, 1, Retirement(), sender=cast.developer).value == part(block, 1)


class TestClaimPeriod:
    """
    when it is none, a day, or a period    the event keeps it
    when it ends before it starts          it reverts
    when it has no first day               it reverts
    """

    @pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 1), (20_000, 20_365), (1, 65_535)])
    def test_is_kept(
        self, units: Contract, block: int, developer: str, start: int, end: int
    ) -> None:
        claim = Retirement(claim_start_day=start, claim_end_day=end)
        (told,) = units.retire(block, 1_000, claim, sender=developer).named("CRURetired")
        assert (told["claimStartDay"], told["claimEndDay"]) == (start, end)

    @pytest.mark.parametrize(("start", "end"), [(0, 1), (2, 1), (1, 0), (65_535, 65_534)])
    def test_is_refused_when_it_is_no_period(
        self, units: Contract, block: int, developer: str, start: int, end: int
    ) -> None:
        claim = Retirement(claim_start_day=start, claim_end_day=end)
        with reverts("CRUInvalidClaimPeriod", start, end):
            units.retire(block, 1_000, claim, sender=developer)
        with reverts("CRUInvalidClaimPeriod", start, end):
            units.retireBatch([block], claim, sender=developer)


class TestAddRetirementReason:
    """
    when the code is known, or of the list    it reverts, naming it
    when the label is none                    it reverts, naming it
    otherwise                                 units retire for it, and say so
    """

    def test_lets_units_retire_for_it(self, units: Contract, block: int, cast: Cast) -> None:
        with reverts("CRUInvalidReason", 7):
            units.retire(block, 1_000, Retirement(7), sender=cast.developer)
        receipt = units.addRetirementReason(7, "air_travel_2", sender=cast.administrator)
        assert [event.name for event in receipt.events] == ["RetirementReasonAdded"]
        assert receipt.events[0].arguments == {
            "code": 7,
            "actor": cast.administrator,
            "label": "air_travel_2",
        }
        assert units.retirementReason(7) == "air_travel_2"
        told = units.retire(block, 1_000, Retirement(7), sender=cast.developer)
        assert told.named("CRURetired")[0]["reason"] == 7
        assert units.unit(block).retirementReason == 7
        assert attributes(units, block)["Retirement reason"] == "air_travel_2"

    @pytest.mark.parametrize("code", range(max(RetirementReason) + 1))
    def test_reverts_when_the_code_is_of_the_list(
        self, units: Contract, administrator: str, code: int
    ) -> None:
        with reverts("CRUReasonTaken", code):
            units.addRetirementReason(code, "again", sender=administrator)
        assert units.retirementReason(code) == ""

    def test_reverts_when_the_code_was_added(self, units: Contract, administrator: str) -> None:
        units.addRetirementReason(255, "first", sender=administrator)
        with reverts("CRUReasonTaken", 255):
            units.addRetirementReason(255, "second", sender=administrator)
        assert units.retirementReason(255) == "first"

    @pytest.mark.parametrize(
        "label", ["", "x" * 32, "Air", "air travel", "air-travel", "flüge", '"']
    )
    def test_reverts_when_the_label_is_none(
        self, units: Contract, administrator: str, label: str
    ) -> None:
        with reverts("CRUInvalidLabel", label):
            units.addRetirementReason(9, label, sender=administrator)

    @pytest.mark.parametrize("label", ["a", "0", "_", "x" * 31])
    def test_keeps_every_label_of_the_alphabet(
        self, units: Contract, administrator: str, label: str
    ) -> None:
        units.addRetirementReason(9, label, sender=administrator)
        assert units.retirementReason(9) == label


class TestRetireBatch:
    """
    when it is empty                          it reverts
    when the types differ                     it reverts, naming the block
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

    def test_reverts_when_the_types_differ(
        self, reporting: Reporting, units: Contract, block: int, developer: str
    ) -> None:
        other = reporting.issued(1_000, Terms(UnitType.PCR, 1_000), "2")
        with reverts("CRUNotSameType", other, UnitType.PCR, UnitType.CRU):
            units.retireBatch([block, other], Retirement(), sender=developer)
        with reverts("ERC721NonexistentToken", 7):
            units.retireBatch([block, 7], Retirement(), sender=developer)

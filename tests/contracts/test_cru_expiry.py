"""Units of an expiring type end with their monitoring period, unless it is prolonged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .ledger import SECONDS_PER_DAY, Contract, Ledger, reverts
from .reporting import Cancellation, Reporting, Retirement, Serial, UnitStatus
from .samples import Cast, Contracts, Terms, UnitType, content_hash

#: 2027-12-31 and 2028-12-31, UTC days: three and four years after the reporting period 2024.
END_2027, END_2028 = 21_183, 21_549
EXPIRING = Terms(unit_type=UnitType.CFS, granularity_kg=1_000, expires=True, durability_years=3)
EVIDENCE = content_hash("monitoring goes on")
URI = "ipfs://evidence"


@pytest.fixture
def block(reporting: Reporting) -> int:
    """10 t of an expiring type that the developer holds."""
    return reporting.issued(10_000, EXPIRING)


def pass_day(ledger: Ledger, day: int) -> None:
    ledger.stand_at((day + 1) * SECONDS_PER_DAY)


def prolong(units: Contract, block: int, operator: str, day: int = END_2028) -> Any:
    serial = Serial.of(block)
    return units.prolong(serial.report_id, serial.vintage, day, EVIDENCE, URI, sender=operator)


#: What an owner might do with a block; each is refused once its time is over.
DISPOSALS: dict[str, Callable[[Contracts, int, Cast], object]] = {
    "transfer": lambda on, block, cast: on.units.transferFrom(
        cast.developer, cast.holder, block, sender=cast.developer
    ),
    "safe transfer": lambda on, block, cast: on.units.safeTransferFrom(
        cast.developer, cast.holder, block, sender=cast.developer
    ),
    "transfer of a part": lambda on, block, cast: on.units.transferPart(
        cast.holder, block, 1_000, sender=cast.developer
    ),
    "transfer of several": lambda on, block, cast: on.units.transferBatch(
        cast.holder, [block], sender=cast.developer
    ),
    "split": lambda on, block, cast: on.units.split(block, [5_000, 5_000], sender=cast.developer),
    "merge": lambda on, block, cast: on.units.merge([block, block + 1], sender=cast.developer),
    "retirement": lambda on, block, cast: on.units.retire(
        block, 10_000, Retirement(), sender=cast.developer
    ),
    "retirement of a part": lambda on, block, cast: on.units.retire(
        block, 1_000, Retirement(), sender=cast.developer
    ),
    "retirement of several": lambda on, block, cast: on.units.retireBatch(
        [block], Retirement(), sender=cast.developer
    ),
    "cancellation": lambda on, block, cast: on.units.cancel(
        block, 10_000, Cancellation(), sender=cast.developer
    ),
    "approval": lambda on, block, cast: on.units.approve(cast.holder, block, sender=cast.developer),
    "export": lambda on, block, cast: on.exchange.startExport(
        block, 10_000, "registry.example", "account 7", sender=cast.developer
    ),
}


class TestEndOfMonitoring:
    """
    given the last day of monitoring               the owner disposes of the block in every way
    given it is over and nobody called `expire`    the owner disposes of it in no way
    ...                                            it still says what it was, and counts so
    given the type never expires                   no day ends it
    """

    @pytest.mark.parametrize("act", [one for one in DISPOSALS if one != "merge"])
    def test_lets_the_owner_dispose_in_the_last_second(
        self, registry: Contracts, ledger: Ledger, cast: Cast, block: int, act: str
    ) -> None:
        ledger.stand_at((END_2027 + 1) * SECONDS_PER_DAY - 60)
        assert ledger.today == END_2027
        DISPOSALS[act](registry, block, cast)

    @pytest.mark.parametrize("act", list(DISPOSALS))
    def test_stops_the_owner_from_the_next_second_on(
        self, registry: Contracts, ledger: Ledger, cast: Cast, block: int, act: str
    ) -> None:
        pass_day(ledger, END_2027)
        with reverts("CRUUnitExpired", block, END_2027):
            DISPOSALS[act](registry, block, cast)

    def test_turns_between_two_seconds(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        midnight = (END_2027 + 1) * SECONDS_PER_DAY
        move = units.calldata("transferFrom", cast.developer, cast.holder, block)
        ledger.stand_at(midnight - 1)
        last = hex(ledger.height)
        ledger.stand_at(midnight)
        ledger.call(cast.developer, units.address, move, last)
        with reverts("CRUUnitExpired", block, END_2027):
            ledger.call(cast.developer, units.address, move)

    def test_leaves_the_record_alone_until_somebody_calls(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        pass_day(ledger, END_2027)
        held = units.unit(block)
        assert (held.status, held.endedAt) == (UnitStatus.Held, 0)
        assert (held.expires, held.monitoringEndDay) == (True, END_2027)
        assert units.supplyOfType(UnitType.CFS).heldKg == 10_000

    def test_stops_nobody_given_the_type_never_expires(
        self, reporting: Reporting, units: Contract, ledger: Ledger, cast: Cast
    ) -> None:
        permanent = reporting.issued(1_000, Terms(durability_years=3))
        pass_day(ledger, END_2027)
        units.transferFrom(cast.developer, cast.holder, permanent, sender=cast.developer)

    def test_stops_issuance(
        self, reporting: Reporting, units: Contract, ledger: Ledger, operator: str
    ) -> None:
        report_id = reporting.verified(10_000, EXPIRING)
        units.mint(report_id, 2024, 4_000, sender=operator)
        pass_day(ledger, END_2027)
        next_block = Serial(report_id, 2024, 4_000, 1_000).token_id
        with reverts("CRUUnitExpired", next_block, END_2027):
            units.mint(report_id, 2024, 1_000, sender=operator)

    def test_never_comes_given_the_last_day_that_can_be_named(
        self, reporting: Reporting, units: Contract, ledger: Ledger, cast: Cast
    ) -> None:
        block = reporting.issued(1_000, EXPIRING._replace(durability_years=1_000))
        assert units.unit(block).monitoringEndDay == 65_535
        ledger.stand_at(65_536 * SECONDS_PER_DAY)
        with reverts("CRUUnitNotExpired", block, 65_535):
            units.expire(block, sender=cast.stranger)
        units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)


class TestExpire:
    """
    when the block does not exist                     it reverts
    given its type never expires                      it reverts
    given its monitoring period is not over           it reverts, naming the day
    given it ended before                             it reverts, naming its status
    otherwise                                         it ends for good, whoever calls
    """

    def test_ends_the_block_whoever_calls(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        pass_day(ledger, END_2027)
        receipt = units.expire(block, sender=cast.stranger)
        assert [event.name for event in receipt.events] == ["CRUExpired", "MetadataUpdate"]
        assert receipt.events[0].arguments == {
            "tokenId": block,
            "owner": cast.developer,
            "actor": cast.stranger,
            "kg": 10_000,
        }
        assert receipt.events[1].arguments == {"_tokenId": block}
        held = units.unit(block)
        assert (held.status, held.owner) == (UnitStatus.Expired, cast.developer)
        assert held.endedAt == ledger.now
        assert units.balanceOf(cast.developer) == 1

    def test_ends_its_approval(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        pass_day(ledger, END_2027)
        receipt = units.expire(block, sender=cast.stranger)
        assert len(receipt.named("Approval")) == 1
        assert int(units.getApproved(block), 16) == 0

    def test_reverts_given_it_is_the_last_day(
        self, units: Contract, ledger: Ledger, stranger: str, block: int
    ) -> None:
        ledger.stand_at((END_2027 + 1) * SECONDS_PER_DAY - 60)
        with reverts("CRUUnitNotExpired", block, END_2027):
            units.expire(block, sender=stranger)

    def test_reverts_given_the_type_never_expires(
        self, reporting: Reporting, units: Contract, ledger: Ledger, stranger: str
    ) -> None:
        permanent = reporting.issued(1_000, Terms(durability_years=3))
        pass_day(ledger, END_2027)
        with reverts("CRUNeverExpires", permanent):
            units.expire(permanent, sender=stranger)

    @pytest.mark.parametrize("token_id", [0, 2**256 - 1])
    def test_reverts_when_it_does_not_exist(
        self, units: Contract, stranger: str, token_id: int
    ) -> None:
        with reverts("ERC721NonexistentToken", token_id):
            units.expire(token_id, sender=stranger)

    def test_never_ends_what_is_retired(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        units.retire(block, 10_000, Retirement(), sender=cast.developer)
        ended = units.unit(block).endedAt
        pass_day(ledger, END_2027)
        with reverts("CRUUnexpectedStatus", block, UnitStatus.Retired):
            units.expire(block, sender=cast.stranger)
        assert units.unit(block).endedAt == ended

    def test_reverts_given_it_is_cancelled_or_expired(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        cancelled = units.cancel(block, 4_000, Cancellation(), sender=cast.developer).value
        rest = Serial.of(block)._replace(quantity_kg=6_000).token_id
        pass_day(ledger, END_2027)
        with reverts("CRUUnexpectedStatus", cancelled, UnitStatus.Cancelled):
            units.expire(cancelled, sender=cast.stranger)
        units.expire(rest, sender=cast.stranger)
        with reverts("CRUUnexpectedStatus", rest, UnitStatus.Expired):
            units.expire(rest, sender=cast.stranger)
        with reverts("CRUUnitNotHeld", rest, UnitStatus.Expired):
            units.transferFrom(cast.developer, cast.holder, rest, sender=cast.developer)

    def test_ends_a_block_of_the_buffer(
        self, reporting: Reporting, units: Contract, ledger: Ledger, cast: Cast
    ) -> None:
        report_id = reporting.verified(10_000, EXPIRING._replace(buffer_rate_bps=1_000))
        units.mint(report_id, 2024, 10_000, sender=cast.operator)
        buffered = Serial(report_id, 2024, 9_000, 1_000).token_id
        pass_day(ledger, END_2027)
        receipt = units.expire(buffered, sender=cast.stranger)
        assert receipt.named("CRUExpired")[0]["owner"] == units.address
        supply = units.supplyOfVintage(report_id, 2024)
        assert (supply.bufferKg, supply.expiredKg, supply.heldKg) == (0, 1_000, 9_000)

    def test_ends_what_a_suspended_account_holds(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        units.suspendAccount(cast.developer, EVIDENCE, "stolen key", sender=cast.operator)
        pass_day(ledger, END_2027)
        units.expire(block, sender=cast.stranger)
        assert units.unit(block).status == UnitStatus.Expired

    def test_reverts_given_the_units_are_paused(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        pass_day(ledger, END_2027)
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            units.expire(block, sender=cast.stranger)
        with reverts("EnforcedPause"):
            units.expireBatch([block], sender=cast.stranger)


class TestExpireBatch:
    """
    when it is empty                                    it reverts
    when the types differ                               it reverts, naming the block
    when one cannot expire, or repeats                  none does
    otherwise                                           each ends
    """

    def test_ends_each(self, units: Contract, ledger: Ledger, cast: Cast, block: int) -> None:
        parts = units.split(block, [3_000, 3_000, 4_000], sender=cast.developer).value
        pass_day(ledger, END_2027)
        receipt = units.expireBatch(parts, sender=cast.stranger)
        assert [one["tokenId"] for one in receipt.named("CRUExpired")] == parts
        assert {units.unit(part).status for part in parts} == {UnitStatus.Expired}
        assert units.supplyOfType(UnitType.CFS).expiredKg == 10_000

    def test_ends_none_when_one_cannot(
        self, units: Contract, ledger: Ledger, cast: Cast, block: int
    ) -> None:
        first, second = units.split(block, [3_000, 7_000], sender=cast.developer).value
        units.retire(second, 7_000, Retirement(), sender=cast.developer)
        pass_day(ledger, END_2027)
        with reverts("CRUUnexpectedStatus", second, UnitStatus.Retired):
            units.expireBatch([first, second], sender=cast.stranger)
        with reverts("CRUUnexpectedStatus", first, UnitStatus.Expired):
            units.expireBatch([first, first], sender=cast.stranger)
        assert units.unit(first).status == UnitStatus.Held

    def test_reverts_when_the_types_differ(
        self, reporting: Reporting, units: Contract, ledger: Ledger, stranger: str, block: int
    ) -> None:
        other = reporting.issued(1_000, EXPIRING._replace(unit_type=UnitType.CSP), "2")
        pass_day(ledger, END_2027)
        with reverts("CRUNotSameType", other, UnitType.CSP, UnitType.CFS):
            units.expireBatch([block, other], sender=stranger)

    def test_reverts_when_it_is_empty(self, units: Contract, stranger: str) -> None:
        with reverts("CRUEmptyBatch"):
            units.expireBatch([], sender=stranger)


class TestProlong:
    """
    when the evidence is zero or its address too long       it reverts
    given units of the report never expire                  it reverts, naming no present end
    given the end is over                                   it reverts
    when the new end is no later                            it reverts
    given nothing is verified for that vintage              it reverts
    otherwise                                               every block of the vintage ends later
    """

    def test_moves_the_end_of_every_block_of_the_vintage(
        self, reporting: Reporting, units: Contract, ledger: Ledger, cast: Cast
    ) -> None:
        report_id = reporting.verified(10_000, EXPIRING)
        early = units.mint(report_id, 2024, 4_000, sender=cast.operator).value
        receipt = prolong(units, early, cast.operator)
        assert [one.name for one in receipt.events] == [
            "MonitoringProlonged",
            "BatchMetadataUpdate",
        ]
        assert receipt.events[0].arguments == {
            "reportId": report_id,
            "vintage": 2024,
            "actor": cast.operator,
            "monitoringEndDay": END_2028,
            "evidenceHash": EVIDENCE,
            "uri": URI,
        }
        late = units.mint(report_id, 2024, 6_000, sender=cast.operator)
        assert late.named("CRUMinted")[0]["monitoringEndDay"] == END_2028
        pass_day(ledger, END_2027)
        for block in (early, late.value):
            assert units.unit(block).monitoringEndDay == END_2028
            units.transferFrom(cast.developer, cast.holder, block, sender=cast.developer)
        pass_day(ledger, END_2028)
        with reverts("CRUUnitExpired", early, END_2028):
            units.transferFrom(cast.holder, cast.developer, early, sender=cast.holder)

    def test_announces_the_change_of_every_block_and_of_no_other(
        self, units: Contract, operator: str, block: int
    ) -> None:
        (told,) = prolong(units, block, operator).named("BatchMetadataUpdate")
        series = block >> 128
        assert told == {
            "_fromTokenId": series << 128,
            "_toTokenId": (series + 1 << 128) - 1,
        }

    def test_holds_for_what_is_still_to_be_issued(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(10_000, EXPIRING)
        prolong(units, Serial(report_id, 2024, 0, 1_000).token_id, operator)
        receipt = units.mint(report_id, 2024, 1_000, sender=operator)
        assert receipt.named("CRUMinted")[0]["monitoringEndDay"] == END_2028
        assert units.unit(receipt.value).monitoringEndDay == END_2028

    def test_goes_on_in_the_last_second_and_not_after(
        self, units: Contract, ledger: Ledger, operator: str, block: int
    ) -> None:
        serial = Serial.of(block)
        ledger.stand_at((END_2027 + 1) * SECONDS_PER_DAY - 60)
        prolong(units, block, operator)
        pass_day(ledger, END_2028)
        with reverts("CRUCannotProlong", serial.report_id, 2024, END_2028, END_2028 + 1):
            prolong(units, block, operator, END_2028 + 1)

    @pytest.mark.parametrize("day", [0, END_2027 - 1, END_2027])
    def test_reverts_when_the_new_end_is_no_later(
        self, units: Contract, operator: str, block: int, day: int
    ) -> None:
        with reverts("CRUCannotProlong", Serial.of(block).report_id, 2024, END_2027, day):
            prolong(units, block, operator, day)

    def test_reverts_given_the_type_never_expires(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        issued = reporting.issued(1_000, Terms(durability_years=3))
        with reverts("CRUCannotProlong", Serial.of(issued).report_id, 2024, 0, END_2028):
            prolong(units, issued, operator)

    @pytest.mark.parametrize("vintage", [0, 2023, 2025])
    def test_reverts_given_nothing_is_verified_for_the_vintage(
        self, units: Contract, operator: str, block: int, vintage: int
    ) -> None:
        report_id = Serial.of(block).report_id
        with reverts("CRUCannotProlong", report_id, vintage, 0, END_2028):
            units.prolong(report_id, vintage, END_2028, EVIDENCE, URI, sender=operator)

    def test_reverts_given_the_report_is_unknown(self, units: Contract, operator: str) -> None:
        with reverts("CRUReportNotVerified", b"\x07" * 14, 0):
            units.prolong(b"\x07" * 14, 2024, END_2028, EVIDENCE, URI, sender=operator)

    def test_reverts_when_the_evidence_cannot_be(
        self, units: Contract, operator: str, block: int
    ) -> None:
        report_id = Serial.of(block).report_id
        with reverts("CRUZeroHash"):
            units.prolong(report_id, 2024, END_2028, bytes(32), URI, sender=operator)
        with reverts("CRUTextTooLong", 513, 512):
            units.prolong(report_id, 2024, END_2028, EVIDENCE, "u" * 513, sender=operator)
        units.prolong(report_id, 2024, END_2028, EVIDENCE, "u" * 512, sender=operator)

    def test_goes_on_given_the_units_are_paused(
        self, units: Contract, cast: Cast, block: int
    ) -> None:
        units.pause(sender=cast.guardian)
        prolong(units, block, cast.operator)
        assert units.unit(block).monitoringEndDay == END_2028

"""Retired units that a reversal hits: marked, made up for, and retired for ever."""

from __future__ import annotations

import pytest

from .ledger import Contract, reverts
from .reporting import Retirement, UnitStatus
from .reversing import Reversing, UnitIntegrity, part, rest
from .samples import Cast, Terms

UNKNOWN = b"\x33" * 32


class Hit:
    """1000 kg of a report, of which 300 kg are retired and 500 kg are reversed."""

    def __init__(self, reversing: Reversing) -> None:
        self.reversing, self.reversals = reversing, reversing.reversals
        self.report_id, self.block, _ = reversing.issued(terms=Terms(granularity_kg=10))
        developer = reversing.cast.developer
        reversing.units.retire(self.block, 300, Retirement(), sender=developer)
        self.retired, self.live = part(self.block, 300), rest(self.block, 300)
        self.reversal_id = reversing.record(self.report_id, 500).value

    def mark(self, *portions: tuple[int, int], reversal_id: bytes | None = None) -> object:
        operator = self.reversing.cast.operator
        chosen = reversal_id or self.reversal_id
        return self.reversals.markImpaired(chosen, portions, sender=operator)

    def cover(self, reversal_id: bytes | None = None, kg: int = 500) -> None:
        """By the last units that the developer holds."""
        self.reversals.compensate(
            reversal_id or self.reversal_id,
            [(self.live, kg)],
            sender=self.reversing.cast.developer,
        )
        self.live = rest(self.live, kg)


@pytest.fixture
def hit(reversing: Reversing) -> Hit:
    return Hit(reversing)


class TestMarkImpaired:
    """
    given the reversal is unknown             it reverts
    when nothing is named                     it reverts
    when an amount is zero or no granule      it reverts
    when a block is of another report         it reverts
    when a block is not retired               it reverts
    when it is more than is sound of it       it reverts, naming what is
    when it is more than the reversal took    it reverts, naming what is left
    when the reversal marked it before        it reverts
    given another reversal hit the block      other kilograms of it are hit
    otherwise                                 it is marked, and stays retired
    """

    def test_marks_and_leaves_it_retired(
        self, hit: Hit, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        before = units.unit(hit.retired)
        receipt = reversals.markImpaired(
            hit.reversal_id, [(hit.retired, 200)], sender=cast.operator
        )
        assert [event.name for event in receipt.events] == ["UnitImpaired"]
        assert receipt.named("UnitImpaired") == [
            {
                "tokenId": hit.retired,
                "reversalId": hit.reversal_id,
                "actor": cast.operator,
                "kg": 200,
            }
        ]
        assert units.unit(hit.retired) == before
        assert tuple(reversals.integrityOf(hit.retired)) == (UnitIntegrity.Impaired, 200, 0)
        mark = reversals.markOf(hit.retired, hit.reversal_id)
        assert tuple(mark) == (UnitIntegrity.Impaired, 200)
        assert reversals.reversal(hit.reversal_id).impairedKg == 200

    def test_leaves_others_sound(self, hit: Hit, reversals: Contract) -> None:
        hit.mark((hit.retired, 200))
        assert tuple(reversals.integrityOf(hit.live)) == (UnitIntegrity.Sound, 0, 0)
        assert tuple(reversals.markOf(hit.retired, UNKNOWN)) == (UnitIntegrity.Sound, 0)

    def test_reverts_given_the_reversal_is_unknown(self, hit: Hit) -> None:
        with reverts("ReversalRegistryUnknownReversal", UNKNOWN):
            hit.mark((hit.retired, 10), reversal_id=UNKNOWN)

    def test_reverts_when_nothing_is_named(self, hit: Hit) -> None:
        with reverts("ReversalRegistryEmptyBatch"):
            hit.mark()

    def test_reverts_when_the_amount_cannot_be(self, hit: Hit) -> None:
        with reverts("ReversalRegistryZeroAmount"):
            hit.mark((hit.retired, 0))
        with reverts("ReversalRegistryNotMultipleOfGranularity", 15, 10):
            hit.mark((hit.retired, 15))

    def test_reverts_when_a_block_is_of_another_report(
        self, hit: Hit, reversing: Reversing, developer: str
    ) -> None:
        _, other, _ = reversing.issued(terms=Terms(), name="2")
        reversing.units.retire(other, 1_000, Retirement(), sender=developer)
        with reverts("ReversalRegistryNotOfReport", other, hit.report_id):
            hit.mark((other, 10))

    def test_reverts_when_a_block_is_not_retired(self, hit: Hit) -> None:
        with reverts("ReversalRegistryNotRetired", hit.live):
            hit.mark((hit.live, 10))
        with reverts("ERC721NonexistentToken", hit.block):
            hit.mark((hit.block, 10))

    def test_reverts_when_it_was_cancelled_for_the_reversal(self, hit: Hit) -> None:
        cancelled = part(hit.live, 500)
        hit.cover()
        with reverts("ReversalRegistryNotRetired", cancelled):
            hit.mark((cancelled, 10))

    def test_reverts_when_it_is_more_than_the_block(self, hit: Hit) -> None:
        with reverts("ReversalRegistryExceedsBlock", hit.retired, 310, 300):
            hit.mark((hit.retired, 310))

    def test_reverts_when_it_is_more_than_the_reversal_took(
        self, hit: Hit, reversing: Reversing, developer: str
    ) -> None:
        reversing.units.retire(hit.live, 700, Retirement(), sender=developer)
        hit.mark((hit.retired, 300))
        with reverts("ReversalRegistryExceedsDue", hit.reversal_id, 210, 200):
            hit.mark((hit.live, 210))
        hit.mark((hit.live, 200))

    def test_reverts_when_the_reversal_marked_it_before(self, hit: Hit) -> None:
        with reverts("ReversalRegistryUnexpectedIntegrity", hit.retired, UnitIntegrity.Impaired):
            hit.mark((hit.retired, 10), (hit.retired, 10))
        hit.mark((hit.retired, 10))
        hit.cover()
        hit.reversals.markCompensated(
            hit.reversal_id, [hit.retired], sender=hit.reversing.cast.stranger
        )
        with reverts("ReversalRegistryUnexpectedIntegrity", hit.retired, UnitIntegrity.Compensated):
            hit.mark((hit.retired, 10))

    def test_hits_other_kilograms_given_another_reversal_hit_it(
        self, hit: Hit, reversing: Reversing, reversals: Contract
    ) -> None:
        hit.mark((hit.retired, 200))
        second = reversing.record(hit.report_id, 400, evidence="second").value
        with reverts("ReversalRegistryExceedsBlock", hit.retired, 110, 100):
            hit.mark((hit.retired, 110), reversal_id=second)
        hit.mark((hit.retired, 100), reversal_id=second)
        assert tuple(reversals.integrityOf(hit.retired)) == (UnitIntegrity.Impaired, 300, 0)
        assert tuple(reversals.markOf(hit.retired, second)) == (UnitIntegrity.Impaired, 100)


class TestMarkCompensated:
    """
    given the reversal is unknown           it reverts
    when nothing is named                   it reverts
    given the reversal is not covered       it reverts, naming what is outstanding
    when the reversal did not mark a block  it reverts
    when it is compensated already          it reverts
    given another reversal hit it too       it stays impaired until that is covered as well
    otherwise                               anybody may say that it is made up for
    """

    def test_says_that_it_is_made_up_for(
        self, hit: Hit, reversals: Contract, units: Contract, cast: Cast
    ) -> None:
        hit.mark((hit.retired, 200))
        hit.cover()
        receipt = reversals.markCompensated(hit.reversal_id, [hit.retired], sender=cast.stranger)
        assert [event.name for event in receipt.events] == ["UnitCompensated"]
        assert receipt.named("UnitCompensated") == [
            {"tokenId": hit.retired, "reversalId": hit.reversal_id, "actor": cast.stranger}
        ]
        assert tuple(reversals.integrityOf(hit.retired)) == (UnitIntegrity.Compensated, 200, 200)
        assert units.unit(hit.retired).status == UnitStatus.Retired

    def test_reverts_given_the_reversal_is_unknown(
        self, hit: Hit, reversals: Contract, stranger: str
    ) -> None:
        with reverts("ReversalRegistryUnknownReversal", UNKNOWN):
            reversals.markCompensated(UNKNOWN, [hit.retired], sender=stranger)

    def test_reverts_when_nothing_is_named(
        self, hit: Hit, reversals: Contract, stranger: str
    ) -> None:
        hit.cover()
        with reverts("ReversalRegistryEmptyBatch"):
            reversals.markCompensated(hit.reversal_id, [], sender=stranger)

    def test_reverts_given_the_reversal_is_not_covered(
        self, hit: Hit, reversals: Contract, stranger: str
    ) -> None:
        hit.mark((hit.retired, 200))
        hit.cover(kg=490)
        with reverts("ReversalRegistryNotCovered", hit.reversal_id, 10):
            reversals.markCompensated(hit.reversal_id, [hit.retired], sender=stranger)

    def test_reverts_when_the_reversal_did_not_mark_it(
        self, hit: Hit, reversals: Contract, stranger: str
    ) -> None:
        hit.cover()
        with reverts("ReversalRegistryUnexpectedIntegrity", hit.retired, UnitIntegrity.Sound):
            reversals.markCompensated(hit.reversal_id, [hit.retired], sender=stranger)

    def test_reverts_when_it_is_compensated_already(
        self, hit: Hit, reversals: Contract, stranger: str
    ) -> None:
        hit.mark((hit.retired, 200))
        hit.cover()
        with reverts("ReversalRegistryUnexpectedIntegrity", hit.retired, UnitIntegrity.Compensated):
            twice = [hit.retired, hit.retired]
            reversals.markCompensated(hit.reversal_id, twice, sender=stranger)

    def test_stays_impaired_given_another_reversal_hit_it_too(
        self, hit: Hit, reversing: Reversing, reversals: Contract, stranger: str
    ) -> None:
        second = reversing.record(hit.report_id, 200, evidence="second").value
        hit.mark((hit.retired, 200))
        hit.mark((hit.retired, 100), reversal_id=second)
        hit.cover()
        reversals.markCompensated(hit.reversal_id, [hit.retired], sender=stranger)
        assert tuple(reversals.integrityOf(hit.retired)) == (UnitIntegrity.Impaired, 300, 200)
        hit.cover(second, 200)
        reversals.markCompensated(second, [hit.retired], sender=stranger)
        assert tuple(reversals.integrityOf(hit.retired)) == (UnitIntegrity.Compensated, 300, 300)

"""Whatever anybody calls, every issued kilogram is in exactly one block.

1. The blocks of a report and vintage partition `[0, issued)`.
2. What is issued never exceeds what was verified.
3. A call succeeds exactly when the rules allow it.
4. The events alone tell owner and status of every block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from .ledger import Receipt, Reverted
from .reporting import YEAR_2023, YEAR_2024, Reporting, Retirement, Serial, UnitStatus
from .samples import ZERO_ADDRESS, Stage, Terms

QUICK = settings(
    max_examples=16,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
TENTHS = st.integers(1, 9)
CHOICE = st.integers(0, 59)
#: How a call is spoilt; mostly not at all.
SPOILT = st.sampled_from([False, False, False, False, True])
#: What a rule adds to an amount: mostly nothing.
ERRORS = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1, -1, 2**63])

RECEIVERS = st.sampled_from([0, 0, 0, 1, 2, 3])

Series = tuple[bytes, int]


class Units(RuleBasedStateMachine):
    """Three holders issue, split, merge, move and retire the units of two reports."""

    def __init__(self, reporting: Reporting) -> None:
        super().__init__()
        self.units, self.cast = reporting.units, reporting.cast
        self.ledger = reporting.ledger
        self.snapshot = self.ledger.snapshot()
        self.holders = (self.cast.developer, self.cast.holder, self.cast.stranger)
        self.owners: dict[int, str] = {}
        self.statuses: dict[int, int] = {}
        self.gone: list[int] = []
        plain = reporting.verified(100, name="plain")
        granular = reporting.verified(
            200,
            Terms(granularity_kg=10, buffer_rate_bps=1_500),
            "granular",
            (YEAR_2023[0], YEAR_2024[1]),
        )
        self.granularity = {plain: 1, granular: 10}
        # 200 kg over 731 days of which 365 are in 2023.
        self.verified = {(plain, 2024): 100, (granular, 2023): 99, (granular, 2024): 101}
        self.issued: Counter[Series] = Counter()

    @initialize()
    def begin(self) -> None:
        for report_id, vintage in self.verified:
            self.attempt(True, self.units.mint, report_id, vintage, 60, sender=self.cast.operator)

    @rule(series=CHOICE, tenths=TENTHS, error=ERRORS)
    def mint(self, series: int, tenths: int, error: int) -> None:
        report_id, vintage = self.pick(list(self.verified), series)
        left = self.verified[report_id, vintage] - self.issued[report_id, vintage]
        granularity = self.granularity[report_id]
        kg = max(0, _whole(left * tenths // 10 or left, granularity) + error)
        allowed = 0 < kg <= left and kg % granularity == 0
        self.attempt(allowed, self.units.mint, report_id, vintage, kg, sender=self.cast.operator)

    @rule(block=CHOICE, tenths=TENTHS, error=ERRORS, spoilt=SPOILT, stranger=SPOILT)
    def split(self, block: int, tenths: int, error: int, spoilt: bool, stranger: bool) -> None:
        token_id = self.some_block(block, spoilt)
        who = self.caller(token_id, stranger)
        report_id, _, _, kg = Serial.of(token_id)
        granularity = self.granularity[report_id]
        first = _whole(kg * tenths // 10, granularity) or granularity
        quantities = [first, max(0, kg - first + error)]
        allowed = self.may_dispose(token_id, who) and first < kg and error == 0
        self.attempt(allowed, self.units.split, token_id, quantities, sender=who)

    @rule(first=CHOICE, count=st.sampled_from([1, 2, 2, 2, 2, 3]), stranger=SPOILT, turned=SPOILT)
    def merge(self, first: int, count: int, stranger: bool, turned: bool) -> None:
        start = self.pick(self.mergeable() or sorted(self.owners), first)
        run = [one for one in sorted(self.owners) if one >= start][:count]
        if turned:
            run.reverse()
        who = self.caller(start, stranger)
        allowed = (
            len(run) > 1
            and all(_adjacent(a, b) for a, b in pairwise(run))
            and all(self.may_dispose(one, who) for one in run)
        )
        self.attempt(allowed, self.units.merge, run, sender=who)

    @rule(block=CHOICE, receiver=RECEIVERS, spoilt=SPOILT, stranger=SPOILT)
    def transfer(self, block: int, receiver: int, spoilt: bool, stranger: bool) -> None:
        token_id = self.some_block(block, spoilt)
        to = (*self.holders, self.units.address)[receiver]
        who = self.caller(token_id, stranger)
        allowed = self.may_dispose(token_id, who) and to != self.units.address
        self.attempt(allowed, self.units.transferBatch, to, [token_id], sender=who)

    @rule(block=CHOICE, reason=st.sampled_from([0, 1, 6, 7]), spoilt=SPOILT, stranger=SPOILT)
    def retire(self, block: int, reason: int, spoilt: bool, stranger: bool) -> None:
        token_id = self.some_block(block, spoilt)
        who = self.caller(token_id, stranger)
        allowed = self.may_dispose(token_id, who) and 0 < reason < 7
        self.attempt(allowed, self.units.retire, token_id, Retirement(reason), sender=who)

    @invariant()
    def blocks_partition_what_is_issued(self) -> None:
        ends: Counter[Series] = Counter()
        for block in map(Serial.of, sorted(self.owners)):
            assert block.first_kg == ends[block.report_id, block.vintage], block
            ends[block.report_id, block.vintage] += block.quantity_kg
        for (report_id, vintage), limit in self.verified.items():
            issued = self.units.issuedKg(report_id, vintage)
            assert ends[report_id, vintage] == issued == self.issued[report_id, vintage]
            assert issued <= limit

    def teardown(self) -> None:
        """The contract agrees with what its events told; then the chain goes back."""
        for token_id, owner in self.owners.items():
            held = self.units.unit(token_id)
            assert (held.owner, held.status) == (owner, self.statuses[token_id])
        counts = Counter(self.owners.values())
        for account in (*self.holders, self.units.address):
            assert self.units.balanceOf(account) == counts[account]
        self.ledger.restore(self.snapshot)

    def attempt(
        self, allowed: bool, call: Callable[..., Receipt], *arguments: Any, sender: str
    ) -> None:
        receipt = None
        with suppress(Reverted):
            receipt = call(*arguments, sender=sender)
        assert (receipt is not None) == allowed, (call, arguments)
        if receipt:
            self.follow(receipt)

    def follow(self, receipt: Receipt) -> None:
        for event in receipt.events:
            told = event.arguments
            if event.name == "CRUMinted":
                self.statuses[told["tokenId"]] = told["status"]
                self.issued[told["reportId"], told["vintage"]] += told["kg"]
            elif event.name == "CRURetired":
                self.statuses[told["tokenId"]] = UnitStatus.Retired
            elif event.name == "Transfer" and told["to"] == ZERO_ADDRESS:
                del self.owners[told["tokenId"]]
                self.gone.append(told["tokenId"])
            elif event.name == "Transfer":
                assert (told["tokenId"] in self.owners) == (told["from"] != ZERO_ADDRESS)
                self.owners[told["tokenId"]] = told["to"]
                self.statuses.setdefault(told["tokenId"], UnitStatus.Held)

    def may_dispose(self, token_id: int, who: str) -> bool:
        owned = self.owners.get(token_id) == who
        return owned and self.statuses[token_id] == UnitStatus.Held

    def mergeable(self) -> list[int]:
        """Blocks that their owner could merge with the next."""
        return [
            one
            for one, other in pairwise(sorted(self.owners))
            if _adjacent(one, other)
            and self.may_dispose(one, self.owners[one])
            and self.may_dispose(other, self.owners[one])
        ]

    def some_block(self, choice: int, spoilt: bool) -> int:
        """A held block; when spoilt any other, also one that was split or merged away."""
        held = [one for one, owner in self.owners.items() if self.may_dispose(one, owner)]
        others = [one for one in (*self.owners, *self.gone) if one not in held]
        return self.pick(sorted(others if spoilt else held) or sorted(self.owners), choice)

    def caller(self, token_id: int, stranger: bool) -> str:
        """The owner, or a stranger to the block; nobody can call as the buffer's owner."""
        owner = self.owners.get(token_id, self.cast.holder)
        others = [one for one in self.holders if one != owner]
        return others[0] if stranger or owner == self.units.address else owner

    def pick(self, options: list[Any], choice: int) -> Any:
        return options[choice % len(options)]


def _whole(kg: int, granularity: int) -> int:
    return kg - kg % granularity


def _adjacent(token_id: int, other_id: int) -> bool:
    one, other = Serial.of(token_id), Serial.of(other_id)
    same = (one.report_id, one.vintage) == (other.report_id, other.vintage)
    return same and one.first_kg + one.quantity_kg == other.first_kg


def test_every_kilogram_is_in_one_block_whatever_is_called(stage: Stage) -> None:
    run_state_machine_as_test(lambda: Units(Reporting(stage)), settings=QUICK)

"""Whatever anybody calls, a reversal is made up for once and no unit lives twice.

1. A project's deficit is the sum of what its reversals are due less what covered them.
2. What covered a reversal is what was cancelled for it, never more than is due.
3. While a project owes anything its buffer is empty and nothing is issued to it.
4. The reversals of a report take no more than was issued of it.
5. No kilogram of a retired block is hit twice, and no block is hit for more than the reversal took.
6. Every issued kilogram is held, in the buffer, retired, cancelled or exported.
7. A key of another registry brings units in once; a block that was exported never lives again.
8. A call succeeds exactly when the rules allow it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
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
from .reporting import Reporting, Retirement, Serial, UnitStatus
from .reversing import CancellationReason, ExportStatus, Import, Reversing, UnitIntegrity, rest
from .samples import ZERO_ADDRESS, Stage, Terms, content_hash

pytestmark = pytest.mark.slow

GRANULE = 10
GRANULES = st.integers(1, 12)
#: kg more or less than a rule would rightly name; mostly none.
ERRORS = st.sampled_from([0, 0, 0, 0, 0, GRANULE, -GRANULE, 1])
VERIFIED = 400
CHOICE = st.integers(0, 59)
#: How a call is spoilt; mostly not at all.
SPOILT = st.sampled_from([False, False, False, False, True])
BROAD = settings(
    max_examples=32,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
KEYS = ("KEY-1", "key-1", "KEY-2")


@dataclass
class Debt:
    """A reversal as its calls should have left it."""

    report_id: bytes
    due: int
    covered: int = 0
    marks: dict[int, int] = field(default_factory=dict)
    compensated: set[int] = field(default_factory=set)

    @property
    def outstanding(self) -> int:
        return self.due - self.covered


class Ledgers(RuleBasedStateMachine):
    """A developer and two others issue, reverse, cover, mark, export and import."""

    def __init__(self, reversing: Reversing) -> None:
        super().__init__()
        self.reversing, self.cast = reversing, reversing.cast
        self.units, self.reversals = reversing.units, reversing.reversals
        self.exchange, self.ledger = reversing.exchange, reversing.ledger
        self.snapshot = self.ledger.snapshot()
        self.people = (self.cast.developer, self.cast.holder, self.cast.stranger)
        self.owners: dict[int, str] = {}
        self.statuses: dict[int, int] = {}
        self.cancelled_for: Counter[bytes] = Counter()
        self.debts: dict[bytes, Debt] = {}
        self.exports: dict[int, int] = {}
        self.exporters: dict[int, str] = {}
        self.imported: set[str] = set()
        self.suspended: set[str] = set()
        self.evidence = 0
        reporting = reversing.reporting
        buffered = Terms(granularity_kg=GRANULE, buffer_rate_bps=2_000)
        plain = Terms(granularity_kg=GRANULE)
        self.reports = {
            reporting.verified(VERIFIED, buffered, "buffered"): 2_000,
            reporting.verified(VERIFIED, plain, "plain"): 0,
        }
        self.projects = {one: reporting.reports.report(one).projectId for one in self.reports}
        self.issued: Counter[bytes] = Counter()

    @initialize()
    def begin(self) -> None:
        """Something is issued, retired and owed, so that every rule has what it needs."""
        for report_id in self.reports:
            self.issue(report_id, 200)
            self.retire(0, 4, False)
            self.record(list(self.reports).index(report_id), 80, False, 0)

    @rule(report=CHOICE, granules=GRANULES)
    def mint(self, report: int, granules: int) -> None:
        self.issue(self.pick(list(self.reports), report), granules * GRANULE)

    def issue(self, report_id: bytes, kg: int) -> None:
        allowed = (
            self.issued[report_id] + kg <= VERIFIED
            and self.deficit(report_id) == 0
            and self.cast.developer not in self.suspended
        )
        mint = self.units.mint
        if self.attempt(allowed, mint, report_id, 2024, kg, sender=self.cast.operator):
            self.issued[report_id] += kg

    @rule(report=CHOICE, kg=st.integers(1, 150), live=st.booleans(), error=ERRORS)
    def record(self, report: int, kg: int, live: bool, error: int) -> None:
        report_id = self.pick(list(self.reports), report)
        due = -(-kg // GRANULE) * GRANULE
        expected = min(due, self.buffer_of(report_id))
        buffer = self.portions(self.blocks(report_id, UnitStatus.Buffer), expected)
        if buffer:
            buffer[-1] = (buffer[-1][0], buffer[-1][1] + error)
        left = due - expected
        drawn = self.portions(self.held_by(self.cast.developer), left // 2) if live else []
        reversed_kg = sum(one.due for one in self.debts.values() if one.report_id == report_id)
        covers = error == 0 or not buffer
        allowed = due <= self.issued[report_id] - reversed_kg and covers
        self.evidence += 1
        receipt = self.attempt(
            allowed,
            self.reversals.recordReversal,
            report_id,
            kg,
            bool(kg % 2),
            content_hash(f"evidence {self.evidence}"),
            "",
            buffer,
            drawn,
            sender=self.cast.operator,
        )
        if receipt:
            covered = expected + sum(one[1] for one in drawn)
            self.debts[receipt.value] = Debt(report_id, due, covered)

    @rule(debt=CHOICE, granules=GRANULES, error=ERRORS, spoilt=SPOILT)
    def draw(self, debt: int, granules: int, error: int, spoilt: bool) -> None:
        self.cover(debt, granules, error, self.cast.developer, draws=True, spoilt=spoilt)

    @rule(debt=CHOICE, granules=GRANULES, error=ERRORS, who=CHOICE, spoilt=SPOILT)
    def compensate(self, debt: int, granules: int, error: int, who: int, spoilt: bool) -> None:
        person = self.pick(list(self.people), who)
        self.cover(debt, granules, error, person, draws=False, spoilt=spoilt)

    def cover(
        self, debt: int, granules: int, error: int, person: str, *, draws: bool, spoilt: bool
    ) -> None:
        """With units of that person; spoilt: of somebody else."""
        owing = [one for one in sorted(self.debts) if self.debts[one].outstanding]
        reversal_id = self.pick(owing or sorted(self.debts), debt)
        known = self.debts[reversal_id]
        others = [one for one in self.people if one != person]
        owner = others[0] if spoilt else person
        wanted = min(granules * GRANULE, known.outstanding)
        portions = self.portions(self.held_by(owner), wanted)
        if not portions:
            return
        token_id, last = portions[-1]
        portions[-1] = (token_id, last + error)
        total = sum(kg for _, kg in portions)
        allowed = (
            not spoilt
            and (draws or person not in self.suspended)
            and 0 < last + error <= Serial.of(token_id).quantity_kg
            and error != 1
            and total <= known.outstanding
        )
        function = self.reversals.drawOnLiable if draws else self.reversals.compensate
        sender = self.cast.operator if draws else person
        if self.attempt(allowed, function, reversal_id, portions, sender=sender):
            known.covered += total

    @rule(debt=CHOICE, block=CHOICE, granules=GRANULES, error=ERRORS, spoilt=SPOILT)
    def mark(self, debt: int, block: int, granules: int, error: int, spoilt: bool) -> None:
        """A retired block of the report; spoilt: any block."""
        reversal_id = self.pick(sorted(self.debts), debt)
        known = self.debts[reversal_id]
        retired = self.blocks(known.report_id, UnitStatus.Retired)
        token_id = self.pick(sorted(self.owners) if spoilt or not retired else retired, block)
        kg = max(0, self.part_of(token_id, granules, spoilt) + error)
        hit = sum(one.marks.get(token_id, 0) for one in self.debts.values())
        allowed = (
            Serial.of(token_id).report_id == known.report_id
            and self.statuses[token_id] == UnitStatus.Retired
            and 0 < kg <= Serial.of(token_id).quantity_kg - hit
            and kg % GRANULE == 0
            and token_id not in known.marks
            and sum(known.marks.values()) + kg <= known.due
        )
        mark = self.reversals.markImpaired
        if self.attempt(allowed, mark, reversal_id, [(token_id, kg)], sender=self.cast.operator):
            known.marks[token_id] = kg

    @rule(debt=CHOICE)
    def make_up(self, debt: int) -> None:
        marked = [one for one in sorted(self.debts) if self.debts[one].marks]
        if not marked:
            return
        covered = [one for one in marked if not self.debts[one].outstanding]
        reversal_id = self.pick(covered or marked, debt)
        known = self.debts[reversal_id]
        token_id = self.pick(sorted(known.marks), debt)
        allowed = known.outstanding == 0 and token_id not in known.compensated
        compensated = self.reversals.markCompensated
        sender = self.cast.stranger
        if self.attempt(allowed, compensated, reversal_id, [token_id], sender=sender):
            known.compensated.add(token_id)

    @rule(block=CHOICE, granules=GRANULES, stranger=SPOILT, spoilt=SPOILT)
    def start_export(self, block: int, granules: int, stranger: bool, spoilt: bool) -> None:
        token_id = self.some_block(block, spoilt)
        owner = self.owners[token_id]
        others = [one for one in self.people if one != owner]
        who = others[0] if stranger or owner == self.units.address else owner
        kg = self.part_of(token_id, granules, stranger)
        allowed = (
            who == owner
            and self.statuses[token_id] == UnitStatus.Held
            and kg <= Serial.of(token_id).quantity_kg
            and owner not in self.suspended
        )
        arguments = (token_id, kg, "elsewhere.example", "")
        receipt = self.attempt(allowed, self.exchange.startExport, *arguments, sender=who)
        if receipt:
            self.exports[receipt.value] = ExportStatus.Started
            self.exporters[receipt.value] = owner

    @rule(export=CHOICE, abort=st.booleans(), stranger=SPOILT, again=SPOILT)
    def end_export(self, export: int, abort: bool, stranger: bool, again: bool) -> None:
        if not self.exports:
            return
        waiting = [one for one in sorted(self.exports) if self.statuses[one] == UnitStatus.Locked]
        token_id = self.pick(sorted(self.exports) if again or not waiting else waiting, export)
        owner = self.exporters[token_id]
        started = self.exports[token_id] == ExportStatus.Started
        others = [one for one in self.people if one != owner]
        if abort:
            who = others[0] if stranger else owner
            arguments: tuple[Any, ...] = (token_id, "")
            allowed, function = started and not stranger, self.exchange.abortExport
        else:
            who = others[0] if stranger else self.cast.operator
            arguments = (token_id, content_hash("agreement"), "")
            allowed = started and not stranger and owner not in self.suspended
            function = self.exchange.completeExport
        if self.attempt(allowed, function, *arguments, sender=who):
            self.exports[token_id] = ExportStatus.Aborted if abort else ExportStatus.Completed

    @rule(key=st.sampled_from(KEYS), who=CHOICE, granules=GRANULES)
    def bring_in(self, key: str, who: int, granules: int) -> None:
        person = self.pick(list(self.people), who)
        given = Import(person, origin_key=key, kg=granules * GRANULE, granularity_kg=GRANULE)
        allowed = key.lower() not in self.imported and person not in self.suspended
        operator = self.cast.operator
        if self.attempt(allowed, self.exchange.importUnits, given.struct, sender=operator):
            self.imported.add(key.lower())

    @rule(block=CHOICE, granules=GRANULES, spoilt=SPOILT)
    def retire(self, block: int, granules: int, spoilt: bool) -> None:
        token_id = self.some_block(block, spoilt)
        sender, kg = self.signer_of(token_id), self.part_of(token_id, granules, spoilt)
        allowed = self.may_leave(token_id, kg)
        self.attempt(allowed, self.units.retire, token_id, kg, Retirement(), sender=sender)

    @rule(block=CHOICE, granules=GRANULES, who=CHOICE, spoilt=SPOILT)
    def move(self, block: int, granules: int, who: int, spoilt: bool) -> None:
        token_id = self.some_block(block, spoilt)
        to = self.pick(list(self.people), who)
        sender, kg = self.signer_of(token_id), self.part_of(token_id, granules, spoilt)
        allowed = self.may_leave(token_id, kg) and to not in self.suspended
        self.attempt(allowed, self.units.transferPart, to, token_id, kg, sender=sender)

    @rule(who=CHOICE, rarely=SPOILT)
    def suspend_or_reinstate(self, who: int, rarely: bool) -> None:
        person = self.pick(list(self.people), who)
        grounds = (content_hash("grounds"), "looked into")
        for one in self.suspended:
            self.units.reinstateAccount(one, *grounds, sender=self.cast.operator)
        if rarely and not self.suspended:
            self.units.suspendAccount(person, *grounds, sender=self.cast.operator)
        self.suspended = {person} if rarely and not self.suspended else set()

    @invariant()
    def debts_are_what_the_contracts_say(self) -> None:
        for report_id, project_id in self.projects.items():
            owed = self.deficit(report_id)
            assert self.units.deficitKg(project_id) == owed
            supply = self.units.supplyOfProject(project_id)
            assert owed == 0 or supply.bufferKg == 0
            assert supply.issuedKg == self.issued[report_id]
        for reversal_id, known in self.debts.items():
            held = self.reversals.reversal(reversal_id)
            assert (held.dueKg, held.coveredKg) == (known.due, known.covered)
            assert known.covered == self.cancelled_for[reversal_id] <= known.due
            assert held.impairedKg == sum(known.marks.values()) <= known.due
        for report_id in self.reports:
            due = sum(one.due for one in self.debts.values() if one.report_id == report_id)
            assert due <= self.issued[report_id]

    @invariant()
    def every_kilogram_is_in_one_place(self) -> None:
        found: dict[bytes, Counter[int]] = {}
        ends: Counter[bytes] = Counter()
        for block in map(Serial.of, sorted(self.owners)):
            assert block.first_kg == ends[block.report_id], block
            ends[block.report_id] += block.quantity_kg
            places = found.setdefault(block.report_id, Counter())
            places[self.statuses[block.token_id]] += block.quantity_kg
        for report_id, places in found.items():
            supply = self.units.supplyOfReport(report_id)
            locked = places[UnitStatus.Locked]
            assert supply.issuedKg == ends[report_id]
            assert supply.heldKg == places[UnitStatus.Held] + locked
            assert supply.bufferKg == places[UnitStatus.Buffer]
            assert supply.retiredKg == places[UnitStatus.Retired]
            assert supply.cancelledKg == places[UnitStatus.Cancelled]
            assert supply.exportedKg == places[UnitStatus.Exported]
        assert len(found) == len([one for one in self.reports if self.issued[one]]) + len(
            self.imported
        )

    def teardown(self) -> None:
        """Every block, mark and export is as its events and calls left it; the chain goes back."""
        hit: Counter[int] = Counter()
        made_up: Counter[int] = Counter()
        for reversal_id, known in self.debts.items():
            for token_id, kg in known.marks.items():
                done = token_id in known.compensated
                integrity = UnitIntegrity.Compensated if done else UnitIntegrity.Impaired
                assert tuple(self.reversals.markOf(token_id, reversal_id)) == (integrity, kg)
                hit[token_id] += kg
                made_up[token_id] += kg * done
        for token_id, owner in self.owners.items():
            held = self.units.unit(token_id)
            assert (held.owner, held.status) == (owner, self.statuses[token_id])
            _, hit_kg, compensated_kg = self.reversals.integrityOf(token_id)
            assert (hit_kg, compensated_kg) == (hit[token_id], made_up[token_id])
            assert hit_kg <= held.quantityKg
        for token_id, status in self.exports.items():
            assert self.exchange.exportOf(token_id).status == status
            ended = token_id in self.owners and self.statuses[token_id] == UnitStatus.Exported
            assert ended == (status == ExportStatus.Completed)
        self.ledger.restore(self.snapshot)

    def attempt(
        self, allowed: bool, call: Callable[..., Receipt], *arguments: Any, sender: str
    ) -> Receipt | None:
        receipt, reason = None, None
        try:
            receipt = call(*arguments, sender=sender)
        except Reverted as reverted:
            reason = reverted
        assert (receipt is not None) == allowed, (reason, arguments)
        if receipt:
            self.follow(receipt)
        return receipt

    def follow(self, receipt: Receipt) -> None:
        for event in receipt.events:
            told = event.arguments
            if event.name == "CRUMinted":
                self.statuses[told["tokenId"]] = told["status"]
            elif event.name == "CRUSplit":
                status = self.statuses[told["tokenId"]]
                self.statuses |= dict.fromkeys(told["parts"], status)
            elif event.name == "CRURetired":
                self.statuses[told["tokenId"]] = UnitStatus.Retired
            elif event.name == "ExportStatusChanged":
                self.statuses[told["tokenId"]] = told["status"]
            elif event.name == "CRUCancelled":
                assert told["reason"] >= CancellationReason.Reversal
                self.statuses[told["tokenId"]] = UnitStatus.Cancelled
                self.cancelled_for[told["beneficiary"]] += told["kg"]
            elif event.name == "Transfer" and told["to"] == ZERO_ADDRESS:
                del self.owners[told["tokenId"]]
            elif event.name == "Transfer":
                self.owners[told["tokenId"]] = told["to"]

    def deficit(self, report_id: bytes) -> int:
        owed = (one.outstanding for one in self.debts.values() if one.report_id == report_id)
        return sum(owed)

    def buffer_of(self, report_id: bytes) -> int:
        buffered = self.blocks(report_id, UnitStatus.Buffer)
        return sum(Serial.of(one).quantity_kg for one in buffered)

    def blocks(self, report_id: bytes, status: int) -> list[int]:
        of_report = (one for one in sorted(self.owners) if Serial.of(one).report_id == report_id)
        return [one for one in of_report if self.statuses[one] == status]

    def held_by(self, person: str) -> list[int]:
        held = (one for one in sorted(self.owners) if self.owners[one] == person)
        return [one for one in held if self.statuses[one] == UnitStatus.Held]

    def portions(self, blocks: list[int], kg: int) -> list[tuple[int, int]]:
        """Whole granules of the blocks, at most so many kg; the first block in two cuts."""
        found: list[tuple[int, int]] = []
        left = kg - kg % GRANULE
        for at, token_id in enumerate(blocks):
            take = min(left, Serial.of(token_id).quantity_kg)
            left -= take
            if at == 0 and take > GRANULE and take < Serial.of(token_id).quantity_kg:
                found += [(token_id, GRANULE), (rest(token_id, GRANULE), take - GRANULE)]
            elif take:
                found.append((token_id, take))
        return found

    def some_block(self, choice: int, spoilt: bool) -> int:
        """A held block; when spoilt any other."""
        held = [one for one in self.owners if self.statuses[one] == UnitStatus.Held]
        others = [one for one in self.owners if one not in held]
        return int(self.pick(sorted(others if spoilt else held) or sorted(self.owners), choice))

    def part_of(self, token_id: int, granules: int, spoilt: bool) -> int:
        """No more than the block, unless spoilt; kg."""
        kg = granules * GRANULE
        return kg if spoilt else min(kg, Serial.of(token_id).quantity_kg)

    def signer_of(self, token_id: int) -> str:
        """The owner; nobody can sign as the buffer's."""
        owner = self.owners[token_id]
        return self.cast.holder if owner == self.units.address else owner

    def may_leave(self, token_id: int, kg: int) -> bool:
        held = self.statuses[token_id] == UnitStatus.Held
        enough = kg <= Serial.of(token_id).quantity_kg
        return held and enough and self.owners[token_id] not in self.suspended

    def pick(self, options: list[Any], choice: int) -> Any:
        return options[choice % len(options)]


def test_reversals_and_exchange_hold_whatever_is_called(stage: Stage) -> None:
    run_state_machine_as_test(lambda: Ledgers(Reversing(Reporting(stage))), settings=BROAD)

"""Whatever anybody calls, in any state: it succeeds exactly when the rules allow it.

And every sum holds after every call (docs/invariants.md). `OGCR_FUZZ_SEQUENCES` and
`OGCR_FUZZ_CALLS` set how many sequences of how many calls are tried (`scripts/prove fuzz`).
"""

from __future__ import annotations

import itertools
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
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

from .ledger import SECONDS_PER_DAY, Contract, Reverted
from .permissions import ANYBODY, EVERY_ACCOUNT, MATRIX, attempt
from .reporting import (
    YEAR_2023,
    YEAR_2024,
    Retirement,
    RetirementReason,
    Serial,
    Submission,
    UnitStatus,
    Verification,
)
from .reversing import ExportStatus
from .rules.blocks import LIVE, disposable
from .rules.caller import Caller
from .rules.calls import CLOSED, OF_MODULES, RULES, UNSTOPPED, verdict
from .rules.issuance import buffer_share
from .rules.reports import RETURNED, report_id_of
from .rules.reversals import issued_of
from .rules.world import ROLES, World
from .samples import (
    Accreditation,
    Contracts,
    Pdd,
    Stage,
    Terms,
    UnitType,
    content_hash,
)

pytestmark = pytest.mark.slow

SETTINGS = settings(
    max_examples=int(os.environ.get("OGCR_FUZZ_SEQUENCES", "10")),
    stateful_step_count=int(os.environ.get("OGCR_FUZZ_CALLS", "80")),
    deadline=None,
    derandomize="OGCR_FUZZ_SEQUENCES" not in os.environ,
    database=None,
    # A failure names its seeds; to make the sequence short takes hypothesis five minutes more.
    phases=[Phase.generate, *([Phase.shrink] if "OGCR_FUZZ_SHRINK" in os.environ else [])],
    suppress_health_check=list(HealthCheck),
)
#: How often a call is tried, beside all others that are tried once.
WEIGHTS = {
    "units": 3,
    "reversals": 3,
    "exchange": 3,
    "reports": 2,
    "mint": 4,
    "retire": 4,
    "verifyReport": 4,
    "assignVerifier": 3,
    "submitReport": 3,
    "recordReversal": 3,
    "compensate": 3,
    "split": 3,
    "merge": 3,
}
CALLS = [
    (contract, function)
    for contract, rules in RULES.items()
    for function in rules
    for _ in range(max(WEIGHTS.get(contract, 1), WEIGHTS.get(function, 1)))
]
PAUSES = [(one, function) for one in RULES if one != "access" for function in ("pause", "unpause")]
SHUT = [
    (contract, function)
    for contract in RULES
    for function in sorted(CLOSED.get(contract, set()) | (OF_MODULES - {contract}))
    if function in MATRIX[contract]
]
TERMS = (
    Terms(buffer_rate_bps=1_500),
    Terms(UnitType.CFS, 1_000, 500, True, True, 1),
    Terms(UnitType.PCR, 1_000, 2_500),
    Terms(UnitType.CRU, 7, 3_333, False, True, 2),
)
NOON = SECONDS_PER_DAY // 2
ENDED = {
    UnitStatus.Retired: "retiredKg",
    UnitStatus.Cancelled: "cancelledKg",
    UnitStatus.Expired: "expiredKg",
    UnitStatus.Exported: "exportedKg",
    UnitStatus.Buffer: "bufferKg",
    UnitStatus.Held: "heldKg",
    UnitStatus.Locked: "heldKg",
}


class Registry(RuleBasedStateMachine):
    """Eleven accounts call every function of seven contracts."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.contracts, self.cast = stage.registry, stage.cast
        self.ledger = self.contracts.units.ledger
        self.snapshot = self.ledger.snapshot()
        self.ledger.wait(SECONDS_PER_DAY + NOON - self.ledger.now % SECONDS_PER_DAY)
        self.w = World(self.contracts.units.address, self.ledger.today)
        self.names: dict[bytes, tuple[bytes, str]] = {}
        self.gone: list[int] = []
        self.outcomes: Counter[str] = Counter()
        self.buffered: Counter[tuple[bytes, int]] = Counter()
        self.ends: dict[int, Any] = {}
        self.frozen: dict[str, int] = {}
        for account in self.cast:
            self.ledger.rpc("anvil_setBalance", [account, hex(10**24)])
        self._learn()

    def _learn(self) -> None:
        """What the session's registry was given before the test."""
        access, cast, w = self.contracts.access, self.cast, self.w
        for role, role_id in ROLES.items():
            w.members[role] = {one for one in cast if access.hasRole(role_id, one)[0]}
        for account in cast:
            w.organisations[account] = access.organisationOf(account).strip(b"\0")
            for role in ("validator", "verifier"):
                given = Accreditation(*access.accreditation(account, ROLES[role]))
                if given.project_types:
                    w.accreditations[account, ROLES[role]] = given

    @initialize()
    def begin(self) -> None:
        """Four kinds of unit, each with a verified report, issued in part."""
        for number, terms in enumerate(TERMS):
            self._prepare(f"start-{number}", terms)

    def _prepare(self, name: str, terms: Terms) -> None:
        cast, developer = self.cast, self.cast.developer
        key = self.play(
            "methodologies",
            "registerMethodology",
            cast.steward,
            name,
            "1.0",
            content_hash(name),
            "",
            terms,
        )
        self.play("methodologies", "activateMethodology", cast.steward, key)
        pdd = Pdd(content_hash(name), key)
        project_id = self.play("projects", "registerProject", developer, name, pdd)
        self.play("projects", "assignValidator", cast.operator, project_id, cast.validator)
        decision = (pdd.pdd_hash, content_hash("decision"), "")
        self.play("projects", "validateProject", cast.validator, project_id, *decision)
        days = (YEAR_2023[0], YEAR_2024[1])
        submission = Submission(content_hash(name), *days)
        report_id = self.play("reports", "submitReport", developer, project_id, name, submission)
        self.play("reports", "assignVerifier", cast.operator, report_id, cast.verifier)
        verification = Verification(content_hash(name), 40_001)
        self.play("reports", "verifyReport", cast.verifier, report_id, verification)
        if not terms.automatic_issuance:
            self.play("units", "mint", cast.operator, report_id, 2023, 14_000)

    @rule(call=st.sampled_from(CALLS), seed=st.integers(0, 2**32))
    def anybody_calls_anything(self, call: tuple[str, str], seed: int) -> None:
        caller = Caller(self.w, self.cast, seed)
        caller.names, caller.gone = self.names, self.gone
        who, arguments = caller.call(*call)
        self.play(*call, who, *arguments)

    @rule(call=st.sampled_from(PAUSES), seed=st.integers(0, 2**32))
    def somebody_pauses(self, call: tuple[str, str], seed: int) -> None:
        contract, function = call
        if seed % 3 == 0 or self.w.paused:
            contract = min(self.w.paused, default=contract)
            function = "unpause" if self.w.paused else function
            self.play(contract, function, Caller(self.w, self.cast, seed).who(contract, function))

    @rule(call=st.sampled_from(SHUT), seed=st.integers(0, 10**6))
    def somebody_tries_what_is_not_theirs(self, call: tuple[str, str], seed: int) -> None:
        contract: Contract = getattr(self.contracts, call[0])
        role = MATRIX[call[0]][call[1]]
        outsiders = [one for one in self.cast if one not in self.w.members.get(role, set())]
        who = outsiders[seed % len(outsiders)]
        for overload in contract.overloads(call[1]):
            outcome = attempt(self.ledger, contract, overload, who)
            assert role in (ANYBODY, EVERY_ACCOUNT) or outcome is not None, (call, who)

    @rule(seed=st.integers(0, 10**6))
    def every_retirement_goes_on_in_a_pause(self, seed: int) -> None:
        """All of a block, or part of it, while everything stands still."""
        w = self.w
        good = [
            one
            for one, held in sorted(w.blocks.items())
            if not [*disposable(w, held.owner, one)] and held.owner != w.units
        ]
        guardians = sorted(w.members["guardian"])
        if not good or not guardians:
            return
        if "units" not in w.paused:
            self.play("units", "pause", guardians[0])
        token_id = good[seed % len(good)]
        whole, granularity = Serial.of(token_id).quantity_kg, w.series_of(token_id).granularity_kg
        kg = whole if seed % 2 else granularity
        retirement = Retirement(RetirementReason.Other)
        assert self.play("units", "retire", w.blocks[token_id].owner, token_id, kg, retirement)
        self.play("units", "unpause", min(w.members["administrator"]))

    @rule(days=st.sampled_from([1, 1, 30, 200, 366]))
    def time_passes(self, days: int) -> None:
        self.ledger.wait(days * SECONDS_PER_DAY)
        self.w.day += days

    def play(self, contract: str, function: str, who: str, *arguments: Any) -> Any:
        """Call, and compare with the rules: invariant 1. Gives what the call returned."""
        refusals, effect = verdict(self.w, contract, function, who, *arguments)
        target: Contract = getattr(self.contracts, contract)
        try:
            receipt = getattr(target, function)(*arguments, sender=who)
        except Reverted as reverted:
            said = (reverted.error, *reverted.arguments)
            self.outcomes["refused"] += 1
            assert said in refusals, (said, refusals, contract, function, who, arguments)
            return None
        assert not refusals, (refusals, contract, function, who, arguments)
        before = set(self.w.blocks)
        assert effect
        effect()
        self.gone += before - set(self.w.blocks)
        self.outcomes["accepted"] += 1
        for minted in receipt.named("CRUMinted"):
            if minted["status"] == UnitStatus.Buffer:
                self.buffered[minted["reportId"], minted["vintage"]] += minted["kg"]
        if function == "submitReport":
            self.names[report_id_of(*arguments[:2])] = (arguments[0], arguments[1])
        return receipt.value

    @invariant()
    def every_kilogram_is_in_one_block(self) -> None:
        """Invariants 2 to 5."""
        ends: Counter[tuple[bytes, int]] = Counter()
        for block in map(Serial.of, sorted(self.w.blocks)):
            assert block.first_kg == ends[block.report_id, block.vintage], block
            ends[block.report_id, block.vintage] += block.quantity_kg
        for key, series in self.w.series.items():
            assert ends[key] == series.issued_kg, key

    @invariant()
    def every_sum_holds(self) -> None:
        units, w = self.contracts.units, self.w
        kinds, projects, reports = self._sums()
        for kind in UnitType:
            self._agrees(units.supplyOfType(kind), kinds[kind])
        for project_id in {one.project_id for one in w.series.values()}:
            self._agrees(units.supplyOfProject(project_id), projects[project_id])
            assert units.deficitKg(project_id) == w.deficits[project_id]
            assert w.deficits[project_id] == sum(
                one.outstanding_kg for one in w.reversals.values() if one.project_id == project_id
            )
        for report_id in {report_id for report_id, _ in w.series}:
            self._agrees(units.supplyOfReport(report_id), reports[report_id])

    def _sums(self) -> tuple[Any, Any, Any]:
        w = self.w
        sums: tuple[Any, Any, Any] = tuple(defaultdict(Counter) for _ in range(3))
        for token_id, block in w.blocks.items():
            series, serial = w.series_of(token_id), Serial.of(token_id)
            for kept, key in zip(
                sums, (series.unit_type, series.project_id, serial.report_id), strict=True
            ):
                kept[key][ENDED[block.status]] += serial.quantity_kg
        return sums

    def _agrees(self, supply: Any, expected: Counter[str]) -> None:
        told = supply._asdict()
        assert told.pop("issuedKg") == sum(told.values())
        assert told == {name: expected[name] for name in told}

    @invariant()
    def nothing_is_issued_that_was_not_verified(self) -> None:
        for report_id, report in self.w.reports.items():
            issued = issued_of(self.w, report_id)
            assert issued <= report.verified_kg

    @invariant()
    def nothing_is_reversed_that_was_not_issued(self) -> None:
        for report_id, kg in self.w.reversed.items():
            assert kg <= issued_of(self.w, report_id)
        for reversal in self.w.reversals.values():
            assert reversal.covered_kg <= reversal.due_kg
            assert reversal.impaired_kg <= reversal.due_kg

    @invariant()
    def the_buffer_got_its_share_of_all_that_was_issued(self) -> None:
        """Counted from the events, not from the rules' own blocks."""
        for (report_id, vintage), series in self.w.series.items():
            report = self.w.reports.get(report_id)
            share = buffer_share(report.terms, series.issued_kg) if report and report.terms else 0
            assert self.buffered[report_id, vintage] == share

    @invariant()
    def what_has_ended_stays_as_it_was(self) -> None:
        """As the contract told it when it ended; all are asked again at the end."""
        for token_id, block in self.w.blocks.items():
            if block.status not in LIVE and token_id not in self.ends:
                self.ends[token_id] = self.contracts.units.unit(token_id)
        assert set(self.ends) <= set(self.w.blocks)

    @invariant()
    def a_suspended_account_keeps_what_it_has(self) -> None:
        """Also what was cancelled or has expired meanwhile: it stays with its owner."""
        held: Counter[str] = Counter()
        for token_id, block in self.w.blocks.items():
            held[block.owner] += Serial.of(token_id).quantity_kg
        for account in self.w.suspended:
            assert self.frozen.setdefault(account, held[account]) == held[account]
        for account in set(self.frozen) - self.w.suspended:
            del self.frozen[account]

    @invariant()
    def nothing_lives_here_and_elsewhere(self) -> None:
        for token_id, (status, _) in self.w.exports.items():
            held = self.w.blocks.get(token_id)
            left = held is not None and held.status == UnitStatus.Exported
            assert left == (status == ExportStatus.Completed), token_id
        for report_id in self.w.imported:
            assert sum(one == report_id for one, _ in self.w.series) == 1

    @invariant()
    def no_two_reports_share_a_day(self) -> None:
        taken = sorted(
            (one.project_id, one.start_day, one.end_day)
            for one in self.w.reports.values()
            if one.status not in RETURNED
        )
        for (project, _, end), (other, start, _) in itertools.pairwise(taken):
            assert project != other or end < start

    def teardown(self) -> None:
        """Every record reads as the rules say; then the chain goes back."""
        for fault in self._differences():
            raise AssertionError(fault)
        self.ledger.restore(self.snapshot)

    def _differences(self) -> Iterator[object]:
        w, contracts = self.w, self.contracts
        for token_id, block in w.blocks.items():
            unit = contracts.units.unit(token_id)
            expected = (block.owner, block.status, block.reason)
            if (unit.owner, unit.status, unit.retirementReason) != expected:
                yield token_id, unit, block
            if unit.monitoringEndDay != w.series_of(token_id).monitoring_end_day:
                yield token_id, unit
        for token_id, ended in self.ends.items():
            if contracts.units.unit(token_id) != ended:
                yield token_id, ended
        counts = Counter(block.owner for block in w.blocks.values())
        for account in (*self.cast, w.units):
            if contracts.units.balanceOf(account) != counts[account]:
                yield account, counts[account]
            if contracts.units.isSuspended(account) != (account in w.suspended):
                yield account
        for project_id, project in w.projects.items():
            held = contracts.projects.project(project_id)
            if (held.status, held.version) != (project.status, project.version):
                yield held, project
        for report_id, report in w.reports.items():
            told = contracts.reports.report(report_id)
            if (told.status, told.version, told.verifiedKg) != (
                report.status,
                report.version,
                report.verified_kg,
            ):
                yield told, report
        for reversal_id, reversal in w.reversals.items():
            if contracts.reversals.outstandingKg(reversal_id) != reversal.outstanding_kg:
                yield reversal


def test_every_rule_and_sum_holds_whatever_is_called(stage: Stage) -> None:
    run_state_machine_as_test(lambda: Registry(stage), settings=SETTINGS)


def test_every_function_has_a_rule_when_compared_with_the_matrix() -> None:
    pauses = {"pause", "unpause"}
    for contract, rows in MATRIX.items():
        modules = set() if contract == "access" else pauses | OF_MODULES
        assert set(rows) == set(RULES[contract]) | CLOSED.get(contract, set()) | modules


def test_every_function_that_a_pause_does_not_stop_is_known(registry: Contracts) -> None:
    assert set(MATRIX["units"]) >= UNSTOPPED
    assert isinstance(registry.units, Contract)

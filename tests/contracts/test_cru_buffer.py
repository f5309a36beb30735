"""The buffer: its share of everything that is issued, and what lets it go again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .ledger import SECONDS_PER_DAY, Contract, Ledger, reverts
from .reporting import Reporting, Retirement, Serial, UnitStatus
from .reversing import part, rest
from .samples import ZERO_ADDRESS, Cast, Terms, UnitType, content_hash

EVIDENCE = content_hash("closing report")
#: 2027-12-31, three years after the reporting period, UTC days.
END_2027 = 21_183
TERMS = Terms(buffer_rate_bps=1_000, durability_years=3)


def pass_day(ledger: Ledger, day: int) -> None:
    ledger.stand_at((day + 1) * SECONDS_PER_DAY)


def share(kg: int, rate_bps: int, granule: int) -> int:
    return -(-(kg // granule) * rate_bps // 10_000) * granule


class TestShare:
    """
    when one large amount is issued       its share is rounded up to whole granules
    when many small ones are              they fill the buffer no more than one large one
    when the share takes it all           the developer holds nothing of it
    """

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.integers(0, 9_999),
        st.sampled_from([1, 3, 1_000]),
        st.lists(st.integers(1, 40), min_size=1, max_size=6),
    )
    def test_is_that_of_the_sum_whatever_the_parts(
        self, reporting: Reporting, rate: int, granule: int, granules: list[int]
    ) -> None:
        units, ledger = reporting.units, reporting.ledger
        snapshot = ledger.snapshot()
        terms = Terms(granularity_kg=granule, buffer_rate_bps=rate)
        report_id = reporting.verified(sum(granules) * granule, terms)
        issued = 0
        for count in granules:
            issued += count * granule
            units.mint(report_id, 2024, count * granule, sender=reporting.cast.operator)
            supply = units.supplyOfVintage(report_id, 2024)
            assert supply.issuedKg == issued
            assert supply.bufferKg == share(issued, rate, granule)
            assert supply.heldKg == issued - supply.bufferKg
        ledger.restore(snapshot)

    def test_is_the_last_sub_block(self, reporting: Reporting, units: Contract, cast: Cast) -> None:
        report_id = reporting.verified(1_000, TERMS)
        receipt = units.mint(report_id, 2024, 1_000, sender=cast.operator)
        own, buffered = (one["tokenId"] for one in receipt.named("CRUMinted"))
        assert (own, buffered) == (
            Serial(report_id, 2024, 0, 900).token_id,
            Serial(report_id, 2024, 900, 100).token_id,
        )
        assert (receipt.value, units.ownerOf(buffered)) == (own, units.address)
        assert units.unit(buffered).status == UnitStatus.Buffer

    def test_takes_the_first_granule_and_spares_the_next(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(10_000, TERMS._replace(granularity_kg=1_000))
        assert units.mint(report_id, 2024, 1_000, sender=operator).value == 0
        for count in range(1, 10):
            token_id = units.mint(report_id, 2024, 1_000, sender=operator).value
            assert token_id == Serial(report_id, 2024, count * 1_000, 1_000).token_id
        assert units.supplyOfVintage(report_id, 2024).bufferKg == 1_000

    @pytest.mark.parametrize("act", ["approve", "transferFrom", "transferPart", "split"])
    def test_moves_for_nobody(
        self, reporting: Reporting, units: Contract, cast: Cast, act: str
    ) -> None:
        buffered = reporting.buffered()
        arguments: dict[str, tuple[Any, ...]] = {
            "approve": (cast.holder, buffered),
            "transferFrom": (units.address, cast.holder, buffered),
            "transferPart": (cast.holder, buffered, 10),
            "split": (buffered, [50, 50]),
        }
        for who in (cast.developer, cast.operator, units.address):
            with reverts("CRUUnitNotHeld", buffered, UnitStatus.Buffer):
                units.simulate(act, *arguments[act], sender=who)


class TestReleaseBuffer:
    """
    when the evidence is zero                             it reverts
    given the block is none of the buffer                 it reverts, naming its status
    given the monitoring period goes on                   it reverts, naming its end
    given the type expires                                it reverts: it expires instead
    given the project has a deficit                       it reverts, naming it
    given the developer is suspended                      it reverts, naming it
    otherwise                                             the last kg are the developer's
    """

    @pytest.fixture
    def buffered(self, reporting: Reporting, units: Contract, operator: str) -> int:
        """100 kg of the buffer, monitored until 2027-12-31."""
        report_id = reporting.verified(1_000, TERMS)
        units.mint(report_id, 2024, 1_000, sender=operator)
        return Serial(report_id, 2024, 900, 100).token_id

    def test_gives_the_block_to_the_developer(
        self, units: Contract, ledger: Ledger, buffered: int, cast: Cast
    ) -> None:
        pass_day(ledger, END_2027)
        receipt = units.releaseBuffer(buffered, 100, EVIDENCE, sender=cast.operator)
        names = [event.name for event in receipt.events]
        assert names == ["BufferReleased", "MetadataUpdate", "Transfer"]
        assert receipt.events[0].arguments == {
            "tokenId": buffered,
            "to": cast.developer,
            "actor": cast.operator,
            "kg": 100,
            "evidenceHash": EVIDENCE,
        }
        assert receipt.events[2].arguments == {
            "from": units.address,
            "to": cast.developer,
            "tokenId": buffered,
        }
        held = units.unit(buffered)
        assert (held.status, held.owner, held.endedAt) == (UnitStatus.Held, cast.developer, 0)
        supply = units.supplyOfVintage(Serial.of(buffered).report_id, 2024)
        assert (supply.bufferKg, supply.heldKg, supply.issuedKg) == (0, 1_000, 1_000)
        units.retire(buffered, 100, Retirement(), sender=cast.developer)

    def test_gives_the_last_kilograms_and_keeps_the_first(
        self, units: Contract, ledger: Ledger, buffered: int, cast: Cast
    ) -> None:
        pass_day(ledger, END_2027)
        receipt = units.releaseBuffer(buffered, 30, EVIDENCE, sender=cast.operator)
        assert receipt.value == part(buffered, 30)
        assert units.ownerOf(part(buffered, 30)) == cast.developer
        assert units.unit(rest(buffered, 30)).status == UnitStatus.Buffer
        assert units.balanceOf(units.address) == 1

    @pytest.mark.parametrize("second", [-60, -1])
    def test_reverts_given_monitoring_goes_on(
        self, units: Contract, ledger: Ledger, buffered: int, operator: str, second: int
    ) -> None:
        ledger.stand_at((END_2027 + 1) * SECONDS_PER_DAY + second)
        call = units.calldata("releaseBuffer", buffered, 100, EVIDENCE)
        with reverts("CRUMonitoringNotOver", buffered, END_2027):
            ledger.call(operator, units.address, call, hex(ledger.height))

    def test_reverts_given_the_type_expires(
        self, reporting: Reporting, units: Contract, ledger: Ledger, operator: str
    ) -> None:
        terms = TERMS._replace(unit_type=UnitType.CFS, granularity_kg=1_000, expires=True)
        report_id = reporting.verified(10_000, terms)
        units.mint(report_id, 2024, 10_000, sender=operator)
        buffered = Serial(report_id, 2024, 9_000, 1_000).token_id
        with reverts("CRUMonitoringNotOver", buffered, END_2027):
            units.releaseBuffer(buffered, 1_000, EVIDENCE, sender=operator)
        pass_day(ledger, END_2027)
        with reverts("CRUUnitExpired", buffered, END_2027):
            units.releaseBuffer(buffered, 1_000, EVIDENCE, sender=operator)

    def test_reverts_given_the_block_is_none_of_the_buffer(
        self, units: Contract, ledger: Ledger, buffered: int, cast: Cast
    ) -> None:
        pass_day(ledger, END_2027)
        own = Serial.of(buffered)._replace(first_kg=0, quantity_kg=900).token_id
        with reverts("CRUUnexpectedStatus", own, UnitStatus.Held):
            units.releaseBuffer(own, 900, EVIDENCE, sender=cast.operator)
        with reverts("ERC721NonexistentToken", buffered + 1):
            units.releaseBuffer(buffered + 1, 1, EVIDENCE, sender=cast.operator)
        units.releaseBuffer(buffered, 100, EVIDENCE, sender=cast.operator)
        with reverts("CRUUnexpectedStatus", buffered, UnitStatus.Held):
            units.releaseBuffer(buffered, 100, EVIDENCE, sender=cast.operator)

    def test_reverts_given_the_project_has_a_deficit(
        self,
        units: Contract,
        reports: Contract,
        ledger: Ledger,
        buffered: int,
        cast: Cast,
        callers: Mapping[str, str],
    ) -> None:
        project_id = reports.report(Serial.of(buffered).report_id).projectId
        reversals = ledger.fund(callers["reversal_ledger"])
        units.setDeficit(project_id, 7, sender=reversals)
        pass_day(ledger, END_2027)
        with reverts("CRUProjectHasDeficit", project_id, 7):
            units.releaseBuffer(buffered, 100, EVIDENCE, sender=cast.operator)
        units.setDeficit(project_id, 0, sender=reversals)
        units.releaseBuffer(buffered, 100, EVIDENCE, sender=cast.operator)

    def test_reverts_given_the_developer_is_suspended(
        self, units: Contract, ledger: Ledger, buffered: int, cast: Cast
    ) -> None:
        units.suspendAccount(cast.developer, EVIDENCE, "fraud", sender=cast.operator)
        pass_day(ledger, END_2027)
        with reverts("CRUAccountSuspended", cast.developer):
            units.releaseBuffer(buffered, 100, EVIDENCE, sender=cast.operator)

    def test_reverts_when_evidence_or_amount_cannot_be(
        self, units: Contract, ledger: Ledger, buffered: int, operator: str
    ) -> None:
        pass_day(ledger, END_2027)
        with reverts("CRUZeroHash"):
            units.releaseBuffer(buffered, 100, bytes(32), sender=operator)
        with reverts("CRUZeroAmount"):
            units.releaseBuffer(buffered, 0, EVIDENCE, sender=operator)
        with reverts("CRUExceedsBlock", buffered, 101):
            units.releaseBuffer(buffered, 101, EVIDENCE, sender=operator)


class TestDeficit:
    """
    given a project has a deficit      nothing is issued to it, and that says why
    given another project has one      it is issued as ever
    given a verification would issue   it stands, and the amount stays due
    """

    @pytest.fixture
    def reversals(self, callers: Mapping[str, str], ledger: Ledger) -> str:
        return ledger.fund(callers["reversal_ledger"])

    def test_stops_issuance_until_it_is_gone(
        self,
        reporting: Reporting,
        units: Contract,
        reports: Contract,
        reversals: str,
        operator: str,
    ) -> None:
        report_id, other = reporting.verified(1_000), reporting.verified(1_000, name="2")
        project_id = reports.report(report_id).projectId
        receipt = units.setDeficit(project_id, 2**64 - 1, sender=reversals)
        assert receipt.named("DeficitChanged") == [
            {"projectId": project_id, "deficitKg": 2**64 - 1}
        ]
        assert units.deficitKg(project_id) == 2**64 - 1
        with reverts("CRUProjectHasDeficit", project_id, 2**64 - 1):
            units.mint(report_id, 2024, 1, sender=operator)
        units.mint(other, 2024, 1, sender=operator)
        units.setDeficit(project_id, 0, sender=reversals)
        units.mint(report_id, 2024, 1, sender=operator)
        assert units.supplyOfProject(project_id).issuedKg == 1

    def test_never_stops_a_verification(
        self, reporting: Reporting, units: Contract, reports: Contract, reversals: str
    ) -> None:
        pending = reporting.pending(reporting.project(Terms(automatic_issuance=True)))
        units.setDeficit(reports.report(pending).projectId, 1, sender=reversals)
        receipt = reporting.verify(pending)
        assert receipt.named("MRVVerified")
        assert not receipt.named("CRUMinted")
        assert units.issuedKg(pending, 2024) == 0


def test_the_buffer_is_no_account_to_send_to(
    reporting: Reporting, units: Contract, cast: Cast
) -> None:
    block = reporting.issued(1_000)
    for move, arguments in (
        ("transferFrom", (cast.developer, units.address, block)),
        ("transferPart", (units.address, block, 10)),
        ("transferBatch", (units.address, [block])),
    ):
        with reverts("CRUInvalidReceiver", units.address):
            getattr(units, move)(*arguments, sender=cast.developer)
    with reverts("ERC721InvalidReceiver", ZERO_ADDRESS):
        units.transferPart(ZERO_ADDRESS, block, 10, sender=cast.developer)

"""Primitives of the exchange: what it may lock, end and create, whatever it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from .ledger import SECONDS_PER_DAY, Contract, Ledger, reverts
from .reporting import Reporting, Retirement, Serial, UnitStatus
from .reversing import part, rest
from .samples import ZERO_ADDRESS, Cast, Terms, UnitType, content_hash

LIMIT = 2**53 - 1
REPORT = b"\x0f" * 14
PROJECT = content_hash("project elsewhere")


class ImportedUnits(NamedTuple):
    """`ImportedUnits` of contracts/interfaces/ICRU.sol."""

    report_id: bytes
    project_id: bytes
    to: str
    vintage: int = 2021
    kg: int = 5_000
    unit_type: int = UnitType.CSP
    granularity_kg: int = 1_000
    expires: bool = True
    monitoring_end_day: int = 21_183


@pytest.fixture
def exchange_(callers: Mapping[str, str], ledger: Ledger) -> str:
    """The exchange as a sender of its own."""
    return ledger.fund(callers["exchange"])


@pytest.fixture
def units_in(cast: Cast) -> ImportedUnits:
    return ImportedUnits(REPORT, PROJECT, cast.holder)


class TestIssueImported:
    """
    when the report id was used                    it reverts, naming it
    when vintage, amount or granularity cannot be  it reverts
    when the receiver is none, or suspended        it reverts
    given its monitoring period is over            it reverts
    otherwise                                      the receiver holds it, counted like any other
    """

    def test_creates_one_block(
        self, units: Contract, exchange_: str, units_in: ImportedUnits, cast: Cast
    ) -> None:
        receipt = units.issueImported(units_in, sender=exchange_)
        token_id = Serial(REPORT, 2021, 0, 5_000).token_id
        assert receipt.value == token_id
        assert receipt.named("CRUMinted") == [
            {
                "tokenId": token_id,
                "projectId": PROJECT,
                "to": cast.holder,
                "reportId": REPORT,
                "vintage": 2021,
                "kg": 5_000,
                "unitType": UnitType.CSP,
                "status": UnitStatus.Held,
                "expires": True,
                "monitoringEndDay": 21_183,
            }
        ]
        held = units.unit(token_id)
        assert (held.owner, held.expires, held.monitoringEndDay) == (cast.holder, True, 21_183)
        for supply in (
            units.supplyOfVintage(REPORT, 2021),
            units.supplyOfReport(REPORT),
            units.supplyOfProject(PROJECT),
            units.supplyOfType(UnitType.CSP),
        ):
            assert (supply.issuedKg, supply.heldKg) == (5_000, 5_000)
        assert units.tokenURI(token_id)

    def test_keeps_the_granularity(
        self, units: Contract, exchange_: str, units_in: ImportedUnits, holder: str
    ) -> None:
        token_id = units.issueImported(units_in, sender=exchange_).value
        with reverts("CRUNotMultipleOfGranularity", 1, 1_000):
            units.retire(token_id, 1, Retirement(), sender=holder)
        units.retire(token_id, 1_000, Retirement(), sender=holder)

    @pytest.mark.parametrize("vintage", [2021, 2022])
    def test_reverts_when_the_report_id_was_used(
        self, units: Contract, exchange_: str, units_in: ImportedUnits, vintage: int
    ) -> None:
        units.issueImported(units_in, sender=exchange_)
        with reverts("CRUAlreadyImported", REPORT):
            units.issueImported(units_in._replace(vintage=vintage), sender=exchange_)

    @pytest.mark.parametrize(
        ("wrong", "error", "arguments"),
        [
            ({"vintage": 0}, "CRUInvalidVintage", (0,)),
            ({"kg": 0}, "CRUZeroAmount", ()),
            ({"granularity_kg": 0}, "CRUZeroAmount", ()),
            ({"kg": LIMIT + 1, "granularity_kg": 1}, "CRUAmountTooLarge", (LIMIT + 1, LIMIT)),
            ({"kg": 1_500}, "CRUNotMultipleOfGranularity", (1_500, 1_000)),
            ({"to": ZERO_ADDRESS}, "ERC721InvalidReceiver", (ZERO_ADDRESS,)),
        ],
    )
    def test_reverts_when_it_cannot_be(
        self,
        units: Contract,
        exchange_: str,
        units_in: ImportedUnits,
        wrong: dict[str, Any],
        error: str,
        arguments: tuple[Any, ...],
    ) -> None:
        with reverts(error, *arguments):
            units.issueImported(units_in._replace(**wrong), sender=exchange_)

    def test_takes_the_largest_amount(
        self, units: Contract, exchange_: str, units_in: ImportedUnits
    ) -> None:
        largest = units_in._replace(kg=LIMIT, granularity_kg=1)
        units.issueImported(largest, sender=exchange_)
        assert units.supplyOfReport(REPORT).heldKg == LIMIT

    def test_reverts_when_the_receiver_is_the_buffer_or_suspended(
        self, units: Contract, exchange_: str, units_in: ImportedUnits, cast: Cast
    ) -> None:
        with reverts("CRUInvalidReceiver", units.address):
            units.issueImported(units_in._replace(to=units.address), sender=exchange_)
        units.suspendAccount(cast.holder, content_hash("x"), "fraud", sender=cast.operator)
        with reverts("CRUAccountSuspended", cast.holder):
            units.issueImported(units_in, sender=exchange_)

    def test_reverts_given_its_time_is_over(
        self, units: Contract, exchange_: str, units_in: ImportedUnits, ledger: Ledger
    ) -> None:
        ledger.stand_at(21_184 * SECONDS_PER_DAY)
        with reverts("CRUUnitExpired", Serial(REPORT, 2021, 0, 5_000).token_id, 21_183):
            units.issueImported(units_in, sender=exchange_)
        units.issueImported(units_in._replace(expires=False), sender=exchange_)


class TestLock:
    """
    when the actor is neither the owner nor approved     it cannot be locked
    given it is locked                                   it does nothing but unlock, end or expire
    given it was not locked                              it is neither unlocked nor ended
    """

    @pytest.fixture
    def block(self, reporting: Reporting) -> int:
        return reporting.issued(1_000)

    def test_tells_each_change(
        self, units: Contract, exchange_: str, block: int, cast: Cast, ledger: Ledger
    ) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        locked = units.lockForExport(block, 400, cast.holder, sender=exchange_)
        token_id = part(block, 400)
        assert locked.value == token_id
        told = {"tokenId": token_id, "owner": cast.developer}
        assert locked.named("ExportStatusChanged") == [told | {"status": UnitStatus.Locked}]
        assert locked.named("MetadataUpdate") == [{"_tokenId": token_id}]
        back = units.unlock(token_id, sender=exchange_)
        assert back.named("ExportStatusChanged") == [told | {"status": UnitStatus.Held}]
        assert back.named("MetadataUpdate") == [{"_tokenId": token_id}]
        units.lockForExport(token_id, 400, cast.developer, sender=exchange_)
        ended = units.endExported(token_id, sender=exchange_)
        assert ended.named("ExportStatusChanged") == [told | {"status": UnitStatus.Exported}]
        held = units.unit(token_id)
        assert (held.status, held.endedAt) == (UnitStatus.Exported, ledger.now)
        assert units.supplyOfReport(Serial.of(block).report_id).exportedKg == 400
        assert units.unit(rest(block, 400)).status == UnitStatus.Held

    def test_leaves_no_approval(
        self, units: Contract, exchange_: str, block: int, cast: Cast
    ) -> None:
        units.approve(cast.holder, block, sender=cast.developer)
        units.lockForExport(block, 1_000, cast.developer, sender=exchange_)
        units.unlock(block, sender=exchange_)
        with reverts("ERC721InsufficientApproval", cast.holder, block):
            units.transferFrom(cast.developer, cast.holder, block, sender=cast.holder)

    def test_reverts_when_the_actor_may_not(
        self, units: Contract, exchange_: str, block: int, cast: Cast
    ) -> None:
        with reverts("ERC721InsufficientApproval", cast.stranger, block):
            units.lockForExport(block, 1, cast.stranger, sender=exchange_)
        units.suspendAccount(cast.developer, content_hash("x"), "fraud", sender=cast.operator)
        with reverts("CRUAccountSuspended", cast.developer):
            units.lockForExport(block, 1, cast.developer, sender=exchange_)

    @pytest.mark.parametrize("function", ["unlock", "endExported"])
    def test_reverts_given_it_was_not_locked(
        self, units: Contract, exchange_: str, block: int, function: str
    ) -> None:
        with reverts("CRUUnexpectedStatus", block, UnitStatus.Held):
            getattr(units, function)(block, sender=exchange_)
        with reverts("ERC721NonexistentToken", block + 1):
            getattr(units, function)(block + 1, sender=exchange_)

    def test_expires_and_is_not_exported_given_its_time_is_over(
        self, reporting: Reporting, units: Contract, exchange_: str, ledger: Ledger, cast: Cast
    ) -> None:
        terms = Terms(UnitType.CFS, 1_000, expires=True, durability_years=3)
        block = reporting.issued(1_000, terms, "2")
        units.lockForExport(block, 1_000, cast.developer, sender=exchange_)
        ledger.stand_at(21_184 * SECONDS_PER_DAY)
        with reverts("CRUUnitExpired", block, 21_183):
            units.endExported(block, sender=exchange_)
        units.expire(block, sender=cast.stranger)
        with reverts("CRUUnexpectedStatus", block, UnitStatus.Expired):
            units.unlock(block, sender=exchange_)

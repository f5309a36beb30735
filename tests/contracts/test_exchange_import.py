"""An import: units that ended in another registry, created here once for ever."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, Serial, UnitStatus
from .reversing import Import, Reversing
from .samples import ZERO_ADDRESS, Cast, UnitType, content_hash

FIRST_YEAR = 1970


def origin_id(domain: str, registry: str, key: str) -> bytes:
    """As contracts/interfaces/IUnitExchange.sol says; the first 14 bytes for a report."""
    texts = (domain, registry.lower(), key.lower())
    return keccak(encode(["string", "string", "string"], texts))


class TestImportUnits:
    """
    when the receiver is zero, suspended or the units' contract   it reverts
    when the amount is zero, no granule or past 2^53 - 1          it reverts
    when the evidence is zero                                     it reverts
    when a text is empty, too long or not of its alphabet         it reverts, naming it
    when the granularity does not fit the type                    it reverts, naming both
    when the expiry does not fit the type                         it reverts, naming both
    when an expiring unit is over                                 it reverts, naming its last day
    when the vintage is no year from 1970 to now                  it reverts, naming it
    given the key was imported, in whatever spelling              it reverts
    otherwise                                                     the units are the receiver's
    """

    def test_creates_what_ended_in_the_origin(
        self, reversing: Reversing, units: Contract, exchange: Contract, cast: Cast
    ) -> None:
        given = Import(cast.holder)
        report_id = origin_id("import", given.origin_registry, given.origin_key)[:14]
        project_id = origin_id("import project", given.origin_registry, given.origin_project)
        assert exchange.importOf(given.origin_registry, given.origin_key) == (report_id, False)
        receipt = exchange.importUnits(given.struct, sender=cast.operator)
        token_id = Serial(report_id, 2021, 0, 500).token_id
        assert receipt.value == token_id
        assert receipt.named("UnitsImported") == [
            {
                "tokenId": token_id,
                "reportId": report_id,
                "to": cast.holder,
                "actor": cast.operator,
                "originRegistry": "registry.example",
                "originKey": "EX-1-2021-1-500",
                "originProject": "EX-1",
                "granularityKg": 1,
                "evidenceHash": content_hash("end in the origin"),
                "uri": "ipfs://origin",
            }
        ]
        (minted,) = receipt.named("CRUMinted")
        assert (minted["tokenId"], minted["projectId"]) == (token_id, project_id)
        held = units.unit(token_id)
        assert (held.status, held.owner, held.unitType) == (
            UnitStatus.Held,
            cast.holder,
            UnitType.CRU,
        )
        assert exchange.importOf(given.origin_registry, given.origin_key) == (report_id, True)
        for supply in (units.supplyOfReport(report_id), units.supplyOfProject(project_id)):
            assert (supply.issuedKg, supply.heldKg, supply.bufferKg) == (500, 500, 0)

    def test_carries_type_and_expiry_over(
        self, reversing: Reversing, units: Contract, today: int
    ) -> None:
        token_id = reversing.imported(
            unit_type=UnitType.CFS,
            granularity_kg=1_000,
            kg=2_000,
            expires=True,
            monitoring_end_day=today,
        )
        held = units.unit(token_id)
        assert (held.unitType, held.expires) == (UnitType.CFS, True)
        assert (held.monitoringEndDay, held.vintage) == (today, 2021)

    def test_keeps_the_granularity(
        self, reversing: Reversing, units: Contract, holder: str
    ) -> None:
        token_id = reversing.imported(granularity_kg=100)
        with reverts("CRUNotMultipleOfGranularity", 150, 100):
            units.split(token_id, [150, 350], sender=holder)

    def test_never_shares_an_id_with_a_project_of_this_registry(
        self, reversing: Reversing, reporting: Reporting, units: Contract
    ) -> None:
        """The origin's project is called as one of ours; its units count for it alone."""
        project_id = reporting.project(name="project-1")
        reversing.imported(origin_project="project-1")
        assert project_id == keccak(text="project-1")
        assert units.supplyOfProject(project_id).issuedKg == 0

    @pytest.mark.parametrize(
        ("given", "error", "arguments"),
        [
            ({"to": ZERO_ADDRESS}, "UnitExchangeZeroAddress", ()),
            ({"kg": 0}, "UnitExchangeZeroAmount", ()),
            ({"kg": 2**53}, "CRUAmountTooLarge", (2**53, 2**53 - 1)),
            ({"kg": 2**64 - 1}, "CRUAmountTooLarge", (2**64 - 1, 2**53 - 1)),
            ({"kg": 150, "granularity_kg": 100}, "CRUNotMultipleOfGranularity", (150, 100)),
            ({"evidence_hash": bytes(32)}, "UnitExchangeZeroHash", ()),
            ({"uri": "u" * 513}, "UnitExchangeTextTooLong", (513, 512)),
        ],
    )
    def test_reverts_when_a_value_cannot_be(
        self, reversing: Reversing, given: dict[str, Any], error: str, arguments: tuple[Any, ...]
    ) -> None:
        with reverts(error, *arguments):
            reversing.imported(**given)

    def test_takes_the_largest_amount(self, reversing: Reversing, units: Contract) -> None:
        token_id = reversing.imported(kg=2**53 - 1, uri="u" * 512)
        assert units.unit(token_id).quantityKg == 2**53 - 1

    @pytest.mark.parametrize("name", ["", "x" * 101, "two words", "ünder", "a:b", "tab\t", "a\x00"])
    def test_reverts_when_the_registry_has_no_sound_name(
        self, reversing: Reversing, name: str
    ) -> None:
        with reverts("UnitExchangeInvalidRegistry", name):
            reversing.imported(origin_registry=name)

    @pytest.mark.parametrize("member", ["origin_key", "origin_project"])
    @pytest.mark.parametrize("text", ["", "x" * 201, "A 1", "A\t1", "A\x7f", "Ä1", "A\u200b1"])
    def test_reverts_when_a_key_has_other_characters(
        self, reversing: Reversing, member: str, text: str
    ) -> None:
        with reverts("UnitExchangeInvalidKey", text):
            reversing.imported(**{member: text})

    @pytest.mark.parametrize("text", ["!", "~" * 200, "GS1-1-KE/GS447#16:1(5)"])
    def test_takes_every_visible_character(self, reversing: Reversing, text: str) -> None:
        assert reversing.imported(origin_key=text, origin_project=text)

    @pytest.mark.parametrize("unit_type", [one for one in UnitType if one != UnitType.CRU])
    @pytest.mark.parametrize("granularity", [0, 1, 999, 1_001])
    def test_reverts_when_a_type_of_whole_tonnes_comes_in_parts(
        self, reversing: Reversing, today: int, unit_type: int, granularity: int
    ) -> None:
        with reverts("UnitExchangeInvalidGranularity", unit_type, granularity):
            reversing.imported(unit_type=unit_type, granularity_kg=granularity, kg=1_001_000)

    def test_reverts_when_a_fractional_type_has_no_granularity(self, reversing: Reversing) -> None:
        with reverts("UnitExchangeInvalidGranularity", UnitType.CRU, 0):
            reversing.imported(granularity_kg=0)

    @pytest.mark.parametrize(
        ("unit_type", "expires"),
        [
            (UnitType.PCR, True),
            (UnitType.SER, True),
            (UnitType.CFS, False),
            (UnitType.CSP, False),
        ],
    )
    def test_reverts_when_the_expiry_does_not_fit_the_type(
        self, reversing: Reversing, today: int, unit_type: int, expires: bool
    ) -> None:
        tonnes = {"unit_type": unit_type, "granularity_kg": 1_000, "kg": 1_000}
        with reverts("UnitExchangeInvalidExpiry", unit_type, expires):
            reversing.imported(**tonnes, expires=expires, monitoring_end_day=today)
        reversing.imported(**tonnes, expires=not expires, monitoring_end_day=today)

    @pytest.mark.parametrize("expires", [False, True])
    def test_takes_either_expiry_of_the_fractional_type(
        self, reversing: Reversing, today: int, expires: bool
    ) -> None:
        assert reversing.imported(expires=expires, monitoring_end_day=today)

    def test_reverts_when_an_expiring_unit_is_over(self, reversing: Reversing, today: int) -> None:
        with reverts("UnitExchangeExpired", today - 1):
            reversing.imported(expires=True, monitoring_end_day=today - 1)
        reversing.imported(expires=False, monitoring_end_day=today - 1)

    def test_reverts_when_the_vintage_is_no_year_until_now(
        self, reversing: Reversing, ledger: Ledger
    ) -> None:
        year = 1970 + int(ledger.today / 365.2425)
        for vintage in (0, FIRST_YEAR - 1, year + 1, 65_535):
            with reverts("UnitExchangeInvalidVintage", vintage):
                reversing.imported(vintage=vintage)
        for vintage in (FIRST_YEAR, year):
            assert reversing.imported(vintage=vintage, origin_key=f"of-{vintage}")

    def test_reverts_given_the_receiver_is_suspended(
        self, reversing: Reversing, holder: str
    ) -> None:
        reversing.suspend(holder)
        with reverts("CRUAccountSuspended", holder):
            reversing.imported()

    def test_reverts_when_the_receiver_is_the_buffer(
        self, reversing: Reversing, units: Contract
    ) -> None:
        with reverts("CRUInvalidReceiver", units.address):
            reversing.imported(to=units.address)

    @pytest.mark.parametrize(
        "spelling",
        [
            {},
            {"origin_key": "ex-1-2021-1-500"},
            {"origin_registry": "Registry.EXAMPLE"},
            {"vintage": 2020, "kg": 1, "origin_project": "other"},
        ],
    )
    def test_reverts_given_the_key_was_imported(
        self, reversing: Reversing, exchange: Contract, spelling: dict[str, Any]
    ) -> None:
        reversing.imported()
        report_id, taken = exchange.importOf("REGISTRY.example", "Ex-1-2021-1-500")
        assert taken
        with reverts("UnitExchangeAlreadyImported", report_id):
            reversing.imported(**spelling)

    def test_reverts_given_what_was_imported_has_ended(
        self, reversing: Reversing, exchange: Contract, cast: Cast
    ) -> None:
        """Not even an export back makes room for a second copy."""
        token_id = reversing.imported()
        exchange.startExport(token_id, 500, "registry.example", "", sender=cast.holder)
        exchange.completeExport(token_id, b"1" * 32, "", sender=cast.operator)
        report_id, _ = exchange.importOf("registry.example", "EX-1-2021-1-500")
        with reverts("UnitExchangeAlreadyImported", report_id):
            reversing.imported()

    @pytest.mark.parametrize(
        ("origin", "key"), [("registry.exampleE", "X-1"), ("registry.example", "EX-1-2021-1-501")]
    )
    def test_imports_another_key(self, reversing: Reversing, origin: str, key: str) -> None:
        """The border between registry and key is part of the id."""
        reversing.imported(origin_key="EX-1")
        assert reversing.imported(origin_registry=origin, origin_key=key)

    def test_imports_it_once_more_after_the_chain_forgot_it(
        self, reversing: Reversing, exchange: Contract, ledger: Ledger
    ) -> None:
        """A reorganisation that undoes an import leaves neither units nor a used key."""
        before = ledger.snapshot()
        token_id = reversing.imported()
        ledger.restore(before)
        assert not exchange.importOf("registry.example", "EX-1-2021-1-500")[1]
        assert reversing.imported() == token_id


class TestReceiverOfImport:
    """
    when it refuses                        nothing is imported and the key is free
    when it imports the key a second time  it is refused
    when it exports what it received       it is refused, for the exchange is at work
    """

    @pytest.fixture
    def receiver(self, reporting: Reporting) -> Contract:
        return reporting.receiver()

    def test_imports_nothing_when_it_refuses(
        self, reversing: Reversing, receiver: Contract, exchange: Contract, stranger: str
    ) -> None:
        receiver.setAnswer(1, sender=stranger)
        with reverts("ERC721InvalidReceiver", receiver.address):
            reversing.imported(to=receiver.address)
        assert not exchange.importOf("registry.example", "EX-1-2021-1-500")[1]
        receiver.setAnswer(0, sender=stranger)
        assert reversing.imported(to=receiver.address)

    def test_imports_no_key_twice_when_it_calls_back(
        self,
        reversing: Reversing,
        receiver: Contract,
        exchange: Contract,
        access: Contract,
        cast: Cast,
    ) -> None:
        access.grantRole(1, receiver.address, 0, sender=cast.administrator)
        again = exchange.calldata("importUnits", Import(receiver.address).struct)
        receiver.setCall(exchange.address, again, sender=cast.stranger)
        given = Import(receiver.address).struct
        receipt = exchange.importUnits(given, sender=cast.operator)
        (called,) = receipt.named("CalledBack")
        assert not called["success"]
        assert called["returned"] == keccak(text="ReentrancyGuardReentrantCall()")[:4]
        assert len(receipt.named("UnitsImported")) == 1

    def test_exports_nothing_when_it_calls_back(
        self, receiver: Contract, exchange: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id, _ = exchange.importOf("registry.example", "EX-1-2021-1-500")
        token_id = Serial(report_id, 2021, 0, 500).token_id
        call = exchange.calldata("startExport", token_id, 500, "elsewhere.example", "")
        receiver.setCall(exchange.address, call, sender=cast.stranger)
        receipt = exchange.importUnits(Import(receiver.address).struct, sender=cast.operator)
        assert not receipt.named("CalledBack")[0]["success"]
        assert units.unit(token_id).status == UnitStatus.Held

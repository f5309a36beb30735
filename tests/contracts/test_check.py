"""`scripts/check` against a registry in which one thing after the other is made wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_utils import keccak, to_hex

from scripts.building.compilation import Compilation
from scripts.building.layouts import layouts
from scripts.check import check
from scripts.checking.code import check_code
from scripts.checking.governance import check_delays
from scripts.deployment import CONTRACTS, ROLE_IDS, Registry
from scripts.governing.terms import Delays, SafeTerms, Terms
from scripts.slots import erc1967, erc7201

from .ledger import Contract, Ledger
from .samples import Cast, Contracts

DAY = 86_400
Differences = Callable[..., list[str]]


@pytest.fixture(scope="session")
def build() -> Compilation:
    """What was compiled, once for all."""
    return Compilation()


@pytest.fixture
def differences(deployment: Registry, registry: Contracts, build: Compilation) -> Differences:
    """The sentences of the check, of this or an altered registry and its terms."""

    def found(terms: Terms | None = None, **altered: object) -> list[str]:
        looked_at = Registry(
            deployment.chain_id, deployment.forwarder, deployment.placements, deployment.safe
        )
        for name, value in altered.items():
            setattr(looked_at, name, value)
        findings = check(looked_at, terms or Terms(), build)
        return [one.difference for one in findings if one.difference]

    return found


@pytest.fixture
def write(ledger: Ledger) -> Callable[[str, int, int], None]:
    """Put a word into a contract's storage."""

    def put(address: str, slot: int, word: int) -> None:
        ledger.rpc("anvil_setStorageAt", [address, to_hex(slot), f"0x{word:064x}"])

    return put


class TestCheck:
    """
    given the registry as deployed    it finds no difference, and looks at every contract
    """

    def test_finds_nothing_given_the_registry_as_deployed(
        self, deployment: Registry, registry: Contracts, build: Compilation
    ) -> None:
        findings = list(check(deployment, Terms(), build))
        assert [one.difference for one in findings if one.difference] == []
        looked_at = {one.subject for one in findings}
        assert {*CONTRACTS, "RegistryForwarder", "UnitRenderer"} <= looked_at


class TestCode:
    """
    given other code behind a proxy               it names the contract and the address
    given code that differs in its metadata       it says that only words differ
    given another forwarder's code                it names the forwarder
    given a wrong immutable                       it is other code
    given a proxy with a beacon or an admin       it says so
    given code whose initialisers are open        it says so
    """

    @pytest.mark.parametrize("name", CONTRACTS)
    def test_names_the_contract_given_other_code(
        self, deployment: Registry, ledger: Ledger, build: Compilation, name: str
    ) -> None:
        place = deployment.placements[name].implementation
        held = ledger.rpc("eth_getCode", [place, "latest"])["result"]
        ledger.rpc("anvil_setCode", [place, held[:60] + "00" + held[62:]])
        found = [one.difference for one in check_code(deployment, build) if one.difference]
        assert found == [f"{name}: other code at {place}, not the code of this build."]

    def test_says_that_words_differ_given_other_metadata(
        self, deployment: Registry, ledger: Ledger, differences: Differences
    ) -> None:
        place = deployment.placements["CRU"].implementation
        held = ledger.rpc("eth_getCode", [place, "latest"])["result"]
        # The last 53 bytes: …"ipfs" 0x58 0x22 <34 bytes> "solc" 0x43 <3 bytes> 0x0033.
        changed = held[:-40] + ("0" if held[-40] != "0" else "1") + held[-39:]
        ledger.rpc("anvil_setCode", [place, changed])
        (sentence,) = differences()
        assert "compiled from sources or settings that differ in words" in sentence

    def test_names_the_forwarder_given_another_domain(
        self, deployment: Registry, ledger: Ledger, differences: Differences
    ) -> None:
        place = deployment.placements["RegistryForwarder"].address
        held = ledger.rpc("eth_getCode", [place, "latest"])["result"]
        own = place[2:].lower()
        assert own in held
        ledger.rpc("anvil_setCode", [place, held.replace(own, "11" * 20)])
        assert differences() == [
            f"RegistryForwarder: other code at {place}, not the code of this build."
        ]

    def test_is_other_code_given_another_trusted_forwarder(
        self, differences: Differences, stranger: str
    ) -> None:
        found = differences(forwarder=stranger)
        assert {one.split(":")[0] for one in found} == set(CONTRACTS) - {"RegistryAccessControl"}

    @pytest.mark.parametrize("slot", ["admin", "beacon"])
    def test_says_so_given_a_proxy_that_could_be_led_elsewhere(
        self,
        deployment: Registry,
        differences: Differences,
        write: Callable[[str, int, int], None],
        slot: str,
    ) -> None:
        write(deployment.placements["MRVRegistry"].address, erc1967(slot), 7)
        (sentence,) = differences()
        assert sentence.startswith("MRVRegistry: admin and beacon of the proxy is ")

    def test_says_so_given_open_initialisers(
        self,
        deployment: Registry,
        differences: Differences,
        write: Callable[[str, int, int], None],
    ) -> None:
        place = deployment.placements["CRU"].implementation
        write(place, erc7201("openzeppelin.storage.Initializable"), 0)
        assert differences() == [
            "CRU: initialisers of the code itself is open (version 0), not locked."
        ]


class TestWiring:
    """
    given a link that leads to no contract of ours    it names the link and where it leads
    given another access manager                      it names the contract
    """

    def test_names_the_link_given_it_leads_elsewhere(
        self,
        deployment: Registry,
        differences: Differences,
        write: Callable[[str, int, int], None],
        stranger: str,
    ) -> None:
        write(
            deployment.placements["MRVRegistry"].address,
            erc7201("ogcr.storage.MRVRegistry"),
            int(stranger, 16),
        )
        (sentence,) = differences()
        assert f"leads to {stranger}, no contract of ours." in sentence
        assert sentence.startswith("MRVRegistry: ")

    def test_names_the_contract_given_another_access_manager(
        self, registry: Contracts, differences: Differences, cast: Cast, ledger: Ledger
    ) -> None:
        other = ledger.deploy("RegistryAccessControl", sender=cast.administrator)
        arguments = (registry.units.address, other.address)
        registry.access.updateAuthority(*arguments, sender=cast.administrator)
        assert differences() == [
            f"CRU: access control is {other.address}, not RegistryAccessControl."
        ]


class TestRoles:
    """
    given a function for another role        it names function and roles
    given a contract closed                  it says so
    given a role granted by another          it names the role
    given a contract's role held by others   it names all holders
    given no guardian                        it says that nobody could pause
    given a second administrator             it names both
    """

    def test_names_the_function_given_another_role(
        self, access: Contract, units: Contract, differences: Differences, administrator: str
    ) -> None:
        changes = {"unpause": 5, "mint": 2}
        for function, role in changes.items():
            change = (units.address, [units.selector(function)], role)
            access.setTargetFunctionRole(*change, sender=administrator)
        (sentence,) = differences()
        assert "CRU: unpause is for guardian, not for administrator." in sentence
        assert "CRU: mint is for developer, not for registry_operator." in sentence

    def test_says_so_given_a_closed_contract(
        self, access: Contract, projects: Contract, differences: Differences, administrator: str
    ) -> None:
        access.setTargetClosed(projects.address, True, sender=administrator)
        assert differences() == ["ProjectRegistry: access control has closed it to everybody."]

    def test_names_the_role_given_another_may_grant_or_cancel(
        self, access: Contract, differences: Differences, administrator: str
    ) -> None:
        access.setRoleAdmin(ROLE_IDS["developer"], 1, sender=administrator)
        access.setRoleGuardian(ROLE_IDS["verifier"], 1, sender=administrator)
        first, second = differences()
        assert first.endswith("is registry_operator, guardian, not administrator, guardian.")
        assert second.startswith("role verifier: who grants it, who cancels its plans is ")

    def test_names_all_holders_given_a_contracts_role_is_held_by_others(
        self, registry: Contracts, differences: Differences, cast: Cast
    ) -> None:
        role = ROLE_IDS["exchange"]
        registry.access.grantRole(role, cast.stranger, 0, sender=cast.administrator)
        holders = ", ".join(sorted([cast.stranger, registry.exchange.address]))
        assert differences() == [
            f"role exchange: held by is {holders}, not {registry.exchange.address}."
        ]

    def test_says_that_nobody_could_pause_given_no_guardian(
        self, access: Contract, differences: Differences, guardian: str, administrator: str
    ) -> None:
        access.revokeRole(ROLE_IDS["guardian"], guardian, sender=administrator)
        assert differences() == ["role guardian: nobody could pause or cancel."]

    def test_names_both_given_another_administrator_beside_the_safe(
        self, differences: Differences, cast: Cast, access: Contract
    ) -> None:
        access.grantRole(0, cast.holder, 0, sender=cast.administrator)
        found = differences(safe=cast.holder)
        both = ", ".join(sorted([cast.administrator, cast.holder]))
        assert f"role administrator: held by is {both}, not {cast.holder}." in found
        assert f"{cast.holder} is no Safe of a known version." in found


class TestTerms:
    """
    given other delays than the terms ask for    it names each
    given no Safe though the terms name one      it says so
    """

    def test_names_each_delay_given_other_terms(self, differences: Differences, cast: Cast) -> None:
        delays = Delays(2 * DAY, DAY, 3 * DAY, {"verifier": DAY})
        found = differences(Terms(delays))
        assert (
            f"role administrator: delay of {cast.administrator} is none, not 2 days, 0:00:00."
            in found
        )
        assert (
            f"role methodology_steward: delay of {cast.steward} is none, not 1 day, 0:00:00."
            in found
        )
        assert "CRU: delay of its role table is none, not 3 days, 0:00:00." in found
        assert "role verifier: delay of grants is none, not 1 day, 0:00:00." in found
        assert len(found) == 3 + len(CONTRACTS)

    def test_tells_what_counts_later_given_a_delay_that_changes(
        self,
        access: Contract,
        deployment: Registry,
        cast: Cast,
        units: Contract,
    ) -> None:
        access.setTargetAdminDelay(units.address, DAY, sender=cast.administrator)
        terms = Terms(replace(Delays(), settings=0))
        (told,) = [one.difference for one in check_delays(deployment, terms) if one.difference]
        assert told.startswith("CRU: delay of its role table is none, 1 day, 0:00:00 from ")

    def test_says_so_given_no_safe_though_the_terms_name_one(
        self, differences: Differences, cast: Cast
    ) -> None:
        asked = Terms(Delays(), SafeTerms(1, (cast.holder,)))
        assert differences(asked) == ["The record tells of no Safe, though the terms ask for one."]


class TestSlots:
    """
    every ERC-7201 namespace of ours    begins in the code where its name says
    """

    def test_begins_where_the_name_says(self, build: Compilation) -> None:
        checked = 0
        for name, layout in layouts(CONTRACTS).items():
            code = build.contract(name)["evm"]["deployedBytecode"]["object"]
            for namespace in layout["namespaces"]:
                identifier = namespace.removeprefix("erc7201:")
                inner = int.from_bytes(keccak(text=identifier)) - 1
                slot = int.from_bytes(keccak(inner.to_bytes(32))) & ~0xFF
                if identifier.startswith("ogcr."):
                    assert f"{slot >> 8:062x}" in code, f"{name}: {identifier}"
                    checked += 1
        assert checked >= len(CONTRACTS) - 1

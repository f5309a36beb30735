"""A registry under the terms of a production network: Safe, delays, first members, one owner."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ape.api import AccountAPI
from ape.managers.chain import ChainManager
from eth_utils import keccak

from scripts.deployment import CONTRACTS, ROLE_IDS, DeploymentError, Registry, deploy_registry
from scripts.governing.delays import grant_delay, target_delay
from scripts.governing.safe import Safe, SafeError, SafeTransaction, safe_of
from scripts.governing.safe_contracts import artefact, canonical_address
from scripts.governing.settlement import settle
from scripts.governing.terms import DEFAULT_DELAYS, SafeTerms, Terms

from .ledger import Compiled, Contract, Ledger, reverts

DAY = 86_400
SETBACK = 5 * DAY
ACCESS = "RegistryAccessControl"


@pytest.fixture
def terms(accounts: list[AccountAPI]) -> Terms:
    """Two of three owners, the delays that every network has, a guardian and a steward."""
    owners = tuple(str(accounts[number].address) for number in (0, 1, 2))
    members = {
        "guardian": (str(accounts[3].address),),
        "methodology_steward": (str(accounts[4].address),),
    }
    return Terms(DEFAULT_DELAYS, SafeTerms(2, owners), members)


def govern(deployer: AccountAPI, terms: Terms, existing: Registry | None = None) -> Registry:
    """Deploy under terms, as `scripts/deploy` does."""

    def put_under_terms(registry: Registry) -> None:
        settle(deployer, registry, terms)
        assert terms.safe
        place = registry.placements[ACCESS].address
        registry.safe = safe_of(deployer, terms.safe, place).address

    return deploy_registry(
        deployer,
        delay=terms.delays.administrator,
        settle=put_under_terms,
        existing=existing.record() if existing else None,
    )


class TestTerms:
    """
    it leaves the Safe the only administrator, behind its delay, and the deployer nothing
    it gives the first members their roles, the steward its delay
    it sets the delays of grants and of the role table, which count five days later
    run again                 it sends nothing
    given a broken-off run    it takes the Safe that was created, and no second one
    """

    def test_leaves_the_safe_alone_in_office(
        self, accounts: list[AccountAPI], ledger: Ledger, terms: Terms
    ) -> None:
        registry = govern(accounts[9], terms)
        access = ledger.contract(ACCESS, registry.placements[ACCESS].address)
        assert registry.safe is not None
        assert access.hasRole(0, registry.safe) == (True, 2 * DAY)
        assert access.hasRole(0, accounts[9].address) == (False, 0)
        assert registry.record()["safe"] == registry.safe

    def test_gives_first_members_their_roles(
        self, accounts: list[AccountAPI], ledger: Ledger, terms: Terms
    ) -> None:
        registry = govern(accounts[9], terms)
        access = ledger.contract(ACCESS, registry.placements[ACCESS].address)
        assert access.hasRole(ROLE_IDS["guardian"], accounts[3].address) == (True, 0)
        assert access.hasRole(ROLE_IDS["methodology_steward"], accounts[4].address) == (True, DAY)

    def test_sets_delays_that_count_five_days_later(
        self, accounts: list[AccountAPI], ledger: Ledger, terms: Terms
    ) -> None:
        registry = govern(accounts[9], terms)
        access = ledger.contract(ACCESS, registry.placements[ACCESS].address)
        units, administrator = registry.placements["CRU"].address, ROLE_IDS["administrator"]
        waiting = target_delay(access.address, units), grant_delay(access.address, administrator)
        assert [(one.now, one.later) for one in waiting] == [(0, 2 * DAY)] * 2
        assert access.getTargetAdminDelay(units) == 0
        ledger.wait(SETBACK)
        assert {access.getTargetAdminDelay(registry.placements[n].address) for n in CONTRACTS} == {
            2 * DAY
        }
        granted = {role: access.getRoleGrantDelay(ROLE_IDS[role]) for role in ROLE_IDS}
        assert {role: d for role, d in granted.items() if d} == dict(terms.delays.grants)
        settled = target_delay(access.address, units)
        assert (settled.now, settled.later, settled.since) == (2 * DAY, 2 * DAY, 0)

    def test_sends_nothing_when_run_again(
        self, accounts: list[AccountAPI], chain: ChainManager, terms: Terms
    ) -> None:
        registry = govern(accounts[9], terms)
        before = chain.blocks.height
        again = govern(accounts[9], terms, registry)
        assert (chain.blocks.height, again.safe) == (before, registry.safe)

    def test_takes_the_safe_of_a_run_that_broke_off(
        self, accounts: list[AccountAPI], terms: Terms
    ) -> None:
        assert terms.safe is not None
        registry = deploy_registry(accounts[9])
        place = registry.placements[ACCESS].address
        first = safe_of(accounts[9], terms.safe, place)
        assert govern(accounts[9], terms, registry).safe == first.address

    def test_keeps_the_deployer_in_office_while_the_safe_is_not(
        self, accounts: list[AccountAPI], ledger: Ledger, terms: Terms
    ) -> None:
        registry = deploy_registry(accounts[9])
        settle(accounts[9], registry, terms)
        ledger.wait(SETBACK)
        with pytest.raises(DeploymentError, match=r"administrates from .* UTC on"):
            govern(accounts[9], terms, registry)
        access = ledger.contract(ACCESS, registry.placements[ACCESS].address)
        assert access.hasRole(0, accounts[9].address) == (True, 0)
        ledger.wait(2 * DAY)
        assert govern(accounts[9], terms, registry).safe


class TestSafe:
    """
    it is the official code, which has one address on every chain
    it acts with as many signatures as its threshold, and not with fewer
    given an account that only says it is a Safe    it is refused
    given another threshold, owners, or a module    it is refused, saying so
    """

    @pytest.fixture
    def safe(self, accounts: list[AccountAPI], terms: Terms) -> Safe:
        """A Safe of two among the accounts 0, 1 and 2."""
        assert terms.safe is not None
        return safe_of(accounts[9], terms.safe, str(accounts[8].address))

    def test_is_the_official_code(self) -> None:
        # From the change log of the Safe's own release 1.5.0.
        assert artefact("SafeL2")["contractName"] == "SafeL2"
        assert canonical_address("Safe") == "0xFf51A5898e281Db6DfC7855790607438dF2ca44b"
        assert canonical_address("SafeL2") == "0xEdd160fEBBD92E350D4D398fb636302fccd67C7e"
        assert canonical_address("SafeProxyFactory") == "0x14F2982D601c9458F93bd70B218933A6f8165e7b"

    def test_has_the_owners_and_the_threshold_of_the_terms(self, safe: Safe, terms: Terms) -> None:
        assert terms.safe is not None
        assert (safe.version, safe.threshold) == ("1.5.0+L2", 2)
        assert sorted(safe.owners) == sorted(terms.safe.owners)
        assert list(safe.faults(terms.safe)) == []

    def test_hashes_as_the_contract_does(self, safe: Safe, accounts: list[AccountAPI]) -> None:
        transaction = SafeTransaction(str(accounts[5].address), b"\x12\x34", 7)
        signable = safe.signable(transaction)
        digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
        assert "0x" + digest.hex() == safe.hash_of(transaction)

    def test_acts_with_its_threshold_and_not_with_less(
        self, safe: Safe, accounts: list[AccountAPI], ledger: Ledger, units: Contract
    ) -> None:
        call = units.calldata("setApprovalForAll", accounts[5].address, True)
        transaction = SafeTransaction(units.address, call, safe.nonce)
        signatures = {}
        for number in (2, 0):
            signature = accounts[number].sign_message(safe.signable(transaction))
            assert signature is not None
            signatures[int(str(accounts[number].address), 16)] = bytes(signature.encode_rsv())
        joined = [signature for _, signature in sorted(signatures.items())]
        contract = official(ledger, safe.address)
        arguments = transaction.arguments()
        with reverts("Error", "GS020"):
            contract.execTransaction(*arguments, joined[0], sender=str(accounts[7].address))
        contract.execTransaction(*arguments, b"".join(joined), sender=str(accounts[7].address))
        assert units.isApprovedForAll(safe.address, accounts[5].address)

    def test_is_refused_given_an_account_that_only_says_so(
        self, accounts: list[AccountAPI], safe: Safe, units: Contract
    ) -> None:
        for pretender in (units.address, str(accounts[6].address)):
            with pytest.raises(SafeError, match=f"{pretender} is no Safe of version"):
                safe_of(accounts[9], SafeTerms(2, (), pretender), units.address)

    def test_is_refused_given_another_threshold_or_owners(
        self, accounts: list[AccountAPI], safe: Safe, terms: Terms
    ) -> None:
        assert terms.safe is not None
        asked = replace(terms.safe, address=safe.address, threshold=3)
        with pytest.raises(SafeError, match="asks for 2 signatures, not 3"):
            safe_of(accounts[9], asked, safe.address)
        others = replace(terms.safe, address=safe.address, owners=terms.safe.owners[:2])
        with pytest.raises(SafeError, match=f"The Safe {safe.address} is owned by"):
            safe_of(accounts[9], others, safe.address)

    def test_is_refused_given_a_module_that_acts_without_owners(
        self, accounts: list[AccountAPI], safe: Safe, ledger: Ledger, units: Contract
    ) -> None:
        contract = official(ledger, safe.address)
        ledger.rpc("anvil_setBalance", [safe.address, hex(10**18)])
        contract.enableModule(units.address, sender=safe.address)
        with pytest.raises(
            SafeError, match=f"modules that act without its owners: {units.address}"
        ):
            safe_of(accounts[9], SafeTerms(2, (), safe.address), units.address)


def official(ledger: Ledger, address: str) -> Contract:
    """The Safe at an address, called as tests call contracts; it reverts with `Error(string)`."""
    text = {"name": "message", "type": "string"}
    abi = [*artefact("SafeL2")["abi"], {"type": "error", "name": "Error", "inputs": [text]}]
    known = Ledger(ledger.rpc, {**ledger.compiled, "SafeL2": Compiled(abi, b"", b"")})
    return known.contract("SafeL2", address)

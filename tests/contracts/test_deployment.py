"""The registry as deployed: wired, recorded, handed over, and left alone by a second run."""

from __future__ import annotations

import re

import pytest
from ape.api import AccountAPI
from ape.managers.chain import ChainManager
from eth_utils import to_checksum_address

from scripts.deployment import (
    CONTRACTS,
    FORWARDER,
    FUNCTION_ROLES,
    ROLE_IDS,
    DeploymentError,
    Record,
    Registry,
    deploy_registry,
)

from .ledger import CONTRACTS_FOLDER, Ledger, reverts
from .samples import ZERO_ADDRESS, Contracts

DAY = 86_400
_ROLE = re.compile(r"(\w+) = (\d+);")


class TestRecord:
    """
    it names every contract with its proxy, its code and the block in which the proxy began
    """

    def test_names_every_contract_when_deployed(self, deployment: Registry, ledger: Ledger) -> None:
        record = deployment.record()
        assert (record["chain_id"], record["forwarder"]) == (
            31337,
            record["contracts"][FORWARDER]["address"],
        )
        assert tuple(record["contracts"]) == (FORWARDER, *CONTRACTS)
        blocks = [entry["block"] for entry in record["contracts"].values()]
        assert blocks == sorted(set(blocks))

    def test_gives_the_block_of_the_proxys_creation_when_deployed(
        self, deployment: Registry, ledger: Ledger
    ) -> None:
        for entry in deployment.record()["contracts"].values():
            receipts = ledger.rpc("eth_getBlockReceipts", [hex(entry["block"])])["result"]
            created = {
                to_checksum_address(one["contractAddress"] or ZERO_ADDRESS) for one in receipts
            }
            assert entry["address"] in created

    def test_gives_the_roles_of_the_contracts_own_list_when_compared(self) -> None:
        source = (CONTRACTS_FOLDER / "libraries/Roles.sol").read_text()
        declared = {word.lower(): int(value) for word, value in _ROLE.findall(source)}
        assert {**declared, "public": 2**64 - 1} == ROLE_IDS

    def test_labels_every_role_when_the_access_manager_begins(
        self, deployment: Registry, registry: Contracts, ledger: Ledger
    ) -> None:
        block = hex(deployment.placements["RegistryAccessControl"].block)
        wanted = {"address": registry.access.address, "fromBlock": block, "toBlock": block}
        events = [ledger.event(log) for log in ledger.rpc("eth_getLogs", [wanted])["result"]]
        named = [event.arguments for event in events if event.name == "RoleLabel"]
        labels = {one["label"]: one["roleId"] for one in named}
        assert {**labels, "public": 2**64 - 1} == ROLE_IDS


class TestWiring:
    """
    it gives each contract the role that it alone holds, and connects the units to MRVRegistry
    it names every contract by its real functions
    """

    def test_connects_the_units_when_deployed(self, registry: Contracts) -> None:
        held = {"issuer": "reports", "reversal_ledger": "reversals", "exchange": "exchange"}
        for role, holder in held.items():
            members = {
                name
                for name, contract in registry._asdict().items()
                if registry.access.hasRole(ROLE_IDS[role], contract.address) == (True, 0)
            }
            assert members == {holder}
        assert registry.reports.units() == registry.units.address
        assert registry.projects.methodologies() == registry.methodologies.address

    def test_stands_under_the_access_manager_when_deployed(self, registry: Contracts) -> None:
        assert {module.authority() for module in registry[1:]} == {registry.access.address}

    def test_names_each_function_once_when_compared(self, registry: Contracts) -> None:
        for contract, roles in zip(registry, FUNCTION_ROLES.values(), strict=True):
            named = [function for functions in roles.values() for function in functions]
            assert len(named) == len(set(named))
            assert set(named) <= {one["name"] for one in contract.mutable()}


class TestSecondRun:
    """
    given the record is complete                  it sends nothing and gives the same record
    given a broken run's record                   it goes on where that stopped
    given the record lacks one in between         it says so
    given the code at an address is not ours      it says so
    given the record is of another chain          it says so
    """

    def test_sends_nothing_given_the_record_is_complete(
        self, accounts: list[AccountAPI], deployment: Registry, chain: ChainManager
    ) -> None:
        before = chain.blocks.height
        again = deploy_registry(accounts[0], existing=deployment.record())
        assert again.record() == deployment.record()
        assert chain.blocks.height == before

    def test_goes_on_where_it_stopped_given_a_broken_run(self, accounts: list[AccountAPI]) -> None:
        saved: list[Record] = []

        def break_at_the_third(record: Record) -> None:
            saved.append(record)
            if len(saved) == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            deploy_registry(accounts[4], save=break_at_the_third)
        finished = deploy_registry(accounts[4], existing=saved[-1]).record()
        assert saved[-1]["contracts"].items() <= finished["contracts"].items()
        assert tuple(finished["contracts"]) == (FORWARDER, *CONTRACTS)

    def test_says_so_given_the_record_lacks_what_others_are_linked_to(
        self, accounts: list[AccountAPI], deployment: Registry
    ) -> None:
        record = deployment.record()
        del record["contracts"]["ProjectRegistry"]
        with pytest.raises(DeploymentError, match="lacks ProjectRegistry, which later ones"):
            deploy_registry(accounts[0], existing=record)

    @pytest.mark.parametrize("name", CONTRACTS)
    def test_says_so_given_the_recorded_address_is_not_ours(
        self, accounts: list[AccountAPI], deployment: Registry, name: str
    ) -> None:
        record = deployment.record()
        record["contracts"][name]["address"] = accounts[3].address
        with pytest.raises(DeploymentError, match=f"{name} is recorded at {accounts[3].address}"):
            deploy_registry(accounts[0], existing=record)

    def test_says_so_given_the_code_is_of_another_contract(
        self, accounts: list[AccountAPI], deployment: Registry
    ) -> None:
        record = deployment.record()
        contracts = record["contracts"]
        contracts["CRU"] = contracts["MRVRegistry"]
        with pytest.raises(DeploymentError, match="CRU runs other code at 0x"):
            deploy_registry(accounts[0], existing=record)

    def test_names_both_chains_given_the_record_is_of_another(
        self, accounts: list[AccountAPI], deployment: Registry
    ) -> None:
        record = {**deployment.record(), "chain_id": 1}
        with pytest.raises(DeploymentError, match="of chain 1, the node is on 31337"):
            deploy_registry(accounts[0], existing=record)


class TestForwarder:
    """
    when none is named                     ours is deployed first, and every module trusts it alone
    given one of ours that is there        it is taken and recorded
    given another one, or none at all      the record names no contract of ours
    given the record has another           it says so
    given the code there is not ours       it says so
    """

    def test_is_trusted_by_every_module_when_none_is_named(
        self, deployment: Registry, registry: Contracts
    ) -> None:
        for module in registry[1:]:
            assert module.trustedForwarder() == deployment.forwarder

    def test_is_taken_given_one_of_ours(
        self, accounts: list[AccountAPI], deployment: Registry
    ) -> None:
        other = deploy_registry(accounts[4], forwarder=deployment.forwarder)
        assert other.record()["contracts"][FORWARDER]["address"] == deployment.forwarder
        assert other["CRU"].trustedForwarder() == deployment.forwarder

    @pytest.mark.parametrize("forwarder", [ZERO_ADDRESS, "0x" + "12" * 20])
    def test_is_not_recorded_as_ours_given_another(
        self, accounts: list[AccountAPI], forwarder: str
    ) -> None:
        registry = deploy_registry(accounts[4], forwarder=forwarder)
        assert registry.record()["forwarder"] == registry["CRU"].trustedForwarder() == forwarder
        assert tuple(registry.record()["contracts"]) == tuple(CONTRACTS)

    def test_says_so_given_the_record_has_another(
        self, accounts: list[AccountAPI], deployment: Registry
    ) -> None:
        with pytest.raises(DeploymentError, match=f"has the forwarder {deployment.forwarder}, not"):
            deploy_registry(accounts[0], forwarder=ZERO_ADDRESS, existing=deployment.record())

    def test_says_so_given_the_code_there_is_not_ours(
        self, accounts: list[AccountAPI], deployment: Registry
    ) -> None:
        record = deployment.record()
        record["contracts"][FORWARDER]["address"] = accounts[3].address
        with pytest.raises(DeploymentError, match=f"{FORWARDER} runs other code at"):
            deploy_registry(accounts[0], existing=record)


class TestHandOver:
    """
    given another administrator    it alone administrates, with its delay, and the deployer nothing
    when run again afterwards      it sends nothing, or says that the deployer may not
    """

    def test_leaves_the_deployer_nothing_given_another_administrator(
        self, accounts: list[AccountAPI], ledger: Ledger
    ) -> None:
        deployer, administrator = accounts[4], accounts[5]
        registry = deploy_registry(deployer, administrator=administrator.address, delay=2 * DAY)
        placed = registry.placements["RegistryAccessControl"]
        access = ledger.contract("RegistryAccessControl", placed.address)
        assert access.hasRole(ROLE_IDS["administrator"], administrator.address) == (True, 2 * DAY)
        assert access.hasRole(ROLE_IDS["administrator"], deployer.address) == (False, 0)
        with reverts("AccessManagerUnauthorizedAccount", deployer.address, 0):
            access.grantRole(ROLE_IDS["developer"], deployer.address, 0, sender=deployer.address)

    def test_sends_nothing_when_run_again_after_the_hand_over(
        self, accounts: list[AccountAPI], ledger: Ledger, chain: ChainManager
    ) -> None:
        deployer = accounts[4]
        registry = deploy_registry(deployer, administrator=accounts[5].address, delay=DAY)
        before = chain.blocks.height
        deploy_registry(deployer, existing=registry.record())
        assert chain.blocks.height == before

    def test_says_so_given_the_deployer_may_no_longer_wire(
        self, accounts: list[AccountAPI], ledger: Ledger
    ) -> None:
        deployer, administrator = accounts[4], accounts[5]
        registry = deploy_registry(deployer, administrator=administrator.address)
        access = registry["RegistryAccessControl"]
        role = ROLE_IDS["issuer"]
        access.revokeRole(role, registry["MRVRegistry"].address, sender=administrator)
        with pytest.raises(
            DeploymentError, match=f"{deployer.address} may not make the 1 settings"
        ):
            deploy_registry(deployer, existing=registry.record())
        deploy_registry(administrator, existing=registry.record())
        assert access.hasRole(role, registry["MRVRegistry"].address) == (True, 0)

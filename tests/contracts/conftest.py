"""The cast, a registry deployed once a session, and a clean chain for every test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from ape.api import AccountAPI
from ape.managers.chain import ChainManager
from ape.managers.project import ProjectManager
from eth_utils import keccak, to_checksum_address
from ethpm_types import ContractType

from scripts.deployment import CONTRACTS, FORWARDER, ROLE_IDS, Registry, deploy_registry

from .ledger import Compiled, Contract, Ledger
from .permissions import MANAGER
from .reporting import Reporting
from .reversing import Reversing
from .samples import Accreditation, Cast, Contracts, Stage, accredit
from .signing import Signing
from .visits import FollowedLedger

#: Ape has ten test accounts, all of them cast already.
STEWARD = to_checksum_address(keccak(text="methodology steward")[-20:])


@pytest.fixture(scope="session")
def ledger(project: ProjectManager, chain: ChainManager) -> Iterator[Ledger]:
    """The node that Ape started, with every compiled ABI known."""
    # Ape itself would compile files of types alone each time, and write its manifest anew, which
    # is not there meanwhile for whatever else reads it: tests of other rooms, in other processes.
    subprocess.run(["scripts/compile"], check=True)
    types = project.load_manifest().contract_types or {}
    compiled = {name: _compiled(one) for name, one in types.items()}
    rpc = chain.provider.web3.provider.make_request
    if path := os.environ.get("OGCR_COVERAGE"):
        followed = FollowedLedger(rpc, compiled).follow()
        yield followed
        followed.write(Path(path))
    else:
        yield Ledger(rpc, compiled)


def _compiled(artefact: ContractType) -> Compiled:
    abi = [one.model_dump(mode="json", by_alias=True) for one in artefact.abi]
    initcode, code = artefact.get_deployment_bytecode(), artefact.get_runtime_bytecode()
    return Compiled(abi, bytes(initcode or b""), bytes(code or b""))


@pytest.fixture(scope="session")
def cast(accounts: list[AccountAPI], ledger: Ledger) -> Cast:
    order = (0, 1, 2, 3, 6, 4, 7, 8, 9)
    ledger.rpc("anvil_setBalance", [STEWARD, hex(10**21)])
    return Cast(*(accounts[index].address for index in order), STEWARD, accounts[5].address)


@pytest.fixture(scope="session")
def deployment(accounts: list[AccountAPI]) -> Registry:
    """The registry as `scripts/deploy` puts it up, by the same code."""
    return deploy_registry(accounts[0])


@pytest.fixture(scope="session")
def registry(deployment: Registry, ledger: Ledger, cast: Cast) -> Contracts:
    """The contracts, every role granted to its namesakes of the cast, judges accredited."""
    placed = deployment.placements
    contracts = Contracts(*(ledger.contract(name, placed[name].address) for name in CONTRACTS))
    members = {
        "registry_operator": [cast.operator],
        "developer": [cast.developer, cast.other_developer],
        "validator": [cast.validator, cast.other_validator],
        "verifier": [cast.verifier],
        "guardian": [cast.guardian],
        "methodology_steward": [cast.steward],
    }
    for role, accounts in members.items():
        for account in accounts:
            contracts.access.grantRole(ROLE_IDS[role], account, 0, sender=cast.administrator)
    for who in ("developer", "other_developer", "validator", "other_validator", "verifier"):
        account, organisation = getattr(cast, who), keccak(text=f"organisation of the {who}")
        contracts.access.setOrganisation(account, organisation, sender=cast.operator)
    for role in ("validator", "verifier"):
        for account in members[role]:
            accredit(contracts.access, account, role, cast.operator, Accreditation())
    return contracts


@pytest.fixture(autouse=True)
def clean_chain(registry: Contracts, ledger: Ledger) -> Iterator[None]:
    """Undo whatever the test did."""
    snapshot = ledger.snapshot()
    yield
    ledger.restore(snapshot)


@pytest.fixture(scope="session")
def callers(cast: Cast, registry: Contracts) -> Mapping[str, str]:
    """One caller for every role, and the manager itself calling without `execute`."""
    contracts = {
        "issuer": registry.reports.address,
        "reversal_ledger": registry.reversals.address,
        "exchange": registry.exchange.address,
        MANAGER: registry.access.address,
    }
    held = {**cast._asdict(), **contracts}
    return {who: address for who, address in held.items() if not who.startswith("other_")}


@pytest.fixture(scope="session")
def forwarder(deployment: Registry, ledger: Ledger) -> Contract:
    """The forwarder that every module trusts."""
    return ledger.contract(FORWARDER, deployment.placements[FORWARDER].address)


@pytest.fixture(scope="session")
def signing(forwarder: Contract, deployment: Registry) -> Signing:
    return Signing(forwarder, deployment.chain_id)


@pytest.fixture
def target(ledger: Ledger, stranger: str) -> Contract:
    """Takes any action from any forwarder."""
    return ledger.deploy("ActionTarget", sender=stranger)


@pytest.fixture(scope="session")
def stage(registry: Contracts, cast: Cast) -> Stage:
    return Stage(registry, cast)


@pytest.fixture(scope="session")
def reporting(stage: Stage) -> Reporting:
    return Reporting(stage)


@pytest.fixture
def reversing(reporting: Reporting) -> Reversing:
    return Reversing(reporting)


@pytest.fixture(scope="session")
def access(registry: Contracts) -> Contract:
    return registry.access


@pytest.fixture(scope="session")
def methodologies(registry: Contracts) -> Contract:
    return registry.methodologies


@pytest.fixture(scope="session")
def projects(registry: Contracts) -> Contract:
    return registry.projects


@pytest.fixture(scope="session")
def reports(registry: Contracts) -> Contract:
    return registry.reports


@pytest.fixture(scope="session")
def units(registry: Contracts) -> Contract:
    return registry.units


@pytest.fixture(scope="session")
def reversals(registry: Contracts) -> Contract:
    return registry.reversals


@pytest.fixture(scope="session")
def exchange(registry: Contracts) -> Contract:
    return registry.exchange


@pytest.fixture
def today(ledger: Ledger) -> int:
    """UTC day number of the latest block."""
    return ledger.today


def _one_of_the_cast(who: str) -> Callable[[Cast], str]:
    @pytest.fixture(scope="session", name=who)
    def member(cast: Cast) -> str:
        return str(getattr(cast, who))

    return member


administrator = _one_of_the_cast("administrator")
operator = _one_of_the_cast("operator")
developer = _one_of_the_cast("developer")
other_developer = _one_of_the_cast("other_developer")
validator = _one_of_the_cast("validator")
other_validator = _one_of_the_cast("other_validator")
verifier = _one_of_the_cast("verifier")
holder = _one_of_the_cast("holder")
guardian = _one_of_the_cast("guardian")
steward = _one_of_the_cast("steward")
stranger = _one_of_the_cast("stranger")

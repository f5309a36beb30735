"""Upgrades: by the administrator alone, behind its delay, with what was stored left intact."""

from __future__ import annotations

import pytest

from scripts.deployment import CONTRACTS, Registry

from .ledger import Contract, Ledger, reverts
from .samples import ZERO_ADDRESS, Contracts, ProjectStatus, Stage

DAY = 86_400
ADMINISTRATOR = 0
FIELDS = dict(zip(Contracts._fields, CONTRACTS, strict=True))
MODULES = ("methodologies", "projects", "reports", "units", "reversals", "exchange")


@pytest.fixture
def later(ledger: Ledger, administrator: str) -> Contract:
    """A later `ProjectRegistry`, deployed and not yet in use."""
    return ledger.deploy("ProjectRegistryV2", ZERO_ADDRESS, sender=administrator)


class TestInitialize:
    """
    given the proxy is initialized            it reverts
    given the implementation itself           it reverts: it can never be anybody's
    when a linked address is zero             it reverts
    when the access manager is no contract    it reverts, naming the address
    """

    @pytest.mark.parametrize("field", FIELDS)
    def test_reverts_given_the_proxy_is_initialized(
        self, registry: Contracts, stranger: str, field: str
    ) -> None:
        self._initialize(getattr(registry, field), stranger)

    @pytest.mark.parametrize("field", FIELDS)
    def test_reverts_given_the_implementation_itself(
        self, deployment: Registry, ledger: Ledger, stranger: str, field: str
    ) -> None:
        name = FIELDS[field]
        self._initialize(
            ledger.contract(name, deployment.placements[name].implementation), stranger
        )

    def _initialize(self, contract: Contract, stranger: str) -> None:
        (declared,) = contract.overloads("initialize")
        with reverts("InvalidInitialization"):
            contract.initialize(*[stranger] * len(declared["inputs"]), sender=stranger)

    @pytest.mark.parametrize(
        ("field", "zero"),
        [
            ("projects", 1),
            ("reversals", 1),
            ("reversals", 2),
            ("exchange", 1),
        ],
    )
    def test_reverts_when_a_linked_address_is_zero(
        self, registry: Contracts, ledger: Ledger, stranger: str, field: str, zero: int
    ) -> None:
        name = FIELDS[field]
        implementation = ledger.deploy(name, ZERO_ADDRESS, sender=stranger)
        (declared,) = implementation.overloads("initialize")
        linked = [registry.access.address, *[stranger] * (len(declared["inputs"]) - 1)]
        linked[zero] = ZERO_ADDRESS
        data = implementation.calldata("initialize", *linked)
        with reverts(f"{name}ZeroAddress"):
            ledger.deploy("RegistryProxy", implementation.address, data, sender=stranger)

    @pytest.mark.parametrize("module", MODULES)
    def test_reverts_when_the_access_manager_has_no_code(
        self, ledger: Ledger, stranger: str, module: str
    ) -> None:
        implementation = ledger.deploy(FIELDS[module], ZERO_ADDRESS, sender=stranger)
        (declared,) = implementation.overloads("initialize")
        data = implementation.calldata("initialize", *[stranger] * len(declared["inputs"]))
        with reverts("AccessManagedInvalidAuthority", stranger):
            ledger.deploy("RegistryProxy", implementation.address, data, sender=stranger)


class TestUpgrade:
    """
    when anybody but the administrator asks    it reverts, naming the caller
    when the new code is no UUPS contract      it reverts, naming it
    otherwise                                  the new code runs on the old state
    """

    @pytest.mark.parametrize("who", ["operator", "guardian", "developer", "stranger"])
    @pytest.mark.parametrize("module", MODULES)
    def test_reverts_when_another_than_the_administrator_asks(
        self,
        request: pytest.FixtureRequest,
        registry: Contracts,
        later: Contract,
        who: str,
        module: str,
    ) -> None:
        caller = request.getfixturevalue(who)
        with reverts("AccessManagedUnauthorized", caller):
            getattr(registry, module).upgradeToAndCall(later.address, b"", sender=caller)

    def test_reverts_when_a_stranger_asks_the_access_manager(
        self, access: Contract, later: Contract, stranger: str
    ) -> None:
        with reverts("AccessManagerUnauthorizedAccount", stranger, ADMINISTRATOR):
            access.upgradeToAndCall(later.address, b"", sender=stranger)

    @pytest.mark.parametrize("field", FIELDS)
    def test_reverts_when_the_new_code_is_no_uups_contract(
        self, registry: Contracts, ledger: Ledger, administrator: str, field: str
    ) -> None:
        other = ledger.deploy("TrustingForwarder", sender=administrator)
        with reverts("ERC1967InvalidImplementation", other.address):
            getattr(registry, field).upgradeToAndCall(other.address, b"", sender=administrator)

    @pytest.mark.parametrize("field", FIELDS)
    def test_runs_the_new_code_when_the_administrator_asks(
        self, registry: Contracts, ledger: Ledger, administrator: str, field: str
    ) -> None:
        arguments = () if field == "access" else (ZERO_ADDRESS,)
        new = ledger.deploy(FIELDS[field], *arguments, sender=administrator)
        contract: Contract = getattr(registry, field)
        receipt = contract.upgradeToAndCall(new.address, b"", sender=administrator)
        assert receipt.named("Upgraded") == [{"implementation": new.address}]

    def test_keeps_the_state_when_the_storage_grows(
        self,
        projects: Contract,
        stage: Stage,
        ledger: Ledger,
        later: Contract,
        administrator: str,
        stranger: str,
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        before = projects.project(project_id)
        data = later.calldata("initializeV2", 2)
        projects.upgradeToAndCall(later.address, data, sender=administrator)
        upgraded = ledger.contract("ProjectRegistryV2", projects.address)
        assert (upgraded.generation(), upgraded.project(project_id)) == (2, before)
        with reverts("InvalidInitialization"):
            upgraded.initializeV2(3, sender=stranger)
        stage.validate(project_id, before.pddHash)
        assert upgraded.project(project_id).status == ProjectStatus.Validated


class TestDelay:
    """
    given the administrator has a delay
        when it upgrades unscheduled                 it reverts
        when it upgrades before the delay is over    it reverts
        when the delay is over                       it upgrades, once
        when the plan has expired                    it reverts
        when a pause is wanted                       the guardian pauses at once
    """

    @pytest.fixture(autouse=True)
    def delay(self, access: Contract, administrator: str) -> None:
        access.grantRole(ADMINISTRATOR, administrator, 2 * DAY, sender=administrator)

    @pytest.fixture
    def upgrade(self, later: Contract, projects: Contract) -> bytes:
        """The call that is to be made."""
        return projects.calldata("upgradeToAndCall", later.address, b"")

    @pytest.fixture
    def plan(
        self, access: Contract, projects: Contract, upgrade: bytes, administrator: str
    ) -> bytes:
        """The operation id of the scheduled call."""
        access.schedule(projects.address, upgrade, 0, sender=administrator)
        identity: bytes = access.hashOperation(administrator, projects.address, upgrade)
        return identity

    def test_reverts_when_unscheduled(
        self,
        access: Contract,
        projects: Contract,
        later: Contract,
        upgrade: bytes,
        administrator: str,
    ) -> None:
        identity = access.hashOperation(administrator, projects.address, upgrade)
        with reverts("AccessManagerNotScheduled", identity):
            projects.upgradeToAndCall(later.address, b"", sender=administrator)

    def test_reverts_when_the_delay_is_not_over(
        self, projects: Contract, ledger: Ledger, later: Contract, plan: bytes, administrator: str
    ) -> None:
        ledger.wait(2 * DAY - 60)
        with reverts("AccessManagerNotReady", plan):
            projects.upgradeToAndCall(later.address, b"", sender=administrator)

    def test_upgrades_once_when_the_delay_is_over(
        self,
        projects: Contract,
        stage: Stage,
        ledger: Ledger,
        later: Contract,
        plan: bytes,
        administrator: str,
    ) -> None:
        project_id = stage.project()
        before = projects.project(project_id)
        ledger.wait(2 * DAY)
        projects.upgradeToAndCall(later.address, b"", sender=administrator)
        upgraded = ledger.contract("ProjectRegistryV2", projects.address)
        assert (upgraded.generation(), upgraded.project(project_id)) == (0, before)
        with reverts("AccessManagerNotScheduled", plan):
            projects.upgradeToAndCall(later.address, b"", sender=administrator)

    def test_upgrades_through_execute_when_the_delay_is_over(
        self,
        access: Contract,
        projects: Contract,
        ledger: Ledger,
        upgrade: bytes,
        plan: bytes,
        administrator: str,
    ) -> None:
        ledger.wait(2 * DAY)
        receipt = access.execute(projects.address, upgrade, sender=administrator)
        assert receipt.named("OperationExecuted") == [{"operationId": plan, "nonce": 1}]
        assert ledger.contract("ProjectRegistryV2", projects.address).generation() == 0

    def test_reverts_when_the_plan_has_expired(
        self, projects: Contract, ledger: Ledger, later: Contract, plan: bytes, administrator: str
    ) -> None:
        ledger.wait(9 * DAY)
        with reverts("AccessManagerExpired", plan):
            projects.upgradeToAndCall(later.address, b"", sender=administrator)

    def test_delays_the_access_manager_itself_when_upgraded(
        self, access: Contract, ledger: Ledger, administrator: str
    ) -> None:
        new = ledger.deploy("RegistryAccessControl", sender=administrator)
        data = access.calldata("upgradeToAndCall", new.address, b"")
        identity = access.hashOperation(administrator, access.address, data)
        with reverts("AccessManagerNotScheduled", identity):
            access.upgradeToAndCall(new.address, b"", sender=administrator)
        access.schedule(access.address, data, 0, sender=administrator)
        ledger.wait(2 * DAY)
        access.upgradeToAndCall(new.address, b"", sender=administrator)
        assert access.hasRole(ADMINISTRATOR, administrator) == (True, 2 * DAY)

    def test_delays_grants_and_the_role_table_when_they_change(
        self, access: Contract, projects: Contract, administrator: str, stranger: str
    ) -> None:
        grant = access.calldata("grantRole", 1, stranger, 0)
        planned = access.hashOperation(administrator, access.address, grant)
        with reverts("AccessManagerNotScheduled", planned):
            access.grantRole(1, stranger, 0, sender=administrator)
        table = access.calldata("setTargetFunctionRole", projects.address, [b"\0" * 4], 1)
        planned = access.hashOperation(administrator, access.address, table)
        with reverts("AccessManagerNotScheduled", planned):
            access.setTargetFunctionRole(projects.address, [b"\0" * 4], 1, sender=administrator)

    def test_pauses_at_once_when_the_guardian_asks(self, projects: Contract, guardian: str) -> None:
        projects.pause(sender=guardian)
        assert projects.paused()

"""Delays and the guardian: what waits, who may stop it while it waits, and what nobody may stop."""

from __future__ import annotations

import pytest

from .ledger import Contract, Ledger, reverts
from .samples import Contracts, MethodologyStatus, Stage

DAY = 86_400
ADMINISTRATOR, OPERATOR, GUARDIAN, STEWARD = 0, 1, 5, 9
#: Names of contracts that the administrator's plans are about, as fields of `Contracts`.
UPGRADED = ("access", "methodologies", "projects", "reports", "units")


class Plans:
    """Calls that an account with a delay schedules at the access manager."""

    def __init__(self, access: Contract, caller: str) -> None:
        self.access = access
        self.caller = caller

    def schedule(self, target: Contract, function: str, *arguments: object) -> tuple[bytes, bytes]:
        """Schedule a call; gives its operation id and its calldata."""
        data = target.calldata(function, *arguments)
        self.access.schedule(target.address, data, 0, sender=self.caller)
        return self.access.hashOperation(self.caller, target.address, data), data

    def cancel(self, target: Contract, data: bytes, by: str) -> list[dict[str, object]]:
        """Cancel a scheduled call; gives what was emitted."""
        receipt = self.access.cancel(self.caller, target.address, data, sender=by)
        return receipt.named("OperationCanceled")


@pytest.fixture
def plans(access: Contract, administrator: str) -> Plans:
    """The administrator's plans, behind a delay of two days."""
    access.grantRole(ADMINISTRATOR, administrator, 2 * DAY, sender=administrator)
    return Plans(access, administrator)


class TestCancel:
    """
    when a guardian cancels
        a plan to upgrade any contract               it is gone, and an event says so
        a plan to grant or revoke another role       it is gone
        a plan to change who may call a function     it is gone
        a plan to remove a guardian, itself or not   it reverts
    when the administrator cancels                   it is gone, also the removal of a guardian
    when anybody else cancels                        it reverts
    """

    @pytest.mark.parametrize("field", UPGRADED)
    def test_ends_an_upgrade_when_a_guardian_cancels(
        self, registry: Contracts, plans: Plans, guardian: str, field: str
    ) -> None:
        target: Contract = getattr(registry, field)
        identity, data = plans.schedule(target, "upgradeToAndCall", registry.units.address, b"")
        assert plans.cancel(target, data, guardian) == [{"operationId": identity, "nonce": 1}]
        with reverts("AccessManagerNotScheduled", identity):
            target.upgradeToAndCall(registry.units.address, b"", sender=plans.caller)

    @pytest.mark.parametrize(
        ("function", "arguments"),
        [
            ("grantRole", (ADMINISTRATOR, "stranger", 0)),
            ("grantRole", (GUARDIAN, "stranger", 0)),
            ("revokeRole", (OPERATOR, "operator")),
            ("setRoleAdmin", (OPERATOR, OPERATOR)),
            ("setRoleGuardian", (OPERATOR, ADMINISTRATOR)),
            ("setGrantDelay", (OPERATOR, 0)),
            ("labelRole", (OPERATOR, "another")),
        ],
    )
    def test_ends_a_change_of_roles_when_a_guardian_cancels(
        self,
        request: pytest.FixtureRequest,
        access: Contract,
        plans: Plans,
        guardian: str,
        function: str,
        arguments: tuple[object, ...],
    ) -> None:
        accounts = ("stranger", "operator")
        named = [request.getfixturevalue(a) if a in accounts else a for a in arguments]
        identity, data = plans.schedule(access, function, *named)
        assert plans.cancel(access, data, guardian) == [{"operationId": identity, "nonce": 1}]

    def test_ends_a_change_of_the_role_table_when_a_guardian_cancels(
        self, access: Contract, units: Contract, plans: Plans, guardian: str
    ) -> None:
        change = (units.address, [units.selector("pause")], ADMINISTRATOR)
        identity, data = plans.schedule(access, "setTargetFunctionRole", *change)
        assert plans.cancel(access, data, guardian) == [{"operationId": identity, "nonce": 1}]

    def test_reverts_when_a_guardian_cancels_its_own_removal(
        self, access: Contract, plans: Plans, ledger: Ledger, guardian: str
    ) -> None:
        _, data = plans.schedule(access, "revokeRole", GUARDIAN, guardian)
        refused = (guardian, plans.caller, access.address, access.selector("revokeRole"))
        with reverts("AccessManagerUnauthorizedCancel", *refused):
            plans.cancel(access, data, guardian)
        ledger.wait(2 * DAY)
        access.revokeRole(GUARDIAN, guardian, sender=plans.caller)
        assert access.hasRole(GUARDIAN, guardian) == (False, 0)

    def test_reverts_when_another_guardian_cancels_the_removal(
        self, access: Contract, administrator: str, guardian: str, stranger: str
    ) -> None:
        access.grantRole(GUARDIAN, stranger, 0, sender=administrator)
        access.grantRole(ADMINISTRATOR, administrator, DAY, sender=administrator)
        plans = Plans(access, administrator)
        _, data = plans.schedule(access, "revokeRole", GUARDIAN, guardian)
        refused = (stranger, administrator, access.address, access.selector("revokeRole"))
        with reverts("AccessManagerUnauthorizedCancel", *refused):
            plans.cancel(access, data, stranger)

    def test_reverts_when_the_removal_is_wrapped_in_a_multicall(
        self, access: Contract, plans: Plans, guardian: str
    ) -> None:
        """A wrapped removal could be cancelled, but it could not be carried out either."""
        removal = access.calldata("revokeRole", GUARDIAN, guardian)
        plans.schedule(access, "multicall", [removal])
        plans.access.ledger.wait(2 * DAY)
        wrapped = access.calldata("multicall", [removal])
        with reverts("AccessManagerUnauthorizedAccount", access.address, ADMINISTRATOR):
            access.execute(access.address, wrapped, sender=plans.caller)

    def test_ends_the_removal_of_a_guardian_when_an_administrator_cancels(
        self, access: Contract, administrator: str, guardian: str, holder: str
    ) -> None:
        access.grantRole(ADMINISTRATOR, holder, 0, sender=administrator)
        access.grantRole(ADMINISTRATOR, administrator, DAY, sender=administrator)
        plans = Plans(access, administrator)
        for by in (holder, administrator):
            _, data = plans.schedule(access, "revokeRole", GUARDIAN, guardian)
            assert len(plans.cancel(access, data, by)) == 1

    @pytest.mark.parametrize("who", ["operator", "developer", "steward", "stranger"])
    def test_reverts_when_anybody_else_cancels(
        self,
        request: pytest.FixtureRequest,
        access: Contract,
        projects: Contract,
        plans: Plans,
        who: str,
    ) -> None:
        by = request.getfixturevalue(who)
        _, data = plans.schedule(projects, "upgradeToAndCall", access.address, b"")
        refused = (by, plans.caller, projects.address, projects.selector("upgradeToAndCall"))
        with reverts("AccessManagerUnauthorizedCancel", *refused):
            plans.cancel(projects, data, by)


class TestMethodologyDelay:
    """
    given a steward with a delay
        when it activates unscheduled            it reverts
        when the delay is over                   the version is active
        when a guardian cancels in the delay     the version stays as it was
    """

    @pytest.fixture(autouse=True)
    def delay(self, access: Contract, administrator: str, steward: str) -> None:
        access.grantRole(STEWARD, steward, DAY, sender=administrator)

    @pytest.fixture
    def key(self, access: Contract, administrator: str, steward: str, stage: Stage) -> bytes:
        """A registered version, from before the steward had a delay."""
        access.grantRole(STEWARD, steward, 0, sender=administrator)
        access.ledger.wait(6 * DAY)
        key = stage.methodology(status=MethodologyStatus.Registered)
        access.grantRole(STEWARD, steward, DAY, sender=administrator)
        return key

    def test_reverts_when_unscheduled(
        self, access: Contract, methodologies: Contract, steward: str, key: bytes
    ) -> None:
        data = methodologies.calldata("activateMethodology", key)
        identity = access.hashOperation(steward, methodologies.address, data)
        with reverts("AccessManagerNotScheduled", identity):
            methodologies.activateMethodology(key, sender=steward)

    def test_activates_when_the_delay_is_over(
        self, access: Contract, methodologies: Contract, ledger: Ledger, steward: str, key: bytes
    ) -> None:
        Plans(access, steward).schedule(methodologies, "activateMethodology", key)
        ledger.wait(DAY)
        methodologies.activateMethodology(key, sender=steward)
        assert methodologies.methodology(key).status == MethodologyStatus.Active

    def test_changes_nothing_when_a_guardian_cancels(
        self,
        access: Contract,
        methodologies: Contract,
        ledger: Ledger,
        steward: str,
        guardian: str,
        key: bytes,
    ) -> None:
        plans = Plans(access, steward)
        identity, data = plans.schedule(methodologies, "activateMethodology", key)
        plans.cancel(methodologies, data, guardian)
        ledger.wait(DAY)
        with reverts("AccessManagerNotScheduled", identity):
            methodologies.activateMethodology(key, sender=steward)
        assert methodologies.methodology(key).status == MethodologyStatus.Registered


class TestGuardian:
    """
    it pauses every contract at once, whatever the administrator's delay
    it neither unpauses, upgrades, grants, nor changes the role table
    """

    @pytest.mark.parametrize("field", UPGRADED[1:])
    def test_pauses_at_once_and_does_no_more(
        self, registry: Contracts, plans: Plans, guardian: str, field: str
    ) -> None:
        target: Contract = getattr(registry, field)
        assert target.pause(sender=guardian).named("Paused") == [{"account": guardian}]
        for act in (
            lambda: target.unpause(sender=guardian),
            lambda: target.upgradeToAndCall(target.address, b"", sender=guardian),
        ):
            with reverts("AccessManagedUnauthorized", guardian):
                act()

    def test_grants_nothing(self, access: Contract, units: Contract, guardian: str) -> None:
        with reverts("AccessManagerUnauthorizedAccount", guardian, ADMINISTRATOR):
            access.grantRole(GUARDIAN, guardian, 0, sender=guardian)
        with reverts("AccessManagerUnauthorizedAccount", guardian, ADMINISTRATOR):
            access.setTargetFunctionRole(units.address, [b"\0" * 4], 5, sender=guardian)

    def test_unpausing_waits_for_the_administrators_delay(
        self, access: Contract, units: Contract, ledger: Ledger, plans: Plans, guardian: str
    ) -> None:
        units.pause(sender=guardian)
        identity, _ = plans.schedule(units, "unpause")
        with reverts("AccessManagerNotReady", identity):
            units.unpause(sender=plans.caller)
        ledger.wait(2 * DAY)
        receipt = units.unpause(sender=plans.caller)
        assert receipt.named("Unpaused") == [{"account": plans.caller}]

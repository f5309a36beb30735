"""ERC-2771: a call through the trusted forwarder counts for its signer, through any other not."""

from __future__ import annotations

import pytest

from scripts.deployment import CONTRACTS

from .ledger import Contract, Ledger, reverts
from .samples import ZERO_ADDRESS, Contracts, Pdd, ProjectStatus, Stage, content_hash

FIELDS = dict(zip(Contracts._fields, CONTRACTS, strict=True))
MODULES = ("methodologies", "projects", "reports", "units")


@pytest.fixture
def forwarder(ledger: Ledger, registry: Contracts, administrator: str) -> Contract:
    """A forwarder that every module trusts from now on."""
    trusted = ledger.deploy("TrustingForwarder", sender=administrator)
    for module in MODULES:
        new = ledger.deploy(FIELDS[module], trusted.address, sender=administrator)
        getattr(registry, module).upgradeToAndCall(new.address, b"", sender=administrator)
    return trusted


class TestForwarding:
    """
    given the forwarder is trusted       the call counts for the appended signer, roles and all
    given it is not                      the call counts for the forwarder itself
    given none was named at deployment   nobody is trusted, the zero address neither
    """

    def test_counts_for_the_signer_given_the_forwarder_is_trusted(
        self, forwarder: Contract, projects: Contract, stage: Stage, developer: str, stranger: str
    ) -> None:
        pdd = Pdd(content_hash("first"), stage.methodology())
        data = projects.calldata("registerProject", "project-1", pdd)
        receipt = forwarder.forward(projects.address, data, developer, sender=stranger)
        (registered,) = receipt.named("PDDRegistered")
        (changed,) = receipt.named("ProjectStatusChanged")
        assert registered["developer"] == changed["actor"] == developer
        held = projects.project(registered["projectId"])
        assert (held.developer, held.status) == (developer, ProjectStatus.Submitted)

    def test_asks_for_the_signers_role_given_the_forwarder_is_trusted(
        self, forwarder: Contract, projects: Contract, developer: str, stranger: str
    ) -> None:
        data = projects.calldata("submitProject", bytes(32), bytes(32))
        with reverts("AccessManagedUnauthorized", stranger):
            forwarder.forward(projects.address, data, stranger, sender=developer)

    @pytest.mark.parametrize("module", MODULES)
    def test_names_the_signer_given_the_forwarder_is_trusted(
        self, forwarder: Contract, registry: Contracts, guardian: str, stranger: str, module: str
    ) -> None:
        contract: Contract = getattr(registry, module)
        assert contract.trustedForwarder() == forwarder.address
        data = contract.calldata("pause")
        receipt = forwarder.forward(contract.address, data, guardian, sender=stranger)
        assert receipt.named("Paused") == [{"account": guardian}]

    @pytest.mark.parametrize("module", MODULES)
    def test_names_the_forwarder_given_it_is_not_trusted(
        self, forwarder: Contract, registry: Contracts, ledger: Ledger, guardian: str, module: str
    ) -> None:
        untrusted = ledger.deploy("TrustingForwarder", sender=guardian)
        contract: Contract = getattr(registry, module)
        with reverts("AccessManagedUnauthorized", untrusted.address):
            untrusted.forward(
                contract.address, contract.calldata("pause"), guardian, sender=guardian
            )

    def test_consumes_the_signers_plan_given_a_delay(
        self,
        forwarder: Contract,
        access: Contract,
        projects: Contract,
        ledger: Ledger,
        administrator: str,
        guardian: str,
        stranger: str,
    ) -> None:
        access.grantRole(0, administrator, 3600, sender=administrator)
        projects.pause(sender=guardian)
        data = projects.calldata("unpause")
        access.schedule(projects.address, data, 0, sender=administrator)
        ledger.wait(3600)
        receipt = forwarder.forward(projects.address, data, administrator, sender=stranger)
        assert receipt.named("Unpaused") == [{"account": administrator}]

    @pytest.mark.parametrize("module", MODULES)
    def test_trusts_nobody_given_none_was_named(self, registry: Contracts, module: str) -> None:
        contract: Contract = getattr(registry, module)
        assert contract.trustedForwarder() == ZERO_ADDRESS

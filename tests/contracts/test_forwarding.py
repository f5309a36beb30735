"""ERC-2771: a call through the trusted forwarder counts for its signer, through any other not."""

from __future__ import annotations

import pytest

from scripts.deployment import CONTRACTS

from .forwarded import Forwarded
from .ledger import Contract, Ledger, Receipt, reverts
from .reporting import Reporting, Retirement
from .samples import ZERO_ADDRESS, Cast, Contracts, Pdd, ProjectStatus, Stage, content_hash

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

    @pytest.mark.parametrize("module", MODULES)
    def test_consumes_the_signers_plan_given_a_delay(
        self,
        forwarder: Contract,
        registry: Contracts,
        ledger: Ledger,
        cast: Cast,
        module: str,
    ) -> None:
        contract: Contract = getattr(registry, module)
        registry.access.grantRole(0, cast.administrator, 3600, sender=cast.administrator)
        contract.pause(sender=cast.guardian)
        data = contract.calldata("unpause")
        registry.access.schedule(contract.address, data, 0, sender=cast.administrator)
        ledger.wait(3600)
        receipt = forwarder.forward(
            contract.address, data, cast.administrator, sender=cast.stranger
        )
        assert receipt.named("Unpaused") == [{"account": cast.administrator}]

    @pytest.mark.parametrize("module", MODULES)
    def test_trusts_nobody_given_none_was_named(
        self, registry: Contracts, ledger: Ledger, administrator: str, module: str
    ) -> None:
        contract: Contract = getattr(registry, module)
        new = ledger.deploy(FIELDS[module], ZERO_ADDRESS, sender=administrator)
        contract.upgradeToAndCall(new.address, b"", sender=administrator)
        assert contract.trustedForwarder() == ZERO_ADDRESS


class TestForwardedLives:
    """
    when every call of a life cycle is forwarded   each counts for its signer
    and no event names who sent it
    """

    @pytest.fixture
    def forwarded(self, forwarder: Contract, registry: Contracts, cast: Cast) -> Reporting:
        """Every step goes through the forwarder, paid for by an account without any role."""
        reached = (Forwarded(one, forwarder, cast.stranger) for one in registry[1:])
        return Reporting(Stage(Contracts(registry.access, *reached), cast))

    def test_counts_for_the_signers_when_projects_live(
        self, forwarded: Reporting, forwarder: Contract, cast: Cast
    ) -> None:
        stage, projects = forwarded.stage, forwarded.stage.registry.projects
        first = Pdd(content_hash("first"), stage.methodology())
        project_id = stage.project(ProjectStatus.Draft, pdd=first)
        second = first._replace(pdd_hash=content_hash("second"))
        projects.updatePDD(project_id, second, sender=cast.developer)
        projects.submitProject(project_id, second.pdd_hash, sender=cast.developer)
        stage.assign(project_id)
        stage.reject(project_id, second.pdd_hash)
        third = first._replace(pdd_hash=content_hash("third"))
        projects.resubmitProject(project_id, third, sender=cast.developer)
        stage.assign(project_id)
        stage.validate(project_id, third.pdd_hash)
        projects.updateMetadata(project_id, content_hash("metadata"), "", sender=cast.developer)
        projects.archiveProject(project_id, "", sender=cast.operator)
        other = stage.project(name="other", pdd=first._replace(pdd_hash=content_hash("other")))
        stage.archive(other)
        _require_unnamed(projects.receipts, (forwarder.address, cast.stranger))

    def test_counts_for_the_signers_when_reports_live(
        self, forwarded: Reporting, forwarder: Contract, cast: Cast
    ) -> None:
        project_id, reports = forwarded.project(), forwarded.reports
        report_id = forwarded.pending(project_id, "r")
        forwarded.reject(report_id)
        forwarded.resubmit(project_id, "r", "r, second")
        forwarded.withdraw(report_id)
        forwarded.resubmit(project_id, "r", "r, third")
        forwarded.assign(report_id)
        forwarded.verify(report_id)
        reports.archiveReport(report_id, "", sender=cast.developer)
        reports.archiveReport(forwarded.verified(name="2"), "", sender=cast.operator)
        _require_unnamed(reports.receipts, (forwarder.address, cast.stranger))

    def test_counts_for_the_signers_when_units_live(
        self, forwarded: Reporting, forwarder: Contract, cast: Cast
    ) -> None:
        units, buyer = forwarded.units, forwarded.receiver()
        parts = units.split(forwarded.issued(), [400, 600], sender=cast.developer).value
        block = units.merge(parts, sender=cast.developer).value
        units.approve(cast.holder, block, sender=cast.developer)
        units.transferFrom(cast.developer, cast.holder, block, sender=cast.holder)
        units.setApprovalForAll(cast.verifier, True, sender=cast.holder)
        units.safeTransferFrom(cast.holder, buyer.address, block, sender=cast.verifier)
        units.transferBatch(cast.holder, [block], sender=buyer.address)
        units.transferBatch(buyer.address, [block], sender=cast.holder)
        units.retire(block, 1_000, Retirement(), sender=buyer.address)
        _require_unnamed(units.receipts, (forwarder.address, cast.stranger))

    def test_names_the_signer_to_the_receiver_when_units_are_issued(
        self, forwarded: Reporting, stage: Stage, forwarder: Contract, cast: Cast
    ) -> None:
        buyer = forwarded.receiver()
        stage.registry.access.grantRole(2, buyer.address, 0, sender=cast.administrator)
        as_buyer = Reporting(
            Stage(forwarded.stage.registry, cast._replace(developer=buyer.address))
        )
        report_id = as_buyer.verified()
        receipt = as_buyer.units.mint(report_id, 2024, 500, sender=cast.operator)
        assert [one["operator"] for one in receipt.named("Received")] == [cast.operator]


def _require_unnamed(receipts: list[Receipt], carriers: tuple[str, ...]) -> None:
    """Nobody who only carries a call stands in what it emitted."""
    events = [event for receipt in receipts for event in receipt.events]
    assert events
    named = [event for event in events if set(carriers) & set(map(str, event.arguments.values()))]
    assert named == []

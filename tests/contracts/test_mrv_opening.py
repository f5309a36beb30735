"""How a validated project comes to the registry of reports, and how an archived one leaves it."""

import pytest

from .ledger import Contract, Ledger, reverts
from .reporting import YEAR_2023, YEAR_2024, Reporting, Submission
from .samples import (
    ZERO_ADDRESS,
    Cast,
    Contracts,
    ProjectStatus,
    Stage,
    content_hash,
)

KEPT = (ZERO_ADDRESS, bytes(32), 0, 0, 0)


class TestOpenAndClose:
    """
    when anybody but the registry of projects calls       it reverts, naming the caller
    given the project was archived                        no report is submitted or comes back
    ...                                                   those that are there are decided
    given a rejected project is archived                  nothing was open, nothing is closed
    given the registry of reports is paused               projects are validated all the same
    """

    @pytest.mark.parametrize("who", ["administrator", "operator", "developer", "stranger"])
    def test_reverts_when_anybody_else_calls(
        self, request: pytest.FixtureRequest, reports: Contract, who: str
    ) -> None:
        caller = request.getfixturevalue(who)
        with reverts("MRVRegistryNotProjectRegistry", caller):
            reports.openProject(content_hash("p"), KEPT, sender=caller)
        with reverts("MRVRegistryNotProjectRegistry", caller):
            reports.closeProject(content_hash("p"), sender=caller)

    def test_takes_no_report_given_the_project_was_archived(
        self, reporting: Reporting, stage: Stage, reports: Contract, cast: Cast
    ) -> None:
        project_id = reporting.project()
        rejected = reporting.pending(project_id, "r", YEAR_2023)
        reporting.reject(rejected)
        pending = reporting.pending(project_id, "s", YEAR_2024)
        stage.archive(project_id)
        archived = (project_id, ProjectStatus.Archived)
        with reverts("MRVRegistryProjectNotValidated", *archived):
            reporting.resubmit(project_id, "r", "r, second", YEAR_2023)
        with reverts("MRVRegistryProjectNotValidated", *archived):
            submission = Submission(content_hash("t"), *YEAR_2023)
            reports.submitReport(project_id, "t", submission, sender=cast.developer)
        reporting.verify(pending)

    def test_closes_nothing_given_the_project_was_never_open(self, stage: Stage) -> None:
        project_id = stage.project(ProjectStatus.Rejected)
        stage.archive(project_id)
        assert stage.registry.projects.project(project_id).status == ProjectStatus.Archived

    def test_validates_given_the_reports_are_paused(
        self, stage: Stage, reports: Contract, guardian: str, administrator: str, developer: str
    ) -> None:
        reports.pause(sender=guardian)
        project_id = stage.project()
        reports.unpause(sender=administrator)
        assert reports.submitReport(
            project_id, "r", Submission(content_hash("r")), sender=developer
        )


class TestConnectReports:
    """
    when the caller is not the administrator     it reverts
    when the address is zero                     it reverts
    given reports are connected                  it reverts, naming them
    given none are connected                     nothing is validated
    """

    def test_reverts_given_reports_are_connected(
        self, projects: Contract, reports: Contract, cast: Cast
    ) -> None:
        assert projects.reports() == reports.address
        with reverts("ProjectRegistryReportsAlreadyConnected", reports.address):
            projects.connectReports(cast.stranger, sender=cast.administrator)

    def test_reverts_when_the_address_is_zero(self, projects: Contract, cast: Cast) -> None:
        with reverts("ProjectRegistryZeroAddress"):
            projects.connectReports(ZERO_ADDRESS, sender=cast.administrator)

    def test_reverts_when_the_caller_is_not_the_administrator(
        self, projects: Contract, cast: Cast
    ) -> None:
        with reverts("AccessManagedUnauthorized", cast.operator):
            projects.connectReports(cast.stranger, sender=cast.operator)

    def test_validates_nothing_given_none_are_connected(
        self, registry: Contracts, ledger: Ledger, cast: Cast
    ) -> None:
        stage = Stage(registry._replace(projects=self.unconnected(ledger, registry, cast)), cast)
        project_id = stage.project(ProjectStatus.UnderReview)
        judged = stage.registry.projects.project(project_id).pddHash
        with reverts("ProjectRegistryReportsNotConnected", project_id):
            stage.validate(project_id, judged)
        connected = stage.registry.projects.connectReports(cast.stranger, sender=cast.administrator)
        assert connected.named("ReportsConnected") == [
            {"reports": cast.stranger, "actor": cast.administrator}
        ]

    def unconnected(self, ledger: Ledger, registry: Contracts, cast: Cast) -> Contract:
        """A second registry of projects beside the first, with the same roles."""
        code = ledger.deploy("ProjectRegistry", ZERO_ADDRESS, sender=cast.administrator)
        linked = (registry.access.address, registry.methodologies.address)
        initialization = code.calldata("initialize", *linked)
        proxy = ledger.deploy(
            "RegistryProxy", code.address, initialization, sender=cast.administrator
        )
        for role, function in (
            (2, "registerProject"),
            (1, "assignValidator"),
            (3, "validateProject"),
        ):
            registry.access.setTargetFunctionRole(
                proxy.address, [code.selector(function)], role, sender=cast.administrator
            )
        return ledger.contract("ProjectRegistry", proxy.address)

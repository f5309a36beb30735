"""Accreditation and independence where they count: at each assignment and each decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripts.deployment import ROLE_IDS

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, ReportStatus
from .samples import (
    Accreditation,
    Cast,
    Pdd,
    ProjectStatus,
    ProjectType,
    Stage,
    Standing,
    accredit,
    admit,
    content_hash,
)

Change = Callable[[Contract, Cast, Ledger, str, str], None]
ELSEWHERE = 1 << ProjectType.Afforestation


def _withdrawn(access: Contract, cast: Cast, ledger: Ledger, account: str, role: str) -> None:
    given = (account, ROLE_IDS[role], content_hash("struck off"), "struck off")
    access.withdrawAccreditation(*given, sender=cast.operator)


def _narrowed(access: Contract, cast: Cast, ledger: Ledger, account: str, role: str) -> None:
    accredit(access, account, role, cast.operator, Accreditation(ELSEWHERE))


def _postponed(access: Contract, cast: Cast, ledger: Ledger, account: str, role: str) -> None:
    accredit(access, account, role, cast.operator, Accreditation(start_day=ledger.today + 2))


def _lapsed(access: Contract, cast: Cast, ledger: Ledger, account: str, role: str) -> None:
    accredit(access, account, role, cast.operator, Accreditation(end_day=ledger.today))
    ledger.wait(86_400)


def _moved(access: Contract, cast: Cast, ledger: Ledger, account: str, role: str) -> None:
    house = access.organisationOf(cast.developer)
    access.setOrganisation(account, house, sender=cast.operator)


def _joined(access: Contract, cast: Cast, ledger: Ledger, account: str, role: str) -> None:
    house = access.organisationOf(account)
    access.setOrganisation(cast.developer, house, sender=cast.operator)


CHANGES = [
    pytest.param(_withdrawn, Standing.NotAccredited, id="withdrawn"),
    pytest.param(_narrowed, Standing.OutOfScope, id="narrowed"),
    pytest.param(_postponed, Standing.NotYetValid, id="postponed"),
    pytest.param(_lapsed, Standing.Lapsed, id="lapsed"),
    pytest.param(_moved, Standing.SameOrganisation, id="moved to the developer's house"),
    pytest.param(_joined, Standing.SameOrganisation, id="joined by the developer"),
]


@pytest.mark.parametrize(("change", "standing"), CHANGES)
class TestFitToJudge:
    """
    given the accreditation was withdrawn, narrowed, postponed, or lapsed    assignment and decision
    given judge and developer came to act for one organisation              revert, saying which;
                                                                             nothing has changed
    """

    def test_assigns_no_validator_given_it_is_unfit(
        self,
        stage: Stage,
        access: Contract,
        cast: Cast,
        ledger: Ledger,
        change: Change,
        standing: Standing,
    ) -> None:
        project_id = stage.project(ProjectStatus.Submitted)
        change(access, cast, ledger, cast.validator, "validator")
        with reverts("ProjectRegistryInvalidValidator", project_id, cast.validator, standing):
            stage.assign(project_id)

    @pytest.mark.parametrize("decide", ["validate", "reject"])
    def test_takes_no_validation_given_it_is_unfit_since_the_assignment(
        self,
        stage: Stage,
        access: Contract,
        cast: Cast,
        ledger: Ledger,
        change: Change,
        standing: Standing,
        decide: str,
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        judged = stage.registry.projects.project(project_id).pddHash
        change(access, cast, ledger, cast.validator, "validator")
        with reverts("ProjectRegistryUnfitValidator", project_id, cast.validator, standing):
            getattr(stage, decide)(project_id, judged)
        assert stage.registry.projects.project(project_id).status == ProjectStatus.UnderReview

    def test_takes_no_request_for_revision_given_it_is_unfit_since_the_assignment(
        self,
        stage: Stage,
        access: Contract,
        cast: Cast,
        ledger: Ledger,
        change: Change,
        standing: Standing,
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        projects = stage.registry.projects
        judged = projects.project(project_id).pddHash
        change(access, cast, ledger, cast.validator, "validator")
        decision = (project_id, judged, content_hash("decision"), "", "no baseline")
        with reverts("ProjectRegistryUnfitValidator", project_id, cast.validator, standing):
            projects.requestRevision(*decision, sender=cast.validator)

    def test_assigns_no_verifier_given_it_is_unfit(
        self,
        reporting: Reporting,
        access: Contract,
        cast: Cast,
        ledger: Ledger,
        change: Change,
        standing: Standing,
    ) -> None:
        report_id = reporting.submit(reporting.project())
        change(access, cast, ledger, cast.verifier, "verifier")
        with reverts("MRVRegistryInvalidVerifier", report_id, cast.verifier, standing):
            reporting.assign(report_id)

    @pytest.mark.parametrize("decide", ["verify", "reject"])
    def test_takes_no_verification_given_it_is_unfit_since_the_assignment(
        self,
        reporting: Reporting,
        access: Contract,
        cast: Cast,
        ledger: Ledger,
        change: Change,
        standing: Standing,
        decide: str,
    ) -> None:
        report_id = reporting.pending(reporting.project())
        change(access, cast, ledger, cast.verifier, "verifier")
        with reverts("MRVRegistryUnfitVerifier", report_id, cast.verifier, standing):
            getattr(reporting, decide)(report_id)
        assert reporting.reports.report(report_id).status == ReportStatus.PendingVerification


class TestMending:
    """
    given the accreditation was given again       the assigned judge decides
    given the judge is unfit                      another may be assigned in its place
    given the decision was made                   a later withdrawal leaves it as it is
    given the type of the project changed         the accreditation of the new type counts
    """

    def test_decides_given_it_was_accredited_again(
        self, reporting: Reporting, access: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        report_id = reporting.pending(reporting.project())
        _withdrawn(access, cast, ledger, cast.verifier, "verifier")
        accredit(access, cast.verifier, "verifier", cast.operator, Accreditation())
        reporting.verify(report_id)
        assert reporting.reports.report(report_id).status == ReportStatus.Verified

    def test_hands_the_report_to_another_given_the_verifier_is_unfit(
        self, reporting: Reporting, access: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        report_id = reporting.pending(reporting.project())
        _withdrawn(access, cast, ledger, cast.verifier, "verifier")
        admit(access, cast, cast.stranger, "verifier")
        reporting.reports.assignVerifier(report_id, cast.stranger, sender=cast.operator)
        assert reporting.reports.report(report_id).verifier == cast.stranger

    def test_hands_the_review_to_another_given_the_validator_is_unfit(
        self, stage: Stage, access: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        _withdrawn(access, cast, ledger, cast.validator, "validator")
        projects = stage.registry.projects
        projects.assignValidator(project_id, cast.other_validator, sender=cast.operator)
        assert projects.project(project_id).validator == cast.other_validator

    def test_stands_given_the_withdrawal_came_later(
        self, reporting: Reporting, access: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        report_id = reporting.verified()
        before = reporting.reports.report(report_id)
        _withdrawn(access, cast, ledger, cast.verifier, "verifier")
        _withdrawn(access, cast, ledger, cast.validator, "validator")
        assert reporting.reports.report(report_id) == before
        assert reporting.units.mint(report_id, 2024, 1_000, sender=cast.operator)

    def test_asks_for_the_type_in_force_given_the_pdd_changed_it(
        self, stage: Stage, access: Contract, cast: Cast
    ) -> None:
        project_id = stage.project(ProjectStatus.Submitted)
        projects = stage.registry.projects
        key = projects.project(project_id).methodologyKey
        accredit(access, cast.validator, "validator", cast.operator, Accreditation(ELSEWHERE))
        with reverts(
            "ProjectRegistryInvalidValidator", project_id, cast.validator, Standing.OutOfScope
        ):
            stage.assign(project_id)
        other = Pdd(content_hash("other type"), key, project_type=ProjectType.Afforestation)
        projects.updatePDD(project_id, other, sender=cast.developer)
        stage.assign(project_id)
        stage.validate(project_id, other.pdd_hash)
        assert projects.project(project_id).status == ProjectStatus.Validated

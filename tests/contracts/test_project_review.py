"""The review of a project: who may be its validator, and what a decision must name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripts.deployment import ROLE_IDS

from .ledger import Contract, Ledger, Receipt, reverts
from .samples import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Cast,
    Pdd,
    ProjectStatus,
    Stage,
    Standing,
    content_hash,
)

DECISION = content_hash("decision")
Decide = Callable[..., Receipt]


@pytest.fixture(params=["validateProject", "rejectProject", "requestRevision"])
def decide(request: pytest.FixtureRequest, projects: Contract) -> Decide:
    """Each decision; what is not given is sound."""
    function: Decide = getattr(projects, request.param)
    takes_reason = request.param != "validateProject"

    def call(
        project_id: bytes,
        pdd_hash: bytes,
        decision_hash: bytes = DECISION,
        uri: str = "ipfs://decision",
        *,
        sender: str,
    ) -> Receipt:
        reason = ("no baseline",) if takes_reason else ()
        return function(project_id, pdd_hash, decision_hash, uri, *reason, sender=sender)

    return call


class TestAssignValidator:
    """
    when the account is not a validator, the developer, nobody    it reverts, naming it
    given it is the present validator                             it reverts, naming it
    otherwise                                                     it may decide from now on
    """

    @pytest.mark.parametrize("who", ["operator", "verifier", "stranger", "administrator"])
    def test_reverts_when_the_account_is_no_validator(
        self, request: pytest.FixtureRequest, stage: Stage, operator: str, who: str
    ) -> None:
        project_id, account = stage.project(ProjectStatus.Submitted), request.getfixturevalue(who)
        unfit = (project_id, account, Standing.RoleNotHeld)
        with reverts("ProjectRegistryInvalidValidator", *unfit):
            stage.registry.projects.assignValidator(project_id, account, sender=operator)

    def test_reverts_when_the_account_is_nobody(self, stage: Stage, operator: str) -> None:
        project_id = stage.project(ProjectStatus.Submitted)
        nobody = (project_id, ZERO_ADDRESS, Standing.RoleNotHeld)
        with reverts("ProjectRegistryInvalidValidator", *nobody):
            stage.registry.projects.assignValidator(project_id, ZERO_ADDRESS, sender=operator)

    @pytest.mark.parametrize("status", [ProjectStatus.Submitted, ProjectStatus.UnderReview])
    def test_reverts_given_the_validator_is_the_developer(
        self, stage: Stage, access: Contract, cast: Cast, status: int
    ) -> None:
        project_id = stage.project(status)
        access.grantRole(ROLE_IDS["validator"], cast.developer, 0, sender=cast.administrator)
        involved = (project_id, cast.developer, Standing.Fit)
        with reverts("ProjectRegistryInvalidValidator", *involved):
            stage.registry.projects.assignValidator(
                project_id, cast.developer, sender=cast.operator
            )

    def test_reverts_given_the_role_was_revoked(
        self, stage: Stage, access: Contract, validator: str, operator: str, administrator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.Submitted)
        access.revokeRole(ROLE_IDS["validator"], validator, sender=administrator)
        unfit = (project_id, validator, Standing.RoleNotHeld)
        with reverts("ProjectRegistryInvalidValidator", *unfit):
            stage.registry.projects.assignValidator(project_id, validator, sender=operator)

    def test_reverts_given_it_is_the_present_validator(
        self, stage: Stage, validator: str, operator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        with reverts("ProjectRegistryInvalidValidator", project_id, validator, Standing.Fit):
            stage.registry.projects.assignValidator(project_id, validator, sender=operator)

    def test_assigns_the_same_validator_given_a_new_version(
        self, stage: Stage, projects: Contract, developer: str, validator: str, operator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.Rejected)
        new = Pdd(content_hash("new"), projects.project(project_id).methodologyKey)
        projects.resubmitProject(project_id, new, sender=developer)
        receipt = projects.assignValidator(project_id, validator, sender=operator)
        names = [event.name for event in receipt.events]
        assert names == ["ValidatorAssigned", "ProjectStatusChanged"]

    def test_hands_the_review_over_when_another_is_assigned(
        self, stage: Stage, projects: Contract, validator: str, other_validator: str, operator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        receipt = projects.assignValidator(project_id, other_validator, sender=operator)
        assert [event.name for event in receipt.events] == ["ValidatorAssigned"]
        assert receipt.events[0].arguments == {
            "projectId": project_id,
            "validator": other_validator,
            "actor": operator,
        }
        held = projects.project(project_id)
        assert (held.status, held.validator) == (ProjectStatus.UnderReview, other_validator)
        with reverts("ProjectRegistryNotAssignedValidator", project_id, validator):
            stage.validate(project_id, held.pddHash)


class TestDecision:
    """
    when a validator calls who is not assigned       it reverts, naming it
    given the validator's role was revoked           it reverts
    when another hash than the current one is named  it reverts, naming both
    when the decision has no hash, too long a uri    it reverts
    otherwise                                        it records which version was decided, and when
    """

    def test_reverts_when_the_validator_is_not_assigned(
        self, decide: Decide, stage: Stage, projects: Contract, other_validator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        with reverts("ProjectRegistryNotAssignedValidator", project_id, other_validator):
            decide(project_id, projects.project(project_id).pddHash, sender=other_validator)

    def test_reverts_given_the_role_was_revoked(
        self,
        decide: Decide,
        stage: Stage,
        projects: Contract,
        access: Contract,
        validator: str,
        administrator: str,
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        access.revokeRole(ROLE_IDS["validator"], validator, sender=administrator)
        with reverts("AccessManagedUnauthorized", validator):
            decide(project_id, projects.project(project_id).pddHash, sender=validator)

    @pytest.mark.parametrize("named", [content_hash("another"), ZERO_HASH])
    def test_reverts_when_another_hash_is_named(
        self, decide: Decide, stage: Stage, projects: Contract, validator: str, named: bytes
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        current = projects.project(project_id).pddHash
        with reverts("ProjectRegistryStalePDD", project_id, named, current):
            decide(project_id, named, sender=validator)

    def test_reverts_when_the_earlier_version_is_named(
        self, decide: Decide, stage: Stage, projects: Contract, developer: str, validator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.Submitted)
        held = projects.project(project_id)
        new = Pdd(content_hash("swapped"), held.methodologyKey)
        projects.updatePDD(project_id, new, sender=developer)
        stage.assign(project_id)
        with reverts("ProjectRegistryStalePDD", project_id, held.pddHash, new.pdd_hash):
            decide(project_id, held.pddHash, sender=validator)

    def test_reverts_when_the_decision_has_no_hash(
        self, decide: Decide, stage: Stage, projects: Contract, validator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        with reverts("ProjectRegistryZeroHash"):
            decide(project_id, projects.project(project_id).pddHash, ZERO_HASH, sender=validator)

    def test_reverts_when_the_uri_is_longer_than_its_limit(
        self, decide: Decide, stage: Stage, projects: Contract, validator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        current = projects.project(project_id).pddHash
        with reverts("ProjectRegistryTextTooLong", 513, 512):
            decide(project_id, current, DECISION, "u" * 513, sender=validator)
        assert decide(project_id, current, DECISION, "u" * 512, sender=validator)

    def test_records_version_and_time_when_decided(
        self, decide: Decide, stage: Stage, projects: Contract, validator: str, ledger: Ledger
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        decide(project_id, projects.project(project_id).pddHash, sender=validator)
        held = projects.project(project_id)
        assert (held.version, held.decidedVersion, held.decidedAt) == (1, 1, ledger.now)

    def test_records_the_last_time_given_an_earlier_decision(
        self, decide: Decide, stage: Stage, projects: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        project_id = stage.project(ProjectStatus.Rejected)
        key = projects.project(project_id).methodologyKey
        second = Pdd(content_hash("second"), key)
        projects.resubmitProject(project_id, second, sender=cast.developer)
        stage.assign(project_id)
        ledger.wait(3600)
        decide(project_id, second.pdd_hash, sender=cast.validator)
        held = projects.project(project_id)
        assert (held.version, held.decidedVersion, held.decidedAt) == (2, 2, ledger.now)

    @pytest.mark.parametrize("function", ["rejectProject", "requestRevision"])
    def test_needs_a_reason_of_its_length_when_it_is_negative(
        self, stage: Stage, projects: Contract, validator: str, function: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        said = (project_id, projects.project(project_id).pddHash, DECISION, "")
        act = getattr(projects, function)
        with reverts("ProjectRegistryReasonRequired"):
            act(*said, "", sender=validator)
        with reverts("ProjectRegistryTextTooLong", 501, 500):
            act(*said, "r" * 501, sender=validator)
        assert act(*said, "r" * 500, sender=validator)


class TestArchiveProject:
    """
    when a stranger, another developer, the validator calls    it reverts, naming the caller
    when the reason is too long                                it reverts
    when the developer or an operator calls                    it is archived
    """

    @pytest.mark.parametrize("who", ["stranger", "other_developer", "validator", "administrator"])
    def test_reverts_when_the_caller_has_no_part_in_it(
        self, request: pytest.FixtureRequest, stage: Stage, who: str
    ) -> None:
        project_id, caller = stage.project(), request.getfixturevalue(who)
        with reverts("ProjectRegistryNotDeveloperOrOperator", project_id, caller):
            stage.registry.projects.archiveProject(project_id, "", sender=caller)

    @pytest.mark.parametrize("who", ["developer", "operator"])
    @pytest.mark.parametrize("status", [ProjectStatus.Validated, ProjectStatus.Rejected])
    def test_archives_when_the_developer_or_an_operator_calls(
        self, request: pytest.FixtureRequest, stage: Stage, who: str, status: int
    ) -> None:
        project_id, caller = stage.project(status), request.getfixturevalue(who)
        projects = stage.registry.projects
        receipt = projects.archiveProject(project_id, "r" * 500, sender=caller)
        assert projects.project(project_id).status == ProjectStatus.Archived
        (change,) = receipt.named("ProjectStatusChanged")
        assert (change["actor"], change["reason"]) == (caller, "r" * 500)

    def test_reverts_when_the_reason_is_longer_than_its_limit(
        self, stage: Stage, developer: str
    ) -> None:
        project_id = stage.project()
        with reverts("ProjectRegistryTextTooLong", 501, 500):
            stage.registry.projects.archiveProject(project_id, "r" * 501, sender=developer)

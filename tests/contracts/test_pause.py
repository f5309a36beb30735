"""The pause: by the guardian, at once, of one contract, of what it may stop and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from .ledger import Contract, Ledger, reverts
from .permissions import ANYBODY, EVERY_ACCOUNT, MANAGER, MATRIX, ONCE, PROJECTS, attempt
from .samples import Contracts, Pdd, ProjectStatus, Stage, content_hash

MODULES = ("methodologies", "projects", "reports", "units", "reversals", "exchange")

#: What a pause never stops: its own end, upgrades, the end of units for a claim, the answer to a
#: theft, and what keeps units from expiring while nobody can move them.
UNSTOPPED = {
    "pause",
    "unpause",
    "upgradeToAndCall",
    "retire",
    "retireBatch",
    "suspendAccount",
    "reinstateAccount",
    "prolong",
}
STOPPED = [
    (module, function, who)
    for module in MODULES
    for function, who in MATRIX[module].items()
    if function not in UNSTOPPED
    and who not in {"guardian", "administrator", MANAGER, ONCE, ANYBODY, PROJECTS}
]


class TestPause:
    """
    given the contract is paused    every act of a role reverts, whoever calls
    ...                             views answer, upgrades go on, and other contracts too
    when it is paused again         it reverts
    """

    @pytest.mark.parametrize(("module", "function", "who"), STOPPED)
    def test_stops_the_function_given_the_contract_is_paused(
        self,
        registry: Contracts,
        ledger: Ledger,
        callers: Mapping[str, str],
        guardian: str,
        module: str,
        function: str,
        who: str,
    ) -> None:
        contract: Contract = getattr(registry, module)
        (declared,) = contract.overloads(function)
        caller = callers["developer" if who == EVERY_ACCOUNT else who]
        contract.pause(sender=guardian)
        outcome = attempt(ledger, contract, declared, caller)
        assert outcome is not None
        assert (outcome.error, outcome.arguments) == ("EnforcedPause", ())

    @pytest.mark.parametrize("module", MODULES)
    def test_says_who_paused_when_the_guardian_does(
        self, registry: Contracts, guardian: str, administrator: str, module: str
    ) -> None:
        contract: Contract = getattr(registry, module)
        assert contract.pause(sender=guardian).named("Paused") == [{"account": guardian}]
        assert contract.paused()
        with reverts("EnforcedPause"):
            contract.pause(sender=guardian)
        again = contract.unpause(sender=administrator)
        assert again.named("Unpaused") == [{"account": administrator}]
        assert not contract.paused()
        with reverts("ExpectedPause"):
            contract.unpause(sender=administrator)

    @pytest.mark.parametrize("module", MODULES)
    def test_leaves_the_other_contracts_alone_given_one_is_paused(
        self, registry: Contracts, guardian: str, module: str
    ) -> None:
        getattr(registry, module).pause(sender=guardian)
        paused = {name for name in MODULES if getattr(registry, name).paused()}
        assert paused == {module}

    def test_still_answers_views_given_all_are_paused(
        self, registry: Contracts, stage: Stage, guardian: str
    ) -> None:
        project_id = stage.project()
        key = registry.projects.project(project_id).methodologyKey
        for module in MODULES:
            getattr(registry, module).pause(sender=guardian)
        assert registry.projects.project(project_id).status == ProjectStatus.Validated
        assert registry.methodologies.permits(key, Pdd(b"", key).project_type)

    def test_registers_projects_given_the_methodologies_are_paused(
        self, registry: Contracts, stage: Stage, developer: str, guardian: str
    ) -> None:
        key = stage.methodology()
        registry.methodologies.pause(sender=guardian)
        pdd = Pdd(content_hash("first"), key)
        assert registry.projects.registerProject("project-1", pdd, sender=developer)

    def test_goes_on_as_before_given_the_pause_is_over(
        self, registry: Contracts, stage: Stage, guardian: str, administrator: str
    ) -> None:
        project_id = stage.project(ProjectStatus.UnderReview)
        held = registry.projects.project(project_id)
        registry.projects.pause(sender=guardian)
        with reverts("EnforcedPause"):
            stage.validate(project_id, held.pddHash)
        registry.projects.unpause(sender=administrator)
        stage.validate(project_id, held.pddHash)
        assert registry.projects.project(project_id).status == ProjectStatus.Validated

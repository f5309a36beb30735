"""The project life cycle: every function in every status, and who must be asked for each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .ledger import Contract, Receipt, reverts
from .samples import (
    ZERO_HASH,
    Cast,
    Contracts,
    Pdd,
    ProjectStatus,
    Stage,
    content_hash,
)

S = ProjectStatus
UNKNOWN = content_hash("no project")
DECISION = (content_hash("decision"), "ipfs://decision")

#: function -> the statuses it is for, each with the status it leads to
TABLE: dict[str, dict[int, int]] = {
    "updatePDD": {S.Draft: S.Draft, S.Submitted: S.Submitted, S.Rejected: S.Rejected},
    "submitProject": {S.Draft: S.Submitted, S.Rejected: S.Submitted},
    "resubmitProject": {S.Draft: S.Submitted, S.Rejected: S.Submitted},
    "redraftProject": {S.Rejected: S.Draft},
    "assignValidator": {S.Submitted: S.UnderReview, S.UnderReview: S.UnderReview},
    "validateProject": {S.UnderReview: S.Validated},
    "rejectProject": {S.UnderReview: S.Rejected},
    "requestRevision": {S.UnderReview: S.Draft},
    "updateMetadata": {S.Validated: S.Validated},
    "archiveProject": {S.Validated: S.Archived, S.Rejected: S.Archived},
}
OF_THE_DEVELOPER = (
    "updatePDD",
    "submitProject",
    "resubmitProject",
    "redraftProject",
    "updateMetadata",
)
DECISIONS = ("validateProject", "rejectProject", "requestRevision")


class Scene:
    """A project in a status, and each function called on it as its proper caller would."""

    def __init__(self, registry: Contracts, cast: Cast, stage: Stage, status: int) -> None:
        self.projects = registry.projects
        self.cast = cast
        self.status = status
        self.key = stage.methodology()
        self.project_id = self._enter(stage)

    def _enter(self, stage: Stage) -> bytes:
        return stage.project(self.status, methodology_key=self.key) if self.status else UNKNOWN

    def caller(self, function: str) -> str:
        if function in DECISIONS:
            return self.cast.validator
        return self.cast.operator if function == "assignValidator" else self.cast.developer

    def arguments(self, function: str) -> tuple[Any, ...]:
        current = self.projects.project(self.project_id).pddHash
        new = Pdd(content_hash("new"), self.key)
        return {
            "updatePDD": (new,),
            "submitProject": (current,),
            "resubmitProject": (new,),
            "redraftProject": (new,),
            "assignValidator": (self.cast.other_validator,),
            "validateProject": (current, *DECISION),
            "rejectProject": (current, *DECISION, "no baseline"),
            "requestRevision": (current, *DECISION, "which well?"),
            "updateMetadata": (content_hash("metadata"), "ipfs://metadata"),
            "archiveProject": ("done",),
        }[function]

    def play(self, function: str, *arguments: Any, sender: str | None = None) -> Receipt:
        act: Callable[..., Receipt] = getattr(self.projects, function)
        given = arguments or self.arguments(function)
        return act(self.project_id, *given, sender=sender or self.caller(function))


@pytest.fixture
def scene(registry: Contracts, cast: Cast, stage: Stage) -> Callable[[int], Scene]:
    return lambda status: Scene(registry, cast, stage, status)


class TestTable:
    """
    given the table names the status for the function    it leads there, and says so once
    otherwise                                            it reverts, naming the status
    """

    @pytest.mark.parametrize("status", ProjectStatus, ids=lambda status: status.name)
    @pytest.mark.parametrize("function", TABLE)
    def test_leads_only_where_the_table_says_given_a_status(
        self, scene: Callable[[int], Scene], function: str, status: int
    ) -> None:
        set_ = scene(status)
        if status not in TABLE[function]:
            with reverts("ProjectRegistryUnexpectedStatus", set_.project_id, status):
                set_.play(function)
            return
        if (function, status) == ("submitProject", S.Rejected):
            set_.play("updatePDD")
        before = set_.projects.project(set_.project_id)
        changes = set_.play(function).named("ProjectStatusChanged")
        after = set_.projects.project(set_.project_id)
        assert after.status == TABLE[function][status]
        expected = [] if after.status == before.status else [_change(set_, function, after)]
        assert changes == expected

    def test_covers_every_function_on_a_project_when_compared(self, projects: Contract) -> None:
        named = {
            one["name"]
            for one in projects.mutable()
            if one["inputs"] and one["inputs"][0]["name"] == "projectId"
        }
        assert named == set(TABLE)


def _change(scene: Scene, function: str, after: Any) -> dict[str, Any]:
    decided = function in DECISIONS
    reasons = {"rejectProject": "no baseline", "requestRevision": "which well?"}
    return {
        "projectId": scene.project_id,
        "from": scene.status,
        "to": after.status,
        "actor": scene.caller(function),
        "pddHash": after.pddHash,
        "decisionHash": DECISION[0] if decided else ZERO_HASH,
        "decisionUri": DECISION[1] if decided else "",
        "reason": {**reasons, "archiveProject": "done"}.get(function, ""),
    }


class TestDeveloper:
    """
    when another developer calls                   it reverts, naming the caller, in every status
    given the PDD is under review                  it cannot be swapped
    when the PDD named is not the current one      it reverts, naming both
    given no version since the last decision       it reverts, naming the decided version
    """

    @pytest.mark.parametrize("status", [s for s in S if s], ids=lambda status: status.name)
    @pytest.mark.parametrize("function", OF_THE_DEVELOPER)
    def test_reverts_when_another_developer_calls(
        self, scene: Callable[[int], Scene], other_developer: str, function: str, status: int
    ) -> None:
        set_ = scene(status)
        with reverts("ProjectRegistryNotDeveloper", set_.project_id, other_developer):
            set_.play(function, sender=other_developer)

    @pytest.mark.parametrize("function", ["updatePDD", "resubmitProject", "redraftProject"])
    def test_cannot_swap_the_pdd_given_it_is_under_review(
        self, scene: Callable[[int], Scene], function: str
    ) -> None:
        set_ = scene(S.UnderReview)
        before = set_.projects.project(set_.project_id)
        with reverts("ProjectRegistryUnexpectedStatus", set_.project_id, S.UnderReview):
            set_.play(function)
        assert set_.projects.project(set_.project_id) == before

    def test_reverts_when_the_pdd_named_is_not_the_current_one(
        self, scene: Callable[[int], Scene]
    ) -> None:
        set_ = scene(S.Draft)
        current = set_.projects.project(set_.project_id).pddHash
        named = content_hash("another")
        with reverts("ProjectRegistryStalePDD", set_.project_id, named, current):
            set_.play("submitProject", named)

    @pytest.mark.parametrize("decision", ["rejectProject", "requestRevision"])
    def test_needs_a_new_version_given_a_decision_on_this_one(
        self, scene: Callable[[int], Scene], decision: str
    ) -> None:
        set_ = scene(S.UnderReview)
        set_.play(decision)
        with reverts("ProjectRegistryNewVersionRequired", set_.project_id, 1):
            set_.play("submitProject")
        set_.play("updatePDD")
        set_.play("submitProject")
        held = set_.projects.project(set_.project_id)
        assert (held.status, held.version, held.decidedVersion) == (S.Submitted, 2, 1)

    def test_needs_a_new_version_given_a_redrafted_one_was_sent_back(
        self, scene: Callable[[int], Scene]
    ) -> None:
        set_ = scene(S.Rejected)
        set_.play("redraftProject")
        set_.play("submitProject")
        set_.play("assignValidator", set_.cast.validator)
        set_.play("requestRevision")
        with reverts("ProjectRegistryNewVersionRequired", set_.project_id, 2):
            set_.play("submitProject")

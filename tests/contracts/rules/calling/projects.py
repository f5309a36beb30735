"""Calls about projects and their PDDs."""

from __future__ import annotations

from tests.contracts.samples import (
    MethodologyStatus,
    Pdd,
    ProjectStatus,
    ProjectType,
    content_hash,
)

from .drawing import NAMES, Arguments
from .methodologies import MethodologyCalls


class ProjectCalls(MethodologyCalls):
    """Calls about projects and their PDDs."""

    def projects_draftProject(self) -> Arguments:  # noqa: N802
        return (self.some(NAMES, ["", "a b", "x" * 101]), self.pdd())

    projects_registerProject = projects_draftProject  # noqa: N815

    def pdd(self) -> Pdd:
        days = self.some([(18_262, 29_219)], [(20_000, 19_999), (19_500, 20_088)])
        kind = self.some((ProjectType.Biochar,), (ProjectType.SoilCarbon,))
        key = self.methodology(MethodologyStatus.Active)
        return Pdd(self.hash(), key, kind, *days, self.text())

    def project(self, *statuses: int) -> bytes:
        good = [one for one, held in self.w.projects.items() if held.status in statuses]
        return bytes(self.some(good, [*self.w.projects, content_hash("unknown")]))

    def projects_updatePDD(self) -> Arguments:  # noqa: N802
        statuses = (ProjectStatus.Draft, ProjectStatus.Submitted, ProjectStatus.Rejected)
        return (self.project(*statuses), self.next_pdd())

    def projects_resubmitProject(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Draft, ProjectStatus.Rejected), self.next_pdd())

    def projects_redraftProject(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Rejected), self.next_pdd())

    def next_pdd(self) -> Pdd:
        held = [one.pdd for one in self.w.projects.values()]
        if held and self.random.random() < 0.6:
            present: Pdd = self.any_of(held)
            return present._replace(pdd_hash=self.some([self.hash()], [present.pdd_hash]))
        return self.pdd()

    def projects_submitProject(self) -> Arguments:  # noqa: N802
        project_id = self.project(ProjectStatus.Draft, ProjectStatus.Rejected)
        return (project_id, self.pdd_hash(project_id))

    def pdd_hash(self, project_id: bytes) -> bytes:
        held = self.w.projects.get(project_id)
        return bytes(self.some([held.pdd.pdd_hash] if held else [], [self.hash()]))

    def projects_assignValidator(self) -> Arguments:  # noqa: N802
        judges = sorted(self.w.members["validator"])
        project_id = self.project(ProjectStatus.Submitted, ProjectStatus.UnderReview)
        return (project_id, self.some(judges, self.accounts))

    def projects_validateProject(self) -> Arguments:  # noqa: N802
        project_id = self.project(ProjectStatus.UnderReview)
        return (project_id, self.pdd_hash(project_id), self.hash(), self.text())

    def projects_rejectProject(self) -> Arguments:  # noqa: N802
        return (*self.projects_validateProject(), self.text())

    projects_requestRevision = projects_rejectProject  # noqa: N815

    def projects_updateMetadata(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Validated), self.hash(), self.text())

    def projects_archiveProject(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Validated, ProjectStatus.Rejected), self.text())

"""Queries: projects, their versions, and who else claims their ground."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_
from sqlmodel import Session, select

from api.filters import ProjectCriteria, ProjectFilters
from api.parameters import Part
from api.queries.among import among, among_these
from api.queries.anchored import Anchored, anchoring, within_box
from api.queries.counts import state_of
from api.queries.findings import finding_of, finding_shown
from api.queries.listing import Listing, keys_of, listing_name
from api.queries.order import Order, between, order_of
from api.queries.pages import Page
from api.queries.positions import first_block
from api.queries.prepared import Prepared, Valid, some_of
from api.queries.project_runs import SORTS, project_runs
from api.queries.runs import Condition
from api.queries.search import says
from api.queries.statements import (
    Conflicts,
    Findings,
    Footprints,
    Methodologies,
    PDDVersions,
    Projects,
    Reversals,
)
from api.queries.versions import Versions
from api.snapshot import Snapshot
from indexer.identity import project_id as hashed
from indexer.models import DocumentFinding, Methodology, PDDVersion, Project
from schemas import canonical_status


@dataclass(frozen=True)
class ProjectRow:
    """A project with the version that is in force and the methodology it follows.

    Of one that is read by itself it is known as well how much ground its document names, whether
    anything of it was reversed, and whether another document names the same ground; of one of a
    list, what was found about its document, and of the rest what lists show.
    """

    project: Project
    version: PDDVersion | None
    methodology: Methodology | None
    area_m2: float | None = None
    is_reversed: bool = False
    is_contested: bool = False
    finding: DocumentFinding | None = None


def project(snapshot: Snapshot, name: str) -> ProjectRow | None:
    """A project by its 0x… id or its document id."""
    found = [ProjectRow(*row) for row in _PROJECT.all(snapshot, ids=ids_of(name))]
    exact = [row for row in found if row.project.project_id == name.lower()]
    return next(iter([*exact, *found]), None)


def projects(snapshot: Snapshot, filters: ProjectFilters) -> Page[ProjectRow]:
    """A page of the projects that match."""
    conditions: list[Condition] = [
        *project_conditions(snapshot.session, filters),
        *between(Projects.created_at, filters.created_from, filters.created_to),
        *between(Projects.validated_at, filters.approved_from, filters.approved_to),
    ]
    if filters.bbox:
        conditions.append(within_box(snapshot.session, Projects.pdd_hash, filters.bbox))
    order = order_of(filters.sort, SORTS, Projects.created_at, Projects.project_id)
    page = project_keys(snapshot, filters, conditions, order, "projects")
    found = _LISTED.all(snapshot, ids=page.rows) if page.rows else ()
    rows = {project.project_id: listed_row(project, *more) for project, *more in found}
    return page.of(rows.__getitem__)


def project_keys(
    snapshot: Snapshot, part: Part, conditions: Sequence[Condition], order: Order, of: str
) -> Page[str]:
    """A page of the projects of which conditions on their own columns and documents hold, by their
    0x… ids; `of` and the filters say which list it is."""
    listing = Listing(
        Projects,
        Projects.project_id,
        order,
        conditions,
        partial(project_runs, snapshot, order),
        state=state_of(snapshot, Projects, Methodologies),
        name=listing_name(of, part),
    )
    return keys_of(snapshot, listing, part)


def listed_projects(valid: Valid) -> Any:
    """The projects of `ids`, each with its version in force and what was found about its document,
    as lists show them."""
    project = some_of(
        Projects,
        "project_id",
        "document_id",
        "status",
        "developer",
        "project_type",
        "pdd_hash",
        "version",
        "start_day",
        "end_day",
        "created_at",
        "decided_by",
        "decided_at",
        "validated_at",
        "updated_at",
        "valid_from",
    )
    version = some_of(PDDVersions, "project_id", "block_number", "tx_hash", "registered_at")
    about = finding_of("project", Projects.project_id, Projects.pdd_hash)
    query = select(project).add_columns(version, finding_shown()).select_from(Projects)
    query = query.outerjoin(PDDVersions, _in_force(valid)).outerjoin(Findings, about)
    return query.where(valid(Projects), among(Projects.project_id, "ids"))


def listed_row(
    project: Project,
    version: PDDVersion | None,
    finding: DocumentFinding | None,
    methodology: Methodology | None = None,
) -> ProjectRow:
    """A project of `listed_projects`."""
    return ProjectRow(project, version, methodology, finding=finding)


def registered_in(snapshot: Snapshot, name: str) -> int | None:
    """The block that registered a project of that name, whatever the state that is read."""
    return first_block(snapshot.session, Project, Projects.project_id.in_(ids_of(name)))


def versions(snapshot: Snapshot, row: ProjectRow) -> Sequence[PDDVersion]:
    """Every version of a project's PDD, the first one first."""
    if row.version is not None and row.version.version == 1:
        return [row.version]
    return _VERSIONS.all(snapshot, row.project.project_id)


def version(snapshot: Snapshot, project_id: str, number: int) -> ProjectRow | None:
    """A version of a project's PDD, with the last state that the project had in it."""
    found = _VERSIONS.one(snapshot, project_id, number)
    return ProjectRow(*found, None) if found else None


def ids_of(name: str) -> list[str]:
    """The project ids that a name can mean: itself when it is one, and the hash of it."""
    own = [name.lower()] if is_key(name) else []
    return [*own, hashed(name)]


def project_conditions(session: Session, criteria: ProjectCriteria) -> list[Condition]:
    """The conditions that say which projects are meant, wherever they are."""
    found: list[Condition] = []
    if criteria.status:
        found.append(Projects.status == canonical_status(criteria.status))
    if criteria.methodology:
        named = select(Methodologies.methodology_key).where(methodology_is(criteria.methodology))
        found.append(Projects.methodology_key.in_(set(session.exec(named))))
    if criteria.actor:
        found.append(_actor_is(session, criteria.actor))
    if criteria.project_type:
        found.append(Projects.project_type == criteria.project_type)
    if criteria.country:
        found.append(anchoring(session, Projects.pdd_hash, Footprints.country, criteria.country))
    if criteria.q:
        found.append(says(session, Projects.pdd_hash, criteria.q))
    return found


def is_key(name: str) -> bool:
    """Whether a name is a 0x… id, of a project or of a methodology."""
    return re.fullmatch(r"0x[0-9a-fA-F]{64}", name) is not None


def methodology_is(name: str) -> Any:
    """The condition that the methodology has an id, an `id@version`, or a key."""
    if is_key(name):
        return Methodologies.methodology_key == name.lower()
    identifier, _, version = name.partition("@")
    named = Methodologies.methodology_id == identifier
    return and_(named, Methodologies.version == version) if version else named


def _actor_is(session: Session, actor: str) -> Anchored:
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", actor):
        return anchoring(session, Projects.pdd_hash, Footprints.actor_id, actor)
    # Hardly any document names an address as its actor, and either would be tried on every project.
    named = session.exec(select(Footprints.hash).where(Footprints.actor_id == actor)).all()
    own = Projects.developer == actor.lower()
    either = or_(own, among_these(Projects.pdd_hash, named)) if named else own
    return Anchored(either, either)


def _in_force(valid: Valid) -> ColumnElement[bool]:
    return and_(
        PDDVersions.project_id == Projects.project_id,
        PDDVersions.version == Projects.version,
        valid(PDDVersions),
    )


def followed(valid: Valid) -> ColumnElement[bool]:
    """The condition that a methodology is a project's."""
    return and_(Methodologies.methodology_key == Projects.methodology_key, valid(Methodologies))


def one_project(valid: Valid) -> Any:
    """A project of `ids` with what hardly any has more of: few are reversed, or contested."""
    query = select(Projects, PDDVersions, Methodologies).outerjoin(PDDVersions, _in_force(valid))
    query = query.outerjoin(Methodologies, followed(valid))
    query = query.outerjoin(Footprints, Footprints.hash == Projects.pdd_hash)
    wanted = Projects.project_id.in_(bindparam("ids"))
    return query.where(valid(Projects), wanted).add_columns(
        Footprints.area_m2,
        exists().where(valid(Reversals), Reversals.project_id == Projects.project_id),
        or_(
            exists().where(Conflicts.hash_a == Projects.pdd_hash),
            exists().where(Conflicts.hash_b == Projects.pdd_hash),
        ),
    )


_LISTED, _PROJECT = Prepared(listed_projects, by_key=True), Prepared(one_project)
_VERSIONS = Versions(Projects, PDDVersions, "project_id")

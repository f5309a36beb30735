"""Routes of projects (OGCR 4.2.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.dependencies import DocumentBody, OfPrincipal, OfRegistry, ProjectName, Version
from api.errors import MissingError
from api.features.projects import project_edition, project_feature, project_record
from api.features.versions import project_version
from api.filters import ProjectFilters
from api.parameters import AsOfQuery, EndingQuery, Sender
from api.preconditions import IfMatch, Precondition
from api.problems import request_id
from api.queries.beside import beside_listed_projects, beside_projects
from api.queries.projects import ProjectRow, project, projects, registered_in, version
from api.registry import Registry
from api.responses import collection, feature
from api.snapshot import Snapshot
from api.writes.endings import project_ending
from api.writes.judging import recorded
from api.writes.projects import change, registration
from api.writes.taking import taken

router = APIRouter(tags=["projects"])


class Registering(Sender):
    """How a project is registered."""

    draft: bool = Field(
        default=False, description="Register a draft, which claims no ground until it is submitted."
    )


class Updating(Sender):
    """How a project is changed."""

    draft: bool | None = Field(
        default=None,
        description="true: a draft afterwards; false: submitted afterwards; without it, a draft "
        "stays one and a rejected project is submitted.",
    )


@router.get("/projects", summary="List projects")
def list_projects(
    request: Request, registry: OfRegistry, filters: Annotated[ProjectFilters, Query()]
) -> Response:
    """Projects as a GeoJSON FeatureCollection, filtered, sorted and paged (OGCR 4.2.1)."""
    with registry.listing(filters) as snapshot:
        page = projects(snapshot, filters)
        beside = beside_listed_projects(snapshot, page.rows)
        features = page.of(lambda row: project_feature(registry, snapshot, row, beside))
        return collection(request, registry, snapshot, features)


@router.post("/projects", status_code=202, summary="Register a project")
def register_project(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    query: Annotated[Registering, Query()],
    body: DocumentBody,
) -> Response:
    """Check a PDD and answer what is to be signed; with `draft=true` it stays a draft at first."""
    with recorded(registry, principal, body.document, query.sender, request_id(request)):
        with registry.snapshot() as snapshot:
            proposal = registration(registry, snapshot, body.document, query.draft)
        return taken(registry, principal, proposal, body.signed_transaction, query.sender)


@router.get("/projects/{projectId}", summary="Read a project")
def read_project(
    request: Request, registry: OfRegistry, name: ProjectName, query: AsOfQuery
) -> Response:
    """The PDD with its status, versions, reports, units and conflicts; it hashes to its anchor."""
    with registry.snapshot(query.as_of) as snapshot:
        row = require_project(snapshot, name)
        return project_answer(request, registry, snapshot, row)


@router.get("/projects/{projectId}/versions/{version}", summary="Read a version of a project")
def read_project_version(
    request: Request, registry: OfRegistry, name: ProjectName, number: Version, query: AsOfQuery
) -> Response:
    """The PDD as it was in one of its versions, with the last status that the project had in it; it
    hashes to the anchor of that version."""
    with registry.snapshot(query.as_of) as snapshot:
        row = require_project(snapshot, name)
        found = version(snapshot, row.project.project_id, number)
        if found is None:
            raise MissingError(no_version(f"The project {name}", number, row.project.version))
        content = project_version(registry, snapshot, row, found)
        return feature(request, registry, content, snapshot.position)


@router.put("/projects/{projectId}", status_code=202, summary="Change a project")
def change_project(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    name: ProjectName,
    query: Annotated[Updating, Query()],
    condition: IfMatch,
    body: DocumentBody,
) -> Response:
    """A new PDD version before validation, permitted metadata afterwards (OGCR 4.2.1). With
    `If-Match` only if the project is still of the version that its ETag named."""
    with recorded(registry, principal, body.document, query.sender, request_id(request)):
        with registry.snapshot() as snapshot:
            seen = require_unchanged(request, registry, snapshot, name, condition)
            proposal = change(registry, snapshot, name, body.document, query.draft)
        bound = replace(proposal, seen=seen)
        return taken(registry, principal, bound, body.signed_transaction, query.sender)


@router.delete("/projects/{projectId}", status_code=202, summary="Archive a project")
def archive_project(
    registry: OfRegistry, principal: OfPrincipal, name: ProjectName, query: EndingQuery
) -> Response:
    """What is to be signed so that a validated or rejected project takes no reports any more. It
    stays to be read, and so does all that was issued (OGCR 4.1)."""
    with registry.snapshot() as snapshot:
        proposal = project_ending(require_project(snapshot, name), query.reason)
    return taken(registry, principal, proposal, None, query.sender)


def project_answer(
    request: Request, registry: Registry, snapshot: Snapshot, row: ProjectRow
) -> Response:
    """The project as it is read, with the tag that a change names."""
    beside = beside_projects(snapshot, [row])
    content = project_feature(registry, snapshot, row, beside)
    record = project_record(registry, snapshot, row, beside)
    whole = {**content, "ogcr:record": record}
    return feature(request, registry, whole, snapshot.position, project_edition(row))


def require_unchanged(
    request: Request,
    registry: Registry,
    snapshot: Snapshot,
    name: str,
    condition: Precondition,
) -> str | None:
    """The version that a change is bound to; raises `PreconditionFailedError` when the project is
    of another one than was seen."""
    row = project(snapshot, name)

    def current() -> str | None:
        return project_answer(request, registry, snapshot, row).headers["ETag"] if row else None

    return condition.require(registry, project_edition(row) if row else None, current)


def require_project(snapshot: Snapshot, name: str) -> ProjectRow:
    """The project of that name; raises `MissingError`."""
    row = project(snapshot, name)
    if row is None:
        later = snapshot.not_yet(registered_in(snapshot, name))
        raise MissingError(
            f"There was no project {name} {later}"
            if later
            else f"There is no project {name}; GET /projects lists those there are."
        )
    return row


def no_version(of: str, number: int, newest: int | None) -> str:
    """The sentence about a version that there is not."""
    return f"{of} has no version {number}; the newest is {newest}."

"""Routes of monitoring reports and their verification (OGCR 4.2.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import (
    DocumentBody,
    OfPrincipal,
    OfRegistry,
    ProjectName,
    ReportName,
    Version,
)
from api.errors import MissingError
from api.features.reports import report_edition, report_feature, report_record
from api.features.versions import report_version
from api.filters import ReportFilters
from api.parameters import AsOfQuery, EndingQuery, SenderQuery
from api.preconditions import IfMatch, Precondition
from api.problems import request_id
from api.queries.beside import beside_listed_reports, beside_reports
from api.queries.projects import ProjectRow
from api.queries.reports import (
    ReportRow,
    report,
    report_within,
    reports,
    submitted_in,
    version,
)
from api.registry import Registry
from api.responses import collection, feature
from api.routes.projects import no_version, require_project
from api.snapshot import Snapshot
from api.writes.endings import report_ending
from api.writes.judging import recorded
from api.writes.reports import resubmission, submission
from api.writes.taking import taken
from api.writes.verifications import verification

router = APIRouter(tags=["monitoring"], prefix="/projects/{projectId}/monitoring")


@router.get("", summary="List the monitoring reports of a project")
def list_reports(
    request: Request,
    registry: OfRegistry,
    name: ProjectName,
    filters: Annotated[ReportFilters, Query()],
) -> Response:
    """Reports as a GeoJSON FeatureCollection, by period, status or verifier (OGCR 4.2.2)."""
    with registry.listing(filters) as snapshot:
        project = require_project(snapshot, name)
        page = reports(snapshot, project.project.project_id, filters)
        beside = beside_listed_reports(snapshot, page.rows)
        features = page.of(lambda row: report_feature(registry, snapshot, project, row, beside))
        return collection(request, registry, snapshot, features)


@router.post("", status_code=202, summary="Submit a monitoring report")
def submit_report(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    name: ProjectName,
    query: SenderQuery,
    condition: IfMatch,
    body: DocumentBody,
) -> Response:
    """Check a report and answer what is to be signed; after a rejection, its next version.
    `If-Match` is about the report that the document's id names."""
    with recorded(registry, principal, body.document, query.sender, request_id(request)):
        with registry.snapshot() as snapshot:
            project = require_project(snapshot, name)
            named = _named(body.document)
            seen = require_unchanged(request, registry, snapshot, project, named, condition)
            proposal = submission(registry, snapshot, project, body.document)
        bound = replace(proposal, seen=seen)
        return taken(registry, principal, bound, body.signed_transaction, query.sender)


@router.get("/{reportId}", summary="Read a monitoring report")
def read_report(
    request: Request,
    registry: OfRegistry,
    name: ProjectName,
    report_name: ReportName,
    query: AsOfQuery,
) -> Response:
    """The report with its verification, versions and vintages; it hashes to its anchor."""
    with registry.snapshot(query.as_of) as snapshot:
        project, row = require_report(snapshot, name, report_name)
        return report_answer(request, registry, snapshot, project, row)


@router.put("/{reportId}", status_code=202, summary="Resubmit a monitoring report")
def resubmit_report(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    name: ProjectName,
    report_name: ReportName,
    query: SenderQuery,
    condition: IfMatch,
    body: DocumentBody,
) -> Response:
    """The next version of a report that was rejected or withdrawn. With `If-Match` only if the
    report is still of the version that its ETag named."""
    with recorded(registry, principal, body.document, query.sender, request_id(request)):
        with registry.snapshot() as snapshot:
            project = require_project(snapshot, name)
            seen = require_unchanged(request, registry, snapshot, project, report_name, condition)
            _, row = require_report(snapshot, name, report_name)
            proposal = resubmission(registry, snapshot, project, row, body.document)
        bound = replace(proposal, seen=seen)
        return taken(registry, principal, bound, body.signed_transaction, query.sender)


@router.get("/{reportId}/versions/{version}", summary="Read a version of a monitoring report")
def read_report_version(
    request: Request,
    registry: OfRegistry,
    name: ProjectName,
    report_name: ReportName,
    number: Version,
    query: AsOfQuery,
) -> Response:
    """The report as it was in one of its versions, with the last status that it had in it; it
    hashes to the anchor of that version."""
    with registry.snapshot(query.as_of) as snapshot:
        project, row = require_report(snapshot, name, report_name)
        found = version(snapshot, row.report.report_id, number)
        if found is None:
            raise MissingError(no_version(f"The report {report_name}", number, row.report.version))
        content = report_version(registry, snapshot, project, row, found)
        return feature(request, registry, content, snapshot.position)


@router.post("/{reportId}/verify", status_code=202, summary="Verify a monitoring report")
def verify_report(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    name: ProjectName,
    report_name: ReportName,
    query: SenderQuery,
    body: DocumentBody,
) -> Response:
    """Check a decision document (verified or rejected) and answer what is to be signed."""
    with recorded(registry, principal, body.document, query.sender, request_id(request)):
        with registry.snapshot() as snapshot:
            project, row = require_report(snapshot, name, report_name)
            proposal = verification(registry, project, row, body.document)
        return taken(registry, principal, proposal, body.signed_transaction, query.sender)


@router.delete("/{reportId}", status_code=202, summary="Withdraw or archive a monitoring report")
def end_report(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: ProjectName,
    report_name: ReportName,
    query: EndingQuery,
) -> Response:
    """What is to be signed so that a report is withdrawn before a verifier has decided, which frees
    its period, or archived afterwards: nothing more is issued against it (OGCR 4.1)."""
    with registry.snapshot() as snapshot:
        project, row = require_report(snapshot, name, report_name)
        proposal = report_ending(project, row, query.reason)
    return taken(registry, principal, proposal, None, query.sender)


def report_answer(
    request: Request,
    registry: Registry,
    snapshot: Snapshot,
    project: ProjectRow,
    row: ReportRow,
) -> Response:
    """The report as it is read, with the tag that a change names."""
    beside = beside_reports(snapshot, [row])
    content = report_feature(registry, snapshot, project, row, beside)
    record = report_record(registry, snapshot, project, row, beside)
    whole = {**content, "ogcr:record": record}
    return feature(request, registry, whole, snapshot.position, report_edition(row))


def require_unchanged(
    request: Request,
    registry: Registry,
    snapshot: Snapshot,
    project: ProjectRow,
    report_name: str,
    condition: Precondition,
) -> str | None:
    """The version that a change is bound to; raises `PreconditionFailedError` when the report is of
    another one than was seen."""
    row = report(snapshot, project.project.project_id, report_name)

    def current() -> str | None:
        if row is None:
            return None
        return report_answer(request, registry, snapshot, project, row).headers["ETag"]

    return condition.require(registry, report_edition(row) if row else None, current)


def _named(document: object) -> str:
    found = document.get("id") if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""


def require_report(snapshot: Snapshot, name: str, report_name: str) -> tuple[ProjectRow, ReportRow]:
    """A project and its report of that name; raises `MissingError`."""
    found = report_within(snapshot, name, report_name)
    if found is not None:
        return found
    project = require_project(snapshot, name)
    row = report(snapshot, project.project.project_id, report_name)
    if row is None:
        began = submitted_in(snapshot, project.project.project_id, report_name)
        later = snapshot.not_yet(began)
        raise MissingError(
            f"The project {name} had no report {report_name} {later}"
            if later
            else f"The project {name} has no report {report_name}."
        )
    return project, row

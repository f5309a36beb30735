"""Routes of evidence: records with what proves them to whoever knows a block hash."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.dependencies import OfRegistry, ProjectName, ReportName, UnitName
from api.encoding import dumps
from api.errors import MissingError
from api.evidence import Subject, bundle, project_subject, report_subject, unit_subject
from api.queries.reports import report_of_id
from api.registry import Registry
from api.routes.credits import require_unit
from api.routes.monitoring import require_report
from api.routes.projects import require_project

router = APIRouter(tags=["evidence"])


@router.get("/projects/{projectId}/proof", summary="Prove a project")
def prove_project(registry: OfRegistry, name: ProjectName) -> Response:
    """The PDD's bytes, the log that anchors them, and the contract's storage, each with what proves
    it to whoever knows the block hash; `scripts/evidence` checks it without any network."""
    with registry.snapshot() as snapshot:
        subject = project_subject(require_project(snapshot, name))
    return _answer(registry, subject)


@router.get("/projects/{projectId}/monitoring/{reportId}/proof", summary="Prove a report")
def prove_report(registry: OfRegistry, name: ProjectName, report_name: ReportName) -> Response:
    """As for a project: the report's bytes, the log that anchors them, the contract's storage."""
    with registry.snapshot() as snapshot:
        subject = report_subject(require_report(snapshot, name, report_name)[1])
    return _answer(registry, subject)


@router.get("/monitoring/{reportId}/proof", summary="Prove a report by its 0x… id")
def prove_report_of_id(registry: OfRegistry, report_name: ReportName) -> Response:
    """The same for whoever knows the report's id on chain alone."""
    with registry.snapshot() as snapshot:
        row = report_of_id(snapshot, report_name.lower())
    if row is None:
        raise MissingError(f"There is no report {report_name}; give its 0x… id.")
    return _answer(registry, report_subject(row))


@router.get("/credits/{creditId}/proof", summary="Prove a unit")
def prove_unit(registry: OfRegistry, name: UnitName) -> Response:
    """The last log that names the unit, and the storage that says who owns it and what became of
    it."""
    with registry.snapshot() as snapshot:
        subject = unit_subject(registry, require_unit(snapshot, name))
    return _answer(registry, subject)


def _answer(registry: Registry, subject: Subject) -> Response:
    content = bundle(registry, subject)
    return Response(dumps(content), headers=_HEADERS, media_type="application/json")


_HEADERS = {"Cache-Control": "no-cache"}

"""Routes of validation: a dry run, what was found so far, and the numbers of it (OGCR 4.4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access.authorization import has_scope, require_signer
from api.dependencies import DocumentBody, OfPrincipal, OfRegistry
from api.encoding import dumps
from api.features.validations import check_json, statistics_json, verdict_json
from api.filters import ValidationFilters, ValidationPeriod
from api.links import link_header
from api.pages import statistics_page
from api.parameters import SenderQuery
from api.problems import request_id
from api.queries.validations import counts_by, days, totals, validations
from api.representations import VARYING, wants_page
from api.responses import paging
from api.writes.judging import Submitter, keep, verdict
from indexer import database

router = APIRouter(tags=["validation"])

_DIMENSIONS = ("code", "field", "submitter")
_JSON, _UNCACHED = "application/json", {"Cache-Control": "no-store"}


@router.post("/validate", summary="Check a document without handing it in")
def check_document(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    query: SenderQuery,
    body: DocumentBody,
) -> Response:
    """Schema, rules of the registry, ground and quality of any document; nothing is kept but the
    fact that it was checked."""
    require_signer(principal, query.sender)
    with registry.snapshot() as snapshot:
        found = verdict(registry, snapshot, body.document)
    submitter = Submitter(principal, query.sender, request_id(request))
    keep(registry, body.document, submitter, found, dry_run=True)
    return Response(dumps(verdict_json(found)), headers=_UNCACHED, media_type=_JSON)


@router.get("/validations", summary="List checks of documents")
def list_validations(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    filters: Annotated[ValidationFilters, Query()],
) -> Response:
    """Every own check with what it found and whether that was mended since, the newest first;
    administrators see those of everybody."""
    whose = None if has_scope(registry, principal, "admin:audit") else principal.id
    with database.snapshot(registry.engine) as session:
        page = validations(session, filters, whose)
        content = {
            "validations": [check_json(one) for one in page.rows],
            **paging(request, registry, page),
        }
    headers = {**_UNCACHED, **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type=_JSON)


@router.get("/statistics/validation", summary="Checks of documents in numbers")
def read_statistics(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    period: Annotated[ValidationPeriod, Query()],
) -> Response:
    """Faults by code and field, and checks by day; a page for browsers. By submitter they are
    counted for administrators alone."""
    with database.snapshot(registry.engine) as session:
        counts = {what: counts_by(session, period, what) for what in _DIMENSIONS}
        if not has_scope(registry, principal, "admin:audit"):
            counts["submitter"] = []
        content = statistics_json(totals(session, period), counts, days(session, period))
    if wants_page(request.headers.get("accept")):
        return statistics_page(content)
    return Response(dumps(content), headers={**_UNCACHED, **VARYING}, media_type=_JSON)

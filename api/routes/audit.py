"""The route of the audit log (OGCR 4.3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.encoding import dumps
from api.features.audit import entry_json
from api.filters import AuditFilters
from api.links import link_header
from api.queries.audit import entries
from api.responses import paging
from indexer import database

router = APIRouter(tags=["audit"], prefix="/audit")


@router.get("", summary="Search the audit log")
def search_audit(
    request: Request, registry: OfRegistry, filters: Annotated[AuditFilters, Query()]
) -> Response:
    """Every attempt and what was decided, the newest first. What is personal of it may be erased;
    `python -m api audit verify` shows that the rest is as it was written."""
    with database.snapshot(registry.engine) as session:
        page = entries(session, filters)
        content = {
            "entries": [entry_json(row, machine) for row, machine in page.rows],
            **paging(request, registry, page),
        }
    headers = {"Cache-Control": "no-store", **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type="application/json")

"""Routes of methodologies (OGCR 6.1.1)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import MethodologyName, OfRegistry
from api.encoding import moment_text
from api.errors import MissingError
from api.features.held import held_document
from api.filters import MethodologyFilters
from api.parameters import AsOfQuery
from api.queries.methodologies import methodologies, methodology, registered_in
from api.registry import Registry
from api.responses import answer, paging
from api.snapshot import Snapshot
from indexer.models import Methodology

router = APIRouter(tags=["methodologies"], prefix="/methodologies")


@router.get("", summary="List methodologies")
def list_methodologies(
    request: Request, registry: OfRegistry, filters: Annotated[MethodologyFilters, Query()]
) -> Response:
    """Methodology versions, each with the terms that the chain holds."""
    with registry.listing(filters) as snapshot:
        page = methodologies(snapshot, filters)
        entries = [_view(registry, snapshot, row) for row in page.rows]
        content = {"methodologies": entries, **paging(request, registry, page)}
        return answer(content, snapshot.position)


@router.get("/{name}", summary="Read a methodology")
def read_methodology(registry: OfRegistry, name: MethodologyName, query: AsOfQuery) -> Response:
    """A methodology version with its document; an id without a version finds the newest one."""
    with registry.snapshot(query.as_of) as snapshot:
        row = methodology(snapshot, name)
        if row is None:
            later = snapshot.not_yet(registered_in(snapshot, name))
            raise MissingError(
                f"There was no methodology {name} {later}"
                if later
                else f"There is no methodology {name}; GET /methodologies lists them."
            )
        held = held_document(registry, row.document_hash, "methodology", None)
        content = {**_view(registry, snapshot, row), "document": held.document}
        return answer({**content, "document_status": held.status}, snapshot.position)


def _view(registry: Registry, snapshot: Snapshot, row: Methodology) -> dict[str, Any]:
    return {
        "key": row.methodology_key,
        "id": row.methodology_id,
        "version": row.version,
        "status": row.status,
        "project_types": row.project_types,
        "unit_type": row.unit_type,
        "granularity_kg": row.granularity_kg,
        "buffer_rate_bps": row.buffer_rate_bps,
        "automatic_issuance": row.automatic_issuance,
        "expires": row.expires,
        "durability_years": row.durability_years,
        "document_hash": row.document_hash,
        "uri": row.uri,
        "registered_at": moment_text(row.registered_at),
        "finality": snapshot.position.finality_of(row.valid_from),
        "links": [
            {
                "rel": "self",
                "href": registry.link(f"/methodologies/{row.methodology_id}@{row.version}"),
            },
            {"rel": "canonical", "href": registry.link(f"/documents/{row.document_hash}")},
        ],
    }

"""Routes of reversals (OGCR 6.2.4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.bodies import modelled
from api.dependencies import JsonBody, OfPrincipal, OfRegistry, ReversalName
from api.errors import MissingError
from api.features.reversals import reversal_record, reversal_view
from api.filters import ReversalFilters
from api.parameters import AsOfQuery, SenderQuery
from api.queries.reversals import ReversalRow, reversal, reversals
from api.requests import CompensationRequest
from api.responses import answer, paging
from api.snapshot import Snapshot
from api.writes.reversals import compensation
from api.writes.taking import taken

router = APIRouter(tags=["reversals"], prefix="/reversals")


@router.get("", summary="List reversals")
def list_reversals(
    request: Request, registry: OfRegistry, filters: Annotated[ReversalFilters, Query()]
) -> Response:
    """Removals that were released again, each with what is still owed for it (kg CO2e)."""
    with registry.listing(filters) as snapshot:
        page = reversals(snapshot, filters)
        entries = [reversal_view(registry, snapshot, row) for row in page.rows]
        content = {"reversals": entries, **paging(request, registry, page)}
        return answer(content, snapshot.position)


@router.get("/{reversalId}", summary="Read a reversal")
def read_reversal(registry: OfRegistry, name: ReversalName, query: AsOfQuery) -> Response:
    """A reversal with the units cancelled for it and the retired units that it hit."""
    with registry.snapshot(query.as_of) as snapshot:
        row = require_reversal(snapshot, name)
        return answer(reversal_record(registry, snapshot, row), snapshot.position)


@router.post("/{reversalId}/compensate", status_code=202, summary="Compensate a reversal")
def compensate_reversal(
    registry: OfRegistry,
    principal: OfPrincipal,
    name: ReversalName,
    query: SenderQuery,
    body: JsonBody,
) -> Response:
    """Units of the signer that are cancelled for a reversal, for ever, by anybody who holds some
    of the same type."""
    wanted = modelled(CompensationRequest, body)
    with registry.snapshot() as snapshot:
        proposal = compensation(snapshot, require_reversal(snapshot, name), wanted)
    return taken(registry, principal, proposal, wanted.signed_transaction, query.sender)


def require_reversal(snapshot: Snapshot, name: str) -> ReversalRow:
    """The reversal of that id; raises `MissingError`."""
    row = reversal(snapshot, name)
    if row is None:
        raise MissingError(f"There is no reversal {name}; GET /reversals lists those there are.")
    return row

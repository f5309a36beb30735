"""The route of reorganisations: what was shown and is no more (OGCR 5.3.2)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.features.reorganisations import reorganisation_entry
from api.filters import ReorganisationFilters
from api.queries.reorganisations import reorganisations
from api.responses import answer, paging

router = APIRouter(tags=["changes"], prefix="/reorganisations")


@router.get("", summary="List reorganisations")
def list_reorganisations(
    request: Request, registry: OfRegistry, filters: Annotated[ReorganisationFilters, Query()]
) -> Response:
    """Every time that the chain took back blocks which the index had shown, the last one first;
    `below_finality` where they had been called final. The list outlives a rebuilt index."""
    with registry.listing(filters) as snapshot:
        page = reorganisations(snapshot, filters)
        entries = [reorganisation_entry(one) for one in page.rows]
        content = {"reorganisations": entries, **paging(request, registry, page)}
        return answer(content, snapshot.position)

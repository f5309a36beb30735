"""The route of the vocabulary that linked data refers to."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.representations import CONTEXT_PATH, JSONLD, context

router = APIRouter(tags=["service"])
_LASTING = {"Cache-Control": "public, max-age=86400"}


@router.get(CONTEXT_PATH, summary="The JSON-LD context")
def read_context() -> Response:
    """What the members of documents and records mean: schema.org, GeoSPARQL and PROV where they
    have a word for it, names of this registry otherwise. A change of meaning gets another path."""
    return Response(context(), headers=_LASTING, media_type=JSONLD)

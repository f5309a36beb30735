"""Where to begin: links to everything else."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.conformance import landing_links
from api.dependencies import OfRegistry
from api.encoding import dumps
from api.pages import landing_page
from api.representations import VARYING, wants_page

router = APIRouter(tags=["service"])

_RESOURCES = {
    "/projects": "Projects",
    "/credits": "Units",
    "/reversals": "Reversals",
    "/methodologies": "Methodologies",
    "/statistics/registry": "The registry in figures",
    "/changes": "Every change, for whoever follows the registry",
    "/reorganisations": "Blocks that the chain took back",
    "/failed-calls": "Calls that the contracts refused",
    "/health": "Health of this service",
}
_ABOUT = "A carbon-removal registry whose authority is on chain."


@router.get("/", summary="Begin here")
def read_landing(request: Request, registry: OfRegistry) -> Response:
    """Links to everything else; HTML for browsers."""
    resources = [
        {"rel": "item", "href": registry.link(path), "title": title}
        for path, title in _RESOURCES.items()
    ]
    links = [*landing_links(registry), *resources]
    if wants_page(request.headers.get("accept")):
        return landing_page(links[1:])
    content = {"title": "OGCR registry", "description": _ABOUT, "links": links}
    return Response(dumps(content), headers=VARYING, media_type="application/json")

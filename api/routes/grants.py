"""The routes of grants: what somebody let programs do, and how it is taken back."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access.authorization import has_scope, require_scope
from api.dependencies import OfPrincipal, OfRegistry
from api.encoding import dumps
from api.errors import MissingError
from api.links import link_header
from api.oauth.grants import revoke
from api.oauth.records import grant_record
from api.parameters import Slice
from api.patterns import ONE_LINE
from api.queries import oauth as queries
from api.responses import paging
from indexer import database

router = APIRouter(tags=["sign in"])
_FRESH = {"Cache-Control": "no-store"}
_ADMIN = "admin:clients"

GrantName = Annotated[
    str,
    Path(
        alias="grantId",
        max_length=100,
        description="The grant's id.",
        examples=["48ab808a524236ba70f1714b"],
    ),
]


class GrantsPart(Slice):
    """Whose grants, and which part of them."""

    principal: str | None = Field(
        default=None,
        max_length=300,
        pattern=ONE_LINE,
        description="Whose; one's own when not said. Others' are for administrators.",
        examples=["eip155:31337:0x976ea74026e726554db657fa54763abd0c3a0aa9"],
    )


@router.get("/grants", summary="What programs were let do")
def list_grants(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    part: Annotated[GrantsPart, Query()],
) -> Response:
    """The grants of the asking principal that count now, each with the program it was given to."""
    whose = part.principal or principal.id
    if whose != principal.id:
        require_scope(registry, principal, (_ADMIN,))
    with database.snapshot(registry.engine) as session:
        page = queries.living_grants(session, whose, int(time.time()), part)
        found = [grant_record(*row) for row in page.rows]
    content = {"grants": found, **paging(request, registry, page)}
    headers = {**_FRESH, **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type="application/json")


@router.delete("/grants/{grantId}", summary="Take back what a program was let do")
def revoke_grant(registry: OfRegistry, principal: OfPrincipal, name: GrantName) -> Response:
    """Ends a grant with all of its tokens, at once: one's own; administrators end anybody's."""
    may_end_any = has_scope(registry, principal, _ADMIN)
    with registry.transaction() as session:
        row = queries.locked_grant(session, name)
        if row is None or (row.principal != principal.id and not may_end_any):
            raise MissingError("There is no such grant of yours.")
        revoke(row, f"by {principal.id}", int(time.time()))
        client = queries.locked_client(session, row.client_id)
        assert client is not None  # a foreign key holds it
        content = grant_record(row, client)
    return _json(content)


def _json(content: object) -> Response:
    return Response(dumps(content), 200, _FRESH, "application/json")

"""The routes of clients and of linked wallets."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.bodies import modelled
from api.dependencies import AccountName, JsonBody, OfPrincipal, OfRegistry
from api.encoding import dumps
from api.links import link_header
from api.oauth import links, models
from api.oauth.clients import Registration, register, revoke
from api.oauth.records import client_record, link_record
from api.parameters import Slice
from api.queries import oauth as queries
from api.responses import paging
from indexer import database

router = APIRouter(tags=["sign in"])
_FRESH = {"Cache-Control": "no-store"}

ClientName = Annotated[
    str,
    Path(
        alias="clientId",
        max_length=100,
        description="The client's id.",
        examples=["3ab7d0d92c898227fdc49812"],
    ),
]


@router.get("/clients", summary="OAuth clients")
def list_clients(
    request: Request, registry: OfRegistry, part: Annotated[Slice, Query()]
) -> Response:
    """Every program that may ask for tokens, revoked ones too, the newest first."""
    with database.snapshot(registry.engine) as session:
        page = queries.clients(session, part)
        found = [client_record(row) for row in page.rows]
    content = {"clients": found, **paging(request, registry, page)}
    headers = {**_FRESH, **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type="application/json")


@router.post("/clients", summary="Register an OAuth client", status_code=201)
def register_client(registry: OfRegistry, principal: OfPrincipal, body: JsonBody) -> Response:
    """A program that may ask for tokens; its secret is in this answer and never again."""
    wanted = modelled(models.ClientRequest, body)
    with registry.transaction() as session:
        row, secret = register(
            session, Registration(**wanted.model_dump(), created_by=principal.id)
        )
        content = client_record(row, secret)
    return _json(content, 201)


@router.delete("/clients/{clientId}", summary="Revoke an OAuth client")
def revoke_client(registry: OfRegistry, name: ClientName) -> Response:
    """Ends the client and all that was granted to it, at once."""
    with registry.transaction() as session:
        content = client_record(revoke(session, name, int(time.time())))
    return _json(content)


@router.get("/wallets", summary="Own wallets")
def list_wallets(registry: OfRegistry, principal: OfPrincipal) -> Response:
    """The wallets that the asking principal may sign for, and every link it is part of."""
    own = principal.id.rpartition(":")[2]
    with database.snapshot(registry.engine) as session:
        found = queries.wallet_links(session, principal.id, own)
        content = {
            "principal": principal.id,
            "wallets": sorted(principal.wallets),
            "links": [link_record(row) for row in found],
        }
    return _json(content)


@router.post("/wallets/text", summary="The text that links another wallet")
def write_link_text(registry: OfRegistry, principal: OfPrincipal, body: JsonBody) -> Response:
    """The other wallet signs that the asking principal may act for it."""
    wanted = modelled(models.LinkTextRequest, body)
    request, text = links.proposed(registry, principal, wanted.wallet.lower())
    return _json({"request": request, "text": text})


@router.post("/wallets", summary="Link another wallet", status_code=201)
def link_wallet(registry: OfRegistry, principal: OfPrincipal, body: JsonBody) -> Response:
    """From now on the asking principal may sign for the other wallet too."""
    wanted = modelled(models.LinkRequest, body)
    row = links.signed(registry, principal, wanted.request, wanted.signature)
    return _json(link_record(row), 201)


@router.delete("/wallets/{account}", summary="End the link with a wallet")
def unlink_wallet(registry: OfRegistry, principal: OfPrincipal, account: AccountName) -> Response:
    """Ends the link from either side, at once."""
    with registry.transaction() as session:
        content = link_record(links.ended(session, registry.chain_id, principal, account.lower()))
    return _json(content)


def _json(content: object, status: int = 200) -> Response:
    return Response(dumps(content), status, _FRESH, "application/json")

"""Routes of API keys (OGCR 4.3)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.access.authorization import has_scope
from api.access.issuing import ALL, wanted_key
from api.access.keys import make, revoke
from api.access.principals import Principal
from api.access.proofs import statement
from api.access.tables import ApiKey
from api.bodies import modelled
from api.dependencies import JsonBody, OfPrincipal, OfRegistry
from api.encoding import dumps
from api.errors import MissingError
from api.features.keys import key_json
from api.filters import KeyFilters
from api.links import link_header
from api.patterns import ADDRESS, ONE_LINE
from api.queries.keys import key as key_of
from api.queries.keys import keys
from api.registry import Registry
from api.requests import KeyRequest
from api.responses import paging
from indexer import database

router = APIRouter(tags=["keys"], prefix="/keys")

_JSON, _SECRET = "application/json", {"Cache-Control": "no-store"}
KeyId = Annotated[str, Path(alias="id", max_length=100, description="Id of the key.")]


class Proving(BaseModel):
    """What is to be proven."""

    organization: str = Field(
        min_length=1, max_length=200, pattern=ONE_LINE, description="To whom the key will belong."
    )
    wallet: str = Field(pattern=ADDRESS, description="Address of the wallet.")


@router.get("", summary="List API keys")
def list_keys(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    filters: Annotated[KeyFilters, Query()],
) -> Response:
    """Own keys, the newest first, with when they were used last; administrators see all."""
    owner = None if has_scope(registry, principal, ALL) else principal.id
    with database.snapshot(registry.engine) as session:
        page = keys(session, filters, owner)
        content = {
            "keys": [key_json(row) for row in page.rows],
            **paging(request, registry, page),
        }
    headers = {**_SECRET, **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type=_JSON)


@router.post("", status_code=201, summary="Make an API key")
def make_key(registry: OfRegistry, principal: OfPrincipal, body: JsonBody) -> Response:
    """A key of an organization with scopes, wallets, and an end. The answer alone shows it: it is
    kept as a digest, and cannot be told again."""
    wanted = wanted_key(registry, principal, modelled(KeyRequest, body))
    with registry.transaction() as session:
        row, secret = make(session, wanted)
        content = {**key_json(row), "key": secret}
    headers = {"Location": f"/keys/{row.id}", **_SECRET}
    return Response(dumps(content), 201, headers, _JSON)


@router.get("/statement", summary="Read what proves a wallet")
def read_statement(registry: OfRegistry, query: Annotated[Proving, Query()]) -> Response:
    """The text that the owner of a wallet signs (`personal_sign`), so that a key of an organization
    may act for it. It is good today and tomorrow."""
    wallet = query.wallet.lower()
    said = statement(registry, query.organization, wallet)
    content = {"organization": query.organization, "wallet": wallet, "statement": said}
    return Response(dumps(content), headers=_SECRET, media_type=_JSON)


@router.get("/{id}", summary="Read an API key")
def read_key(registry: OfRegistry, principal: OfPrincipal, key_id: KeyId) -> Response:
    """What a key may, its state, and when it was used last; its secret is kept nowhere."""
    with database.snapshot(registry.engine) as session:
        row = _own(registry, principal, key_of(session, key_id))
        content = key_json(row)
    return Response(dumps(content), headers=_SECRET, media_type=_JSON)


@router.delete("/{id}", summary="Revoke an API key")
def revoke_key(registry: OfRegistry, principal: OfPrincipal, key_id: KeyId) -> Response:
    """End a key at once and for ever. Every key can revoke itself; once more changes nothing."""
    with registry.transaction() as session:
        row = _own(registry, principal, key_of(session, key_id))
        revoke(row, principal.id)
        content = key_json(row)
    return Response(dumps(content), headers=_SECRET, media_type=_JSON)


def _own(registry: Registry, principal: Principal, row: ApiKey | None) -> ApiKey:
    """The key, when it is the principal's or itself; raises `MissingError` for that of somebody
    else as well."""
    if row is not None and (row.owner == principal.id or row.id == principal.credential):
        return row
    if row is not None and has_scope(registry, principal, ALL):
        return row
    raise MissingError("There is no such key of yours; GET /keys lists those there are.")

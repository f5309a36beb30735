"""Routes of webhooks: who is told what, how that went, and how to hear it again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access.authorization import has_scope
from api.access.scopes import ADMIN
from api.bodies import modelled
from api.dependencies import JsonBody, OfPrincipal, OfRegistry
from api.encoding import dumps
from api.hooks import subscriptions
from api.hooks.models import ReplayRequest, WebhookChange, WebhookRequest
from api.hooks.showing import attempt_json, hook_json
from api.hooks.signing import secret_of
from api.hooks.subscriptions import own_hook
from api.links import link_header
from api.parameters import Part
from api.patterns import WEBHOOK
from api.queries.hooks import attempts_of, hooks
from api.responses import paging
from indexer import database

router = APIRouter(tags=["webhooks"], prefix="/webhooks")

_JSON, _UNCACHED = "application/json", {"Cache-Control": "no-store"}
WebhookId = Annotated[
    str,
    Path(
        alias="webhookId",
        pattern=WEBHOOK,
        description="Id of the webhook.",
        examples=["0" * 32],
    ),
]


@router.post("", status_code=201, summary="Subscribe")
def create_webhook(registry: OfRegistry, principal: OfPrincipal, body: JsonBody) -> Response:
    """Be told what happens by signed messages (Standard Webhooks): in order, at least once, and
    what a reorganisation takes back as well. The answer shows the secret, this once."""
    row = subscriptions.subscribe(registry, principal, modelled(WebhookRequest, body))
    content = {**hook_json(row, registry.link), "secret": secret_of(registry.seal, row)}
    headers = {"Location": f"/webhooks/{row.id}", **_UNCACHED}
    return Response(dumps(content), 201, headers, _JSON)


@router.get("", summary="List webhooks")
def list_webhooks(
    request: Request, registry: OfRegistry, principal: OfPrincipal, query: Annotated[Part, Query()]
) -> Response:
    """The principal's subscriptions and those of the keys that it made, the newest first; an
    administrator sees everybody's."""
    is_everybodys = has_scope(registry, principal, ADMIN)
    with database.snapshot(registry.engine) as session:
        whose = None if is_everybodys else subscriptions.owners(session, principal)
        page = hooks(session, query, whose)
        content = {
            "webhooks": [hook_json(row, registry.link) for row in page.rows],
            **paging(request, registry, page),
        }
    headers = {**_UNCACHED, **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type=_JSON)


@router.get("/{webhookId}", summary="Read a webhook")
def read_webhook(registry: OfRegistry, principal: OfPrincipal, name: WebhookId) -> Response:
    """The subscription, how far it has come, and what keeps it up."""
    return _shown(registry, own_hook(registry, principal, name))


@router.patch("/{webhookId}", summary="Change a webhook")
def change_webhook(
    registry: OfRegistry, principal: OfPrincipal, name: WebhookId, body: JsonBody
) -> Response:
    """Another URL or other filters, a pause, or going on after one; what is left out stays. From
    then on it rests on the credential that is shown: it pauses, and says so in `error`, once that
    key, client or grant counts no more or lacks a scope."""
    own_hook(registry, principal, name)
    wanted = modelled(WebhookChange, body)
    return _shown(registry, subscriptions.change_hook(registry, principal, name, wanted))


@router.delete("/{webhookId}", status_code=204, summary="Remove a webhook")
def remove_webhook(registry: OfRegistry, principal: OfPrincipal, name: WebhookId) -> Response:
    """Nothing more is sent."""
    own_hook(registry, principal, name)
    subscriptions.remove(registry, name)
    return Response(status_code=204)


@router.post("/{webhookId}/secret", summary="Renew the secret of a webhook")
def renew_secret(registry: OfRegistry, principal: OfPrincipal, name: WebhookId) -> Response:
    """Another secret, shown this once; the one before it signs as well for a day."""
    own_hook(registry, principal, name)
    row = subscriptions.renew_secret(registry, name)
    content = {**hook_json(row, registry.link), "secret": secret_of(registry.seal, row)}
    return Response(dumps(content), headers=_UNCACHED, media_type=_JSON)


@router.post("/{webhookId}/ping", summary="Test a webhook")
def ping_webhook(registry: OfRegistry, principal: OfPrincipal, name: WebhookId) -> Response:
    """Send a signed message of the type `ping` at once, and tell what came of it."""
    attempt = subscriptions.ping(registry, own_hook(registry, principal, name))
    return Response(dumps(attempt_json(attempt)), headers=_UNCACHED, media_type=_JSON)


@router.post("/{webhookId}/replay", summary="Be told again")
def replay_webhook(
    registry: OfRegistry, principal: OfPrincipal, name: WebhookId, body: JsonBody
) -> Response:
    """Tell what comes after a cursor (again), under the ids that the messages had; one that
    stopped goes on, as if it were made active."""
    own_hook(registry, principal, name)
    wanted = modelled(ReplayRequest, body)
    return _shown(registry, subscriptions.replay(registry, principal, name, wanted))


@router.get("/{webhookId}/deliveries", summary="List what was sent to a webhook")
def list_deliveries(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    name: WebhookId,
    query: Annotated[Part, Query()],
) -> Response:
    """Every attempt that is still kept, the newest first, with its outcome."""
    own_hook(registry, principal, name)
    with database.snapshot(registry.engine) as session:
        page = attempts_of(session, name, query)
        content = {
            "deliveries": [attempt_json(attempt) for attempt in page.rows],
            **paging(request, registry, page),
        }
    headers = {**_UNCACHED, **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type=_JSON)


def _shown(registry: OfRegistry, row: subscriptions.WebhookRow) -> Response:
    return Response(dumps(hook_json(row, registry.link)), headers=_UNCACHED, media_type=_JSON)

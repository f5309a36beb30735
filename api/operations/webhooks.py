"""Webhooks: subscriptions and what was sent to them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.hooks import models as hooks
from api.operations.operation import LIST, OWN_TASKS, Operation


def _hook(
    said: str,
    answer: type[BaseModel] | None,
    example: str | None,
    request: Any = None,
    examples: tuple[str, ...] = (),
    *,
    status: int = 200,
    secret: bool = False,
) -> Operation:
    takes = (409, 413, 415, 422) if request is not None else ()
    return Operation(
        said,
        answer,
        example or "",
        status,
        errors=(400, 403, 404, 405, *takes, 500, 503),
        request=request,
        request_examples=examples,
        derived=False,
        secret=secret,
        scopes=_OWN_HOOKS,
    )


#: Of a credential, since messages are sent to somebody; what they may be about is asked beside it.
_OWN_HOOKS = ("projects:read", "mrv:read", "credits:read", *OWN_TASKS)
_WEBHOOK = "/webhooks/{webhookId}"

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("post", "/webhooks"): _hook(
        "The subscription, and its secret.",
        hooks.WebhookWithSecret,
        "new-webhook",
        hooks.WebhookRequest,
        ("webhook-request",),
        status=201,
        secret=True,
    ),
    ("get", "/webhooks"): Operation(
        "A page of subscriptions.",
        hooks.WebhookPage,
        "webhooks",
        derived=False,
        errors=LIST,
        scopes=_OWN_HOOKS,
    ),
    ("get", _WEBHOOK): _hook("The subscription.", hooks.Webhook, "webhook"),
    ("patch", _WEBHOOK): _hook(
        "The subscription as it is now.",
        hooks.Webhook,
        "webhook",
        hooks.WebhookChange,
        ("webhook-change",),
    ),
    ("delete", _WEBHOOK): _hook("It is gone.", None, None, status=204),
    ("post", _WEBHOOK + "/secret"): _hook(
        "The subscription, and its new secret.",
        hooks.WebhookWithSecret,
        "new-webhook",
        secret=True,
    ),
    ("post", _WEBHOOK + "/ping"): _hook("What came of it.", hooks.Delivery, "webhook-ping"),
    ("post", _WEBHOOK + "/replay"): _hook(
        "The subscription, from where it goes on.",
        hooks.Webhook,
        "webhook",
        hooks.ReplayRequest,
        ("webhook-replay",),
    ),
    ("get", _WEBHOOK + "/deliveries"): Operation(
        "A page of attempts.",
        hooks.DeliveryPage,
        "webhook-deliveries",
        derived=False,
        errors=(400, 403, 404, 405, 410, 500, 503),
        scopes=_OWN_HOOKS,
    ),
}

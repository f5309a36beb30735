"""Documentation: what subscribers are sent, as the section `webhooks` of OpenAPI 3.1."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.hooks.models import MESSAGES

_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_SAID = {
    "change": "What became of a row of the registry, or of the whole index",
    "gap": "Changes that are kept no longer were not told",
    "task": "A step of a write of your own",
    "ping": "A test that somebody asked for",
}
_HEADERS = {
    "webhook-id": "The message, however often it is sent: leave out what you have seen.",
    "webhook-timestamp": "When it was sent, UNIX seconds: refuse what is old.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, "
    "with spaces between, while a secret is being replaced (Standard Webhooks).",
}
_ANSWERS = {
    "2XX": "Taken. Anything else, a redirection as well, is tried again, ever later.",
    "410": "Nothing is wanted any more: the subscription ends.",
}


def messages_sent(
    schema_of: Callable[[Any, dict[str, Any]], dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    """Every kind of message with its schema, headers and an example that was really sent."""
    found = {}
    for name, model in MESSAGES.items():
        text = (_EXAMPLES / f"message-{name}.json").read_text(encoding="utf-8")
        content = {
            "schema": schema_of(model, components),
            "examples": {name: {"value": json.loads(text)}},
        }
        body = {"required": True, "content": {"application/json": content}}
        answers = {status: {"description": said} for status, said in _ANSWERS.items()}
        found[name] = {
            "post": {
                "summary": _SAID[name],
                "description": model.__doc__ or "",
                "parameters": [_header(header, said) for header, said in _HEADERS.items()],
                "requestBody": body,
                "responses": answers,
            }
        }
    return found


def _header(name: str, said: str) -> dict[str, Any]:
    place = {"name": name, "in": "header", "required": True, "description": said}
    return {**place, "schema": {"type": "string"}}

"""Secrets: taken out of whatever is written down, should one have strayed there."""

from __future__ import annotations

import re

from starlette.datastructures import QueryParams

from api.errors import AuthenticationError

_FORMS = (
    re.compile(r"(ogcr_[0-9a-fA-F]{1,16})_[0-9a-fA-F]+"),
    re.compile(r"(ogcr-client-)[A-Za-z0-9_-]+"),
    re.compile(r"()eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*"),
    re.compile(r"(?i)(bearer[ +])[^\s,;]+"),
)
_NAMES = frozenset({"access_token", "api_key", "apikey", "authorization", "x-api-key"})


def without_secrets(text: str) -> str:
    """The text with keys, tokens and what follows `Bearer` left out; of a key its id stays."""
    for form in _FORMS:
        text = form.sub(lambda found: f"{found[1]}…", text)
    return text


def refuse_in_query(query: str) -> None:
    """Raise `AuthenticationError` for a credential in the query: addresses end up in the logs of
    every machine on the way (RFC 6750, 2.3)."""
    for name, value in QueryParams(query).multi_items():
        if name.lower() in _NAMES or any(form.search(value) for form in _FORMS):
            message = (
                "A credential in an address ends up in logs: revoke it, and show another one in "
                "the Authorization header."
            )
            raise AuthenticationError(message, error="invalid_request")

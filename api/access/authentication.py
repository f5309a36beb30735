"""Authentication: the credential that a request shows, as a principal (RFC 6750)."""

from __future__ import annotations

from starlette.datastructures import Headers

from api.access import keys
from api.access.principals import ANONYMOUS, Principal
from api.access.scopes import PUBLIC
from api.errors import AuthenticationError
from api.oauth.bearer import principal_of
from api.registry import Registry

KEY_HEADER = "x-api-key"
_NOBODY: frozenset[str] = frozenset()


def authenticate(registry: Registry, headers: Headers) -> Principal:
    """The principal of a request; whoever shows nothing is anonymous.

    Raises `AuthenticationError` for a credential that cannot be used, even where none is needed:
    whoever believes to be somebody is told that they are not.
    """
    shown = _shown(headers)
    everybody = PUBLIC if registry.settings.reads == "public" else _NOBODY
    if shown is None:
        return ANONYMOUS.with_scopes(everybody)
    scheme, secret = shown
    if scheme == "key" or secret.startswith(keys.START):
        return keys.principal_of(registry, secret).with_scopes(everybody)
    return principal_of(registry, secret).with_scopes(everybody)


def shows_nothing(headers: Headers) -> bool:
    """Whether a request shows no credential at all."""
    return "authorization" not in headers and KEY_HEADER not in headers


def _shown(headers: Headers) -> tuple[str, str] | None:
    """The one credential of a request; two of them are refused, since others may read another."""
    bearers, keys = headers.getlist("authorization"), headers.getlist(KEY_HEADER)
    if len(bearers) + len(keys) > 1:
        message = "Show one credential: a single Authorization or X-API-Key header."
        raise AuthenticationError(message, error="invalid_request")
    if keys:
        return "key", keys[0].strip()
    if not bearers:
        return None
    scheme, _, secret = bearers[0].strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip() or " " in secret.strip():
        message = "Show the credential as “Authorization: Bearer …”, or a key as “X-API-Key: …”."
        raise AuthenticationError(message, error="invalid_request")
    return "bearer", secret.strip()

"""Schemes: how the documentation says what credential an operation takes (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from api.access.scopes import OPEN, PUBLIC, SCOPES

_GRANTED = {name: said for name, said in SCOPES.items() if name not in PUBLIC}

SCHEMES: dict[str, Any] = {
    "oauth2": {
        "type": "oauth2",
        "description": "Sign in with a wallet (authorization code with PKCE), or as a program "
        "(client credentials).",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "/oauth/authorize",
                "tokenUrl": "/oauth/token",
                "refreshUrl": "/oauth/token",
                "scopes": _GRANTED,
            },
            "clientCredentials": {"tokenUrl": "/oauth/token", "scopes": _GRANTED},
        },
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token, or an API key of an organization.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key of an organization, as an alternative to `Authorization`.",
    },
}
CHALLENGE = {
    "WWW-Authenticate": {
        "description": "Which credential would do (RFC 6750), and where to get it (RFC 9728).",
        "schema": {"type": "string"},
    }
}


def security_of(scopes: tuple[str, ...]) -> list[dict[str, list[str]]]:
    """The credentials that an operation takes, any of them with any of the scopes; the empty one
    stands for none, where reads are public."""
    if scopes == OPEN:
        return []
    granted = [scope for scope in scopes if scope not in PUBLIC]
    without: list[dict[str, list[str]]] = [{}] if set(scopes) & PUBLIC else []
    return without + [{name: [scope]} for scope in granted for name in SCHEMES]

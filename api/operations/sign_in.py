"""Signing in: OAuth 2.0, its clients, grants, and linked wallets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from api.access.scopes import OPEN, PUBLIC, SCOPES
from api.oauth import models as oauth
from api.operations.operation import Operation

_ACCOUNT = (400, 401, 403, 405, 409, 413, 415, 422, 500, 503)
#: A route that looks at its parameters itself, and sends what is wrong with them to the client.
_OF_A_CODE: Mapping[str, Mapping[str, Any]] = {
    "response_type": {"const": "code"},
    "client_id": {"pattern": r"^[A-Za-z0-9\-._~]+$"},
    "redirect_uri": {"format": "uri", "pattern": "^[!-~]+$"},
    "code_challenge": {"pattern": "^[A-Za-z0-9_-]{43}$"},
    "code_challenge_method": {"const": "S256"},
}
_CLIENTS = ("admin:clients",)
#: Whoever signed in, for whatever.
_ANYBODY = tuple(scope for scope in SCOPES if scope not in PUBLIC)
#: Whoever may hand in what a wallet signs.
_SIGNERS = (
    "projects:write",
    "projects:approve",
    "mrv:write",
    "mrv:verify",
    "credits:transfer",
    "credits:retire",
    "admin:registry",
)


def _about(said: str, answer: type[BaseModel], example: str) -> Operation:
    return Operation(said, answer, example, errors=(400, 405, 500, 503), derived=False, scopes=OPEN)


def _consent(
    said: str,
    request: Any,
    examples: tuple[str, ...],
    answer: type[BaseModel],
    example: str,
    *,
    secret: bool,
) -> Operation:
    return Operation(
        said,
        answer,
        example,
        errors=(400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503),
        request=request,
        request_examples=examples,
        derived=False,
        scopes=OPEN,
        secret=secret,
    )


def _form(
    said: str, request: Any, examples: tuple[str, ...], answer: type[BaseModel], example: str
) -> Operation:
    return Operation(
        said,
        answer,
        example,
        errors=(400, 405, 409, 413, 415, 422, 500, 503),
        request=request,
        request_examples=examples,
        derived=False,
        scopes=OPEN,
        secret=True,
        form=True,
        refusals=(400, 401),
    )


def _listed(said: str, answer: type[BaseModel], example: str, scopes: tuple[str, ...]) -> Operation:
    errors = (400, 401, 403, 405, 500, 503)
    return Operation(said, answer, example, errors=errors, derived=False, scopes=scopes)


def _added(
    said: str,
    request: Any,
    examples: tuple[str, ...],
    answer: type[BaseModel],
    example: str,
    status: int = 201,
    *,
    errors: tuple[int, ...] = _ACCOUNT,
    **more: Any,
) -> Operation:
    return Operation(
        said,
        answer,
        example,
        status,
        errors=errors,
        request=request,
        request_examples=examples,
        derived=False,
        **more,
    )


def _ended(said: str, answer: type[BaseModel], example: str, scopes: tuple[str, ...]) -> Operation:
    errors = (*_ACCOUNT, 404)
    return Operation(said, answer, example, errors=errors, derived=False, scopes=scopes)


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/.well-known/oauth-authorization-server"): _about(
        "The server's metadata.", oauth.ServerMetadata, "oauth-server"
    ),
    ("get", "/.well-known/oauth-protected-resource"): _about(
        "The resource's metadata.", oauth.ResourceMetadata, "oauth-resource"
    ),
    ("get", "/oauth/jwks"): _about("The keys.", oauth.PublicKeys, "oauth-keys"),
    ("get", "/oauth/authorize"): Operation(
        "The request, to be decided.",
        oauth.ConsentRequest,
        "consent-request",
        derived=False,
        also=(302,),
        scopes=OPEN,
        errors=(405, 500, 503),
        refusals=(400, 404),
        needed=_OF_A_CODE,
    ),
    ("post", "/oauth/authorize"): _consent(
        "Where the browser goes.",
        oauth.DecisionRequest,
        ("consent-allow", "consent-deny"),
        oauth.ConsentAnswer,
        "consent-answer",
        secret=True,
    ),
    ("post", "/oauth/authorize/text"): _consent(
        "The text to sign.",
        oauth.TextRequest,
        ("consent-wallet",),
        oauth.ConsentText,
        "consent-text",
        secret=False,
    ),
    ("post", "/oauth/token"): _form(
        "The token.",
        oauth.TokenRequest,
        ("token-of-code", "token-of-refresh", "token-of-client"),
        oauth.TokenAnswer,
        "token",
    ),
    ("post", "/oauth/revoke"): _form(
        "It does not count, whatever it was.",
        oauth.TokenQuestion,
        ("token-question",),
        oauth.Revoked,
        "token-revoked",
    ),
    ("post", "/oauth/introspect"): _form(
        "What is known of it.",
        oauth.TokenQuestion,
        ("token-question",),
        oauth.Introspected,
        "token-introspected",
    ),
    ("get", "/clients"): _listed("A page of clients.", oauth.ClientPage, "clients", _CLIENTS),
    ("post", "/clients"): _added(
        "The client, with its secret.",
        oauth.ClientRequest,
        ("client-of-people", "client-of-its-own"),
        oauth.NewClient,
        "client",
        scopes=_CLIENTS,
        secret=True,
    ),
    ("delete", "/clients/{clientId}"): _ended(
        "The client is revoked.", oauth.RegisteredClient, "client-revoked", _CLIENTS
    ),
    ("get", "/grants"): _listed("A page of grants.", oauth.GrantPage, "grants", _ANYBODY),
    ("delete", "/grants/{grantId}"): _ended(
        "The grant has ended.", oauth.Grant, "grant-revoked", _ANYBODY
    ),
    ("get", "/wallets"): _listed("The wallets.", oauth.WalletLinks, "wallets", _SIGNERS),
    ("post", "/wallets/text"): _added(
        "The text to sign.",
        oauth.LinkTextRequest,
        ("wallet-to-link",),
        oauth.LinkText,
        "wallet-text",
        200,
        scopes=_SIGNERS,
    ),
    ("post", "/wallets"): _added(
        "The wallet is linked.",
        oauth.LinkRequest,
        ("wallet-signed",),
        oauth.WalletLink,
        "wallet-link",
        errors=(*_ACCOUNT, 404),
        scopes=_SIGNERS,
    ),
    ("delete", "/wallets/{account}"): _ended(
        "The link has ended.", oauth.WalletLink, "wallet-link", _SIGNERS
    ),
}

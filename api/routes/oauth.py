"""The routes of OAuth: metadata, a person's consent, tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from authlib.oauth2.rfc6749.errors import InvalidClientError, OAuth2Error
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.access.principals import Principal
from api.bodies import modelled
from api.dependencies import JsonBody, OfRegistry
from api.encoding import dumps
from api.errors import (
    ApiError,
    AuthenticationError,
    Detail,
    MissingError,
    ParameterError,
    ValidationError,
)
from api.oauth import consent, forms, models
from api.oauth.authority import authority
from api.oauth.metadata import resource_metadata, server_metadata
from api.oauth.pages import consent_page, refusal_page
from api.oauth.scopes import words_of
from api.oauth.server import Answer, Server
from api.oauth.wallets import principal_id
from api.patterns import OAUTH_FIELDS, VISIBLE
from api.problems import problem, request_id
from api.registry import Registry
from api.representations import wants_page
from indexer import database

router = APIRouter(tags=["sign in"])
_FRESH = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_KEPT = {"Cache-Control": "max-age=300"}

_REFUSALS: dict[int, type[ApiError]] = {
    400: ParameterError,
    401: AuthenticationError,
    404: MissingError,
}

_SENTENCES = {
    "invalid_grant": "The code or refresh token is not good here, or no longer; sign in again.",
    "invalid_request": "The request lacks a field; see RFC 6749.",
}

FormBody = Annotated[str, Depends(forms.read_form)]


class AuthorizationQuery(BaseModel):
    """An authorization request (RFC 6749, 4.1.1; RFC 7636). Other fields are ignored, but for
    a `resource` (RFC 8707), which can be this API alone."""

    response_type: str | None = Field(default=None, description="`code`.", examples=["code"])
    client_id: str | None = Field(default=None, description="The client's id.")
    redirect_uri: str | None = Field(
        default=None, description="Where the answer goes: an address the client registered."
    )
    scope: str | None = Field(
        default=None,
        description="Scopes, with blanks between.",
        json_schema_extra={"pattern": OAUTH_FIELDS["scope"]},
    )
    state: str | None = Field(
        default=None, description="Comes back as it is.", json_schema_extra={"pattern": VISIBLE}
    )
    code_challenge: str | None = Field(default=None, description="SHA-256 of the verifier.")
    code_challenge_method: str | None = Field(default=None, description="`S256`.")


@router.get("/.well-known/oauth-authorization-server", summary="The authorization server")
def read_server_metadata(registry: OfRegistry) -> Response:
    """What the authorization server can do, and where (RFC 8414)."""
    return _json(server_metadata(registry.settings), headers=_KEPT)


@router.get("/.well-known/oauth-protected-resource", summary="This API as a protected resource")
def read_resource_metadata(registry: OfRegistry) -> Response:
    """Who gives tokens for this API (RFC 9728)."""
    return _json(resource_metadata(registry.settings), headers=_KEPT)


@router.get("/oauth/jwks", summary="Keys that tokens are verified with")
def read_keys(registry: OfRegistry) -> Response:
    """Public keys of this server (RFC 7517)."""
    return _json(registry.signing_keys.published(), headers=_KEPT)


@router.get("/oauth/authorize", summary="Ask a person for consent")
def read_authorization(
    request: Request, registry: OfRegistry, query: Annotated[AuthorizationQuery, Query()]
) -> Response:
    """Begins the authorization code flow with PKCE (S256): a page for browsers, the same as JSON
    for programs. The person proves control of a wallet by Sign-In with Ethereum (EIP-4361)."""
    is_page = wants_page(request.headers.get("accept"))
    with database.snapshot(registry.engine) as session:
        server = authority(registry, session)
        asked = None
        try:
            asked = forms.query_request(server.issuer, request)
            handle, pending = consent.begin(server, asked)
        except OAuth2Error as error:
            if isinstance(error, InvalidClientError):
                error.status_code = 404
            refused = server.refused(asked, error)
            return _refused_authorization(request, refused, is_page=is_page)
    if is_page:
        return consent_page(registry.settings.address, handle, pending)
    return _json(_shown(registry, handle, pending), headers=_FRESH)


@router.post("/oauth/authorize/text", summary="The text that the wallet signs")
def write_text(registry: OfRegistry, body: JsonBody) -> Response:
    """The text for one wallet and the scopes that it grants; sign it with `personal_sign`."""
    wanted = modelled(models.TextRequest, body)
    with database.snapshot(registry.engine) as session:
        server = authority(registry, session)
        pending = consent.resumed(server, wanted.request)
        text, scopes, kept = consent.offered(server, pending, wanted.wallet, wanted.scopes)
    return _json({"text": text, "scopes": scopes, "withheld": kept}, headers=_FRESH)


@router.post("/oauth/authorize", summary="Allow or deny")
def decide(request: Request, registry: OfRegistry, body: JsonBody) -> Response:
    """The person's decision; says where the browser goes now, with a code or without."""
    wanted = modelled(models.DecisionRequest, body)
    with database.snapshot(registry.engine) as session:
        pending = consent.resumed(authority(registry, session), wanted.request)
    if wanted.decision == "deny":
        with registry.transaction() as session:
            place = consent.denied(authority(registry, session), pending)
        return _json({"redirect_to": place}, headers=_FRESH)
    wallet, scopes, signature = _allowed(wanted)
    # Asks the node where the wallet is a contract: before anything is locked.
    consent.require_consent(registry, pending, wallet, scopes, signature)
    person = principal_id(registry.chain_id, wallet)
    request.state.principal = Principal(
        person, "wallet", credential=f"client:{pending.client.row.id}"
    )
    with registry.transaction() as session:
        place = consent.granted(authority(registry, session), pending, wallet, scopes)
    return _json({"redirect_to": place}, headers=_FRESH)


@router.post("/oauth/token", summary="Get a token")
def give_token(request: Request, registry: OfRegistry, body: FormBody) -> Response:
    """Exchanges a code, a refresh token or a client's own credentials for an access token, a JWT
    (RFC 9068). Codes and refresh tokens are good once: a second use ends all they led to."""
    return _answered(registry, request, body, Server.create_token_response)


@router.post("/oauth/revoke", summary="Revoke a token")
def revoke_token(request: Request, registry: OfRegistry, body: FormBody) -> Response:
    """Ends the grant that a token belongs to, with all of its tokens, at once (RFC 7009)."""
    return _answered(registry, request, body, Server.answer_revocation)


@router.post("/oauth/introspect", summary="Ask about a token")
def introspect_token(request: Request, registry: OfRegistry, body: FormBody) -> Response:
    """Whether a token of the asking client counts now, and for what (RFC 7662)."""
    return _answered(registry, request, body, Server.answer_introspection)


def _answered(
    registry: Registry,
    request: Request,
    body: str,
    ask: Callable[[Server, forms.FormRequest], Answer],
) -> Response:
    """One question to the server, in one transaction: what a refusal revokes is revoked."""
    with registry.transaction() as session:
        server, asked = authority(registry, session), None
        try:
            asked = forms.form_request(server.issuer, request, body)
            answer = ask(server, asked)
        except OAuth2Error as error:
            answer = server.handle_error_response(None, error)
        _say_who(request, asked)
    if answer.status >= 400:
        return _oauth_problem(request, _challenging(answer))
    return _json(answer.body, headers=_FRESH)


def _challenging(answer: Answer) -> Answer:
    """A client that is not known is told like one that did not prove itself."""
    if answer.body["error"] != "invalid_client" or answer.status == 401:
        return answer
    headers = {**answer.headers, "WWW-Authenticate": 'Basic error="invalid_client"'}
    return Answer(401, answer.body, headers)


def _say_who(request: Request, asked: forms.FormRequest | None) -> None:
    """Tell the audit log who asked, as far as they have proven it."""
    if asked is None or asked.client is None:
        return
    client_id = f"client:{asked.client.get_client_id()}"
    owner = asked.user.get_user_id() if asked.user else None
    request.state.principal = Principal(owner or client_id, "client", credential=client_id)


def _refused_authorization(request: Request, answer: Answer, *, is_page: bool) -> Response:
    if answer.location is not None:
        return Response(status_code=302, headers={**_FRESH, "Location": answer.location})
    if is_page:
        return refusal_page(answer.status, _said(answer))
    return _oauth_problem(request, answer)


def _oauth_problem(request: Request, answer: Answer) -> Response:
    """The error envelope with OAuth's members, of the media type that its clients expect."""
    code, said = str(answer.body["error"]), _said(answer)
    error = _REFUSALS.get(answer.status, ApiError)(said)
    found = problem(error, instance=request.url.path, request_id=request_id(request))
    asked = {n: v for n, v in answer.headers.items() if n == "WWW-Authenticate"}
    body = {**found, "error": code, "error_description": said}
    return _json(body, answer.status, {**_FRESH, **asked})


def _said(answer: Answer) -> str:
    code = str(answer.body["error"])
    return str(answer.body.get("error_description") or _SENTENCES.get(code, code))


def _allowed(wanted: models.DecisionRequest) -> tuple[str, list[str], str]:
    wallet, scopes, signature = wanted.wallet, wanted.scopes, wanted.signature
    if wallet is None or scopes is None or signature is None:
        given = {"wallet": wallet, "scopes": scopes, "signature": signature}
        details = [
            Detail(f"/{name}", "MISSING", "To allow takes this; add it.")
            for name, value in given.items()
            if value is None
        ]
        raise ValidationError("To allow takes wallet, scopes and signature.", details)
    return wallet, scopes, signature


def _shown(registry: Registry, handle: str, pending: consent.Pending) -> dict[str, Any]:
    until = datetime.fromtimestamp(pending.expires_at, UTC).isoformat().replace("+00:00", "Z")
    row = pending.client.row
    return {
        "request": handle,
        "client": {"client_id": row.id, "name": row.name, "redirect_host": pending.host},
        "scopes": [{"scope": one, "meaning": words_of(one)} for one in pending.scopes],
        "expires_at": until,
        "text_endpoint": registry.link("/oauth/authorize/text"),
        "decision_endpoint": registry.link("/oauth/authorize"),
    }


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(dumps(content), status, headers, "application/json")

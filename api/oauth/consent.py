"""Consent: an authorization request from the moment it is shown until a person decides.

Nothing is kept of it meanwhile. The request travels with the page as a JWT that this server signed;
whoever holds it is who was shown the page, there is no session and no cookie that another site
could ride on. It counts once: with the decision, its nonce is spent.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, scope_to_list
from joserfc import jwt
from joserfc.errors import JoseError

from api.errors import Detail, MissingError, PermissionsError, ValidationError
from api.oauth.addresses import shown_host
from api.oauth.clients import Client
from api.oauth.credentials import digest
from api.oauth.forms import FormRequest
from api.oauth.keys import ALGORITHM
from api.oauth.proofs import Occasion, require_signed, text_for
from api.oauth.server import Person, Server, scope_text
from api.oauth.tokens import claims_of
from api.oauth.wallets import kept_back, principal_id
from api.queries import oauth as queries
from api.registry import Registry

TYPE = "ogcr-consent+jwt"
PATH = "/oauth/authorize"
#: What of a request is carried along; `scope` is what the client may ask for of what it asked.
_CARRIED = ("client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")


@dataclass(frozen=True)
class Pending:
    """A request that waits for a decision: the client, what it asks for, its nonce and times."""

    fields: Mapping[str, str]
    client: Client
    scopes: Sequence[str]
    nonce: str
    issued_at: int
    expires_at: int

    @property
    def host(self) -> str:
        """Where the answer will go."""
        return shown_host(self.fields["redirect_uri"])

    def occasion(self, scopes: Iterable[str]) -> Occasion:
        """What is signed to grant these scopes."""
        client, wanted = self.client.row.name, ", ".join(sorted(set(scopes)))
        statement = f"I let {client} at {self.host} act for me in this registry: {wanted}."
        return Occasion(statement, self.nonce, self.issued_at, self.expires_at)


def begin(server: Server, request: FormRequest) -> tuple[str, Pending]:
    """A valid authorization request as what is to be decided; raises `OAuth2Error`."""
    grant = server.get_consent_grant(request)
    _check_mode(request)
    now = int(time.time())
    claims: dict[str, Any] = {
        name: request.fields[name] for name in _CARRIED if name in request.fields
    }
    claims |= {
        "scope": grant.request.scope,
        "iss": server.issuer,
        "aud": server.issuer,
        "iat": now,
        "exp": now + server.settings.sign_in_seconds,
        "jti": token_hex(16),
    }
    header = {"alg": ALGORITHM, "typ": TYPE}
    text = jwt.encode(header, claims, server.registry.signing_keys.current, [ALGORITHM])
    return text, _pending(claims, grant.request.client)


def _check_mode(request: FormRequest) -> None:
    """The answer goes into the query of the client's address, nowhere else."""
    if request.fields.get("response_mode", "query") != "query":
        raise InvalidRequestError(
            "Ask with response_mode=query, or without one; no other is known here.",
            state=request.fields.get("state"),
            redirect_uri=request.fields["redirect_uri"],
        )


def resumed(server: Server, request: str) -> Pending:
    """The request that a page holds; raises `MissingError` when it is over, or none of ours."""
    try:
        claims = claims_of(request, server.registry.signing_keys.all, server.issuer, TYPE)
    except (JoseError, ValueError):
        raise MissingError(_OVER) from None
    client = server.query_client(claims["client_id"])
    if client is None:
        raise MissingError(_OVER)
    return _pending(claims, client)


def offered(
    server: Server, pending: Pending, wallet: str, scopes: Sequence[str] | None
) -> tuple[str, list[str], dict[str, str]]:
    """The text to sign, the scopes that it grants, and those kept back, with the reason.

    Raises `ValidationError` for scopes that the client did not ask for, or none at all.
    """
    wanted = _narrowed(pending, scopes)
    kept = kept_back(server.session, [wallet.lower()], wanted)
    granted = [scope for scope in wanted if scope not in kept]
    if not granted:
        raise PermissionsError("The wallet can be given none of these scopes.", _details(kept))
    return text_for(server.registry, pending.occasion(granted), wallet), granted, kept


def require_consent(
    registry: Registry, pending: Pending, wallet: str, scopes: Sequence[str], signature: str
) -> None:
    """Raise `AuthenticationError` unless the wallet signed that it grants these scopes."""
    occasion = pending.occasion(_narrowed(pending, scopes))
    require_signed(registry, text_for(registry, occasion, wallet), wallet, signature)


def granted(server: Server, pending: Pending, wallet: str, scopes: Sequence[str]) -> str:
    """Where the browser goes with its code, now that the wallet signed.

    Raises `MissingError` when it was decided before, `PermissionsError` for scopes that the
    wallet's roles do not allow any more.
    """
    kept = kept_back(server.session, [wallet.lower()], scopes)
    if kept:
        raise PermissionsError("The wallet cannot be given all of these scopes.", _details(kept))
    _spend(server, pending)
    person = Person(principal_id(server.registry.chain_id, wallet), wallet.lower())
    return _answer(server, pending, scopes, person)


def denied(server: Server, pending: Pending) -> str:
    """Where the browser goes without a code; the request is over."""
    _spend(server, pending)
    return _answer(server, pending, pending.scopes, None)


def _answer(server: Server, pending: Pending, scopes: Sequence[str], person: Person | None) -> str:
    fields = {**pending.fields, "response_type": "code", "scope": scope_text(scopes)}
    request = FormRequest("GET", server.issuer + PATH, fields, {})
    grant = server.get_consent_grant(request)
    answer = server.create_authorization_response(request, grant_user=person, grant=grant)
    return str(answer.location)


def _pending(claims: Mapping[str, Any], client: Client) -> Pending:
    fields = {name: str(claims[name]) for name in _CARRIED if name in claims}
    scopes = scope_to_list(claims["scope"])
    return Pending(fields, client, scopes, claims["jti"], claims["iat"], claims["exp"])


def _narrowed(pending: Pending, scopes: Sequence[str] | None) -> list[str]:
    if scopes is None:
        return sorted(set(pending.scopes))
    strange = sorted(set(scopes) - set(pending.scopes))
    if strange or not scopes:
        message = f"Choose from what the client asks for: {', '.join(pending.scopes)}."
        raise ValidationError(message, [Detail("/scopes", "SCOPE_NOT_ASKED_FOR", message)])
    return sorted(set(scopes))


def _spend(server: Server, pending: Pending) -> None:
    if not queries.spend(server.session, digest(pending.nonce), pending.expires_at):
        raise MissingError(_OVER)


def _details(kept: Mapping[str, str]) -> list[Detail]:
    return [Detail("/scopes", "SCOPE_WITHHELD", f"{name}: {why}") for name, why in kept.items()]


_OVER = (
    "This sign-in is over, or none of this server: go back to the program that sent you here, and "
    "begin again."
)

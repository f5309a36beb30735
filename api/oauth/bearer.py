"""Bearer tokens: whose an access token is, and whether it still counts (RFC 9068, 4)."""

from __future__ import annotations

import time
from typing import Any

from authlib.oauth2.rfc6749 import scope_to_list
from joserfc import jws
from joserfc.errors import JoseError

from api.access.principals import Principal
from api.errors import AuthenticationError
from api.oauth.external import principal_of_subject
from api.oauth.tables import ClientRow, GrantRow
from api.oauth.tokens import GRANT_CLAIM, claims_of
from api.oauth.wallets import wallets_of
from api.queries import oauth as queries
from api.registry import Registry
from indexer import database
from schemas import DocumentError, parse

_MOST_LETTERS = 8_000


def principal_of(registry: Registry, token: str) -> Principal:
    """The principal of an access token: ours, or one of the OpenID provider of the settings.

    Revoked tokens, grants and clients count no more from the moment of their revocation, in every
    process. Raises `AuthenticationError`.
    """
    issuer = _claimed_issuer(token)
    if issuer == registry.settings.address:
        return _own(registry, token)
    if issuer and issuer == registry.settings.oidc_issuer:
        return principal_of_subject(registry, token)
    raise _refused("The access token is none of this registry's.")


def _own(registry: Registry, token: str) -> Principal:
    try:
        claims = claims_of(token, registry.signing_keys.all, registry.settings.address)
    except (JoseError, ValueError):
        raise _refused("The access token is not valid, or over; ask for another one.") from None
    with database.snapshot(registry.engine) as session:
        found = queries.living_grant(session, str(claims.get(GRANT_CLAIM)), int(time.time()))
        if found is None:
            raise _refused("The access token was revoked; ask for another one.")
        grant, client = found
        wallets = wallets_of(session, grant)
    return _principal(claims, grant, client, wallets)


def _principal(
    claims: dict[str, Any], grant: GrantRow, client: ClientRow, wallets: frozenset[str]
) -> Principal:
    scopes = frozenset(scope_to_list(claims.get("scope") or "")) & frozenset(grant.scopes)
    return Principal(
        id=grant.principal,
        kind="wallet" if grant.wallet else "client",
        scopes=scopes,
        wallets=wallets,
        # A person is not the organization whose program is used.
        organization=None if grant.wallet else client.organization,
        credential=claims["jti"],
        grant=grant.id,
    )


def _claimed_issuer(token: str) -> str | None:
    """The issuer that a token names, before anything of it is believed."""
    if len(token) > _MOST_LETTERS:
        raise _refused("The access token is too long.")
    try:
        claims = parse(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError, DocumentError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else None


def _refused(message: str) -> AuthenticationError:
    return AuthenticationError(message, error="invalid_token")

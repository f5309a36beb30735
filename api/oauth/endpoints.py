"""Endpoints: a client takes a token back (RFC 7009), or asks whether one counts (RFC 7662)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, list_to_scope
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc.errors import JoseError

from api.oauth.clients import Client
from api.oauth.credentials import digest
from api.oauth.grants import revoke
from api.oauth.server import Server
from api.oauth.tables import GrantRow
from api.oauth.tokens import GRANT_CLAIM, claims_of
from api.queries import oauth as queries

_PROVEN = ("client_secret_basic", "client_secret_post", "private_key_jwt")


@dataclass(frozen=True)
class Shown:
    """A token that a client shows, of either kind, with its grant."""

    grant: GrantRow
    about: dict[str, Any]
    is_used: bool = False

    def check_client(self, client: Client) -> bool:
        """True for the client that it was given to."""
        return self.grant.client_id == client.get_client_id()

    def is_expired(self) -> bool:
        """It counts no longer, by its own time or that of its grant."""
        now = time.time()
        return int(self.about["exp"]) <= now or self.grant.expires_at <= now

    def is_revoked(self) -> bool:
        """Its grant was revoked, or it was used."""
        return self.is_used or self.grant.revoked_at is not None


class _AnyHint:
    """What kind of token it is, is seen from the token: a hint may be ignored (RFC 7009, 2.1)."""

    def check_params(self, request: Any, client: Client) -> None:
        """A token must be given."""
        if "token" not in request.form:
            raise InvalidRequestError("Give the token.")


class Revocation(_AnyHint, RevocationEndpoint):
    """Any token of a grant ends the whole grant, at once."""

    CLIENT_AUTH_METHODS = ("none", *_PROVEN)
    server: Server

    def query_token(self, token_string: str, token_type_hint: str | None) -> Shown | None:
        """The token, whatever the hint says."""
        return shown_token(self.server, token_string)

    def revoke_token(self, token: Shown, request: Any) -> None:
        """End its grant."""
        revoke(token.grant, "revoked by the client", int(time.time()))


class Introspection(_AnyHint, IntrospectionEndpoint):
    """Tells a client about its own tokens; of others' it says what it says of no token."""

    CLIENT_AUTH_METHODS = _PROVEN
    server: Server

    def query_token(self, token_string: str, token_type_hint: str | None) -> Shown | None:
        """The token, whatever the hint says."""
        return shown_token(self.server, token_string)

    def check_permission(self, token: Shown, client: Client, request: Any) -> bool:
        """True for its own."""
        return token.check_client(client)

    def introspect_token(self, token: Shown) -> dict[str, Any]:
        """What counts of it now."""
        return {"active": True, **token.about}


def shown_token(server: Server, token: str) -> Shown | None:
    """A refresh or access token of ours, good or not; None for anything else."""
    row = queries.refresh_token(server.session, digest(token))
    if row is not None:
        grant = queries.locked_grant(server.session, row.grant_id)
        return Shown(grant, _about(server, grant), row.used_at is not None) if grant else None
    try:
        claims = claims_of(token, server.registry.signing_keys.all, server.issuer)
    except (JoseError, ValueError):
        return None
    grant = queries.locked_grant(server.session, str(claims.get(GRANT_CLAIM)))
    said = {name: value for name, value in claims.items() if name != GRANT_CLAIM}
    return Shown(grant, {**said, "token_type": "Bearer"}) if grant else None


def _about(server: Server, grant: GrantRow) -> dict[str, Any]:
    return {
        "iss": server.issuer,
        "client_id": grant.client_id,
        "sub": grant.principal,
        "scope": list_to_scope(grant.scopes),
        "exp": grant.expires_at,
        "iat": grant.created_at,
    }

"""Assertions: a client that authenticates itself by a JWT of its own key (RFC 7523)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import CompactSignature

from api.oauth.client_keys import ALGORITHMS, meant
from api.oauth.clients import Client
from api.oauth.credentials import digest
from api.oauth.server import Server
from api.oauth.strangers import ProvenToDoubt
from api.queries import oauth as queries

#: A JWT may not be good for longer; so long is its id kept.
_MOST_SECONDS = 3_660


class Assertion(JWTBearerClientAssertion):
    """The method `private_key_jwt`; each JWT counts once."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, server: Server) -> None:
        super().__init__(leeway=30)
        self._server = server

    def get_audiences(self) -> list[str]:
        """How a client may name this server (RFC 7523, 3)."""
        issuer = self._server.issuer
        return [issuer, f"{issuer}/oauth/token"]

    def extract_assertion(self, assertion: str) -> Any:
        """Header and claims, before anything is proven."""
        try:
            return super().extract_assertion(assertion)
        except RecursionError:
            raise InvalidClientError("The client_assertion is nested too deeply.") from None

    def resolve_client_public_key(self, client: Client) -> Callable[[CompactSignature], Key]:
        """What finds the key that a signature is to be looked at with."""
        return partial(meant, client.row.jwks)

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> Any:
        """The claims, by an asymmetric algorithm alone."""
        try:
            read = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            message = "The client_assertion is not signed with the client's key."
            raise InvalidClientError(message) from error
        try:
            self.verify_claims(read.claims)
        except InvalidClientError as error:
            raise ProvenToDoubt(error.description, status_code=401) from error
        return read.claims

    def validate_jti(self, claims: dict[str, Any], jti: Any) -> bool:
        """True the first time."""
        until = int(claims["exp"])
        if not (isinstance(jti, str) and jti.isprintable()):
            raise InvalidClientError("The client_assertion has a jti that is no printable text.")
        if until - time.time() > _MOST_SECONDS:
            raise InvalidClientError("The client_assertion is good for too long; an hour at most.")
        identity = digest(f"{claims['sub']} {jti}")
        return queries.spend(self._server.session, identity, until + self.leeway)

"""The authorization server: Authlib's, for one request in one transaction."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, list_to_scope, scope_to_list
from authlib.oauth2.rfc9207 import IssuerParameter
from sqlmodel import Session

from api.access.scopes import SCOPES
from api.oauth.clients import Client
from api.oauth.credentials import digest, new_id
from api.oauth.forms import FormRequest
from api.oauth.scopes import needs_wallet
from api.oauth.sentences import mended
from api.oauth.strangers import STRANGER, Authentication
from api.oauth.tables import GrantRow, RefreshTokenRow
from api.oauth.tokens import AccessTokens
from api.oauth.wallets import allowed_to, wallets_of
from api.patterns import OAUTH_FIELDS
from api.queries import oauth as queries
from api.registry import Registry

_ID = re.compile(OAUTH_FIELDS["client_id"][1:-1])
#: So long is a replayed code or refresh token still told from one that never was.
_KEPT_SECONDS = 86_400
#: Whoever adds a grant removes more than it adds, and still does not wait long.
_CLEARED_AT_ONCE = 100


@dataclass
class Answer:
    """What Authlib answers, before it becomes a response."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        """Where the answer sends the browser."""
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value


@dataclass(frozen=True)
class Person:
    """Who proved control of a wallet (lower-case address), as `principal` and for how long."""

    principal: str
    wallet: str


class Server(AuthorizationServer):
    """On behalf of one request: what the ways of asking, which `authority` adds, have in common."""

    def __init__(self, registry: Registry, session: Session) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self.registry, self.session, self.settings = registry, session, registry.settings
        self.issuer = self.settings.address
        self._tokens = AccessTokens(
            self.issuer, registry.signing_keys, self.settings.access_token_seconds
        )
        self.register_token_generator("default", self._tokens)
        self._client_auth = Authentication(lambda name: self.query_client(name) or STRANGER)
        self._naming = Naming(self.issuer)
        self.register_extension(lambda server: self._naming(server))

    def query_client(self, client_id: str) -> Client | None:
        """The client of that id, unless it is revoked."""
        # A client may name itself where no form was looked at, as in a JWT of its own.
        row = queries.client(self.session, client_id) if _ID.fullmatch(client_id) else None
        return Client(row) if row else None

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        """The routes have read it already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Iterable[Any]) -> Answer:
        """Authlib's answer."""
        return Answer(status, body, dict(headers))

    def handle_error_response(self, request: FormRequest | None, error: Any) -> Answer:
        """Authlib's error, in words that say how to mend it."""
        error.description = mended(error.error, error.description)
        answer: Answer = super().handle_error_response(request, error)
        return answer

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def refused(self, request: FormRequest | None, error: Any) -> Answer:
        """The answer to an authorization request that cannot be shown to anybody.

        To the client where it is known and its address is registered, else to the person; always
        with the name of this server (RFC 9207).
        """
        answer: Answer = self.handle_error_response(request, error)
        self._naming.add_issuer_parameter(self, answer)
        return answer

    def answer_revocation(self, request: FormRequest) -> Answer:
        """What RFC 7009 answers."""
        found: Answer = self.create_endpoint_response("revocation", request)
        return found

    def answer_introspection(self, request: FormRequest) -> Answer:
        """What RFC 7662 answers."""
        found: Answer = self.create_endpoint_response("introspection", request)
        return found

    def save_token(self, token: dict[str, Any], request: FormRequest) -> None:
        """Keep the hash of a refresh token; access tokens prove themselves."""
        secret = token.get("refresh_token")
        if secret:
            made = int(time.time())
            row = RefreshTokenRow(
                hash=digest(secret), grant_id=self._tokens.grant_id, created_at=made
            )
            self.session.add(row)

    def belongs_to(self, grant: GrantRow) -> None:
        """Say whose the tokens are that are made next."""
        self._tokens.grant_id = grant.id

    def keep_consent(self, code_hash: str, request: FormRequest) -> None:
        """Keep what a person granted, under the hash of the code."""
        person: Person = request.user
        grant = self._grant(request.client, person.principal, scope_to_list(request.scope))
        grant.wallet, grant.code_hash = person.wallet, code_hash
        grant.code_expires_at = grant.created_at + self.settings.code_seconds
        grant.redirect_uri = request.payload.redirect_uri
        grant.code_challenge = request.payload.data["code_challenge"]
        grant.expires_at = grant.created_at + self.settings.grant_seconds
        self.session.add(grant)

    def open_own_grant(self, client: Client, scopes: Sequence[str]) -> None:
        """A grant of a client to itself, as long as its one token lives."""
        grant = self._grant(client, f"client:{client.get_client_id()}", scopes)
        self.session.add(grant)
        self.belongs_to(grant)

    def withheld_from_clients(self, scopes: Iterable[str]) -> list[str]:
        """Those that only a wallet with a role is given."""
        return [scope for scope in scopes if needs_wallet(scope)]

    def still_allowed(self, grant: GrantRow, scopes: Iterable[str]) -> list[str]:
        """Of these scopes, those that the roles of the grant's wallets allow now."""
        wallets = wallets_of(self.session, grant)
        return allowed_to(self.session, wallets, scopes)

    def _grant(self, client: Client, principal: str, scopes: Sequence[str]) -> GrantRow:
        now = int(time.time())
        queries.clear_expired(self.session, now, _KEPT_SECONDS, _CLEARED_AT_ONCE)
        return GrantRow(
            id=new_id(),
            client_id=client.get_client_id(),
            principal=principal,
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=now + self.settings.access_token_seconds,
        )


class Naming(IssuerParameter):
    """Says in every authorization response whose it is (RFC 9207): no client is mixed up."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        """This server's name."""
        return self._issuer


def scope_text(scopes: Iterable[str]) -> str:
    """Scopes as they stand in a request."""
    return str(list_to_scope(sorted(set(scopes))))

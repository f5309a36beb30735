"""Grants: the three ways to a token, on Authlib's, with what is kept of each in the database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import (
    InvalidRequestError,
    InvalidScopeError,
    grants,
    list_to_scope,
    scope_to_list,
)
from authlib.oauth2.rfc7636 import CodeChallenge

from api.oauth.clients import Client
from api.oauth.credentials import digest, new_secret
from api.oauth.server import Server
from api.oauth.tables import GrantRow, RefreshTokenRow
from api.queries import oauth as queries

_PROVEN = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


@dataclass(frozen=True)
class Owner:
    """Whose grant it is, as Authlib asks."""

    grant: GrantRow

    def get_user_id(self) -> str:
        """The principal's id."""
        return self.grant.principal


@dataclass(frozen=True)
class Code:
    """A code as it was presented, with the terms under which it was given."""

    grant: GrantRow
    code_challenge_method: str = "S256"

    @property
    def code_challenge(self) -> str | None:
        """What the verifier must hash to."""
        return self.grant.code_challenge

    def get_redirect_uri(self) -> str | None:
        """Where the code was sent to."""
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        """What the person granted."""
        return str(list_to_scope(self.grant.scopes))


@dataclass(frozen=True)
class Refresh:
    """A refresh token as it was presented."""

    row: RefreshTokenRow
    grant: GrantRow

    def check_client(self, client: Client) -> bool:
        """True for the client that it was given to."""
        return self.grant.client_id == client.get_client_id()

    def get_scope(self) -> str:
        """What the person granted, whatever was asked for since."""
        return str(list_to_scope(self.grant.scopes))


class S256(CodeChallenge):
    """PKCE without a choice: a challenge must come, and `plain` is none (RFC 9700, 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse an authorization request without an S256 challenge."""
        fields = grant.request.payload.data
        if not fields.get("code_challenge") or fields.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Give code_challenge, and code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(grants.AuthorizationCodeGrant):
    """A person's consent becomes a code, and the code once becomes tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none", *_PROVEN)
    server: Server

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: Client) -> str:
        """The place of the answer, which must be given and registered."""
        address = request.payload.redirect_uri
        if not address or not client.check_redirect_uri(address):
            raise InvalidRequestError("Give a redirect_uri that the client is registered with.")
        return str(address)

    def generate_authorization_code(self) -> str:
        """256 random bits."""
        return new_secret()

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep the grant that the code stands for."""
        self.server.keep_consent(digest(code), request)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The code's terms; a code that comes a second time ends all that it led to."""
        now, grant = int(time.time()), queries.grant_of_code(self.server.session, digest(code))
        if grant is None or grant.client_id != client.get_client_id():
            return None
        if grant.code_used_at is not None:
            revoke(grant, "code replayed", now)
            return None
        grant.code_used_at = now
        is_over = (grant.code_expires_at or 0) <= now or grant.revoked_at is not None
        return None if is_over else Code(grant)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It stays, marked as used: only so is a replay noticed."""

    def authenticate_user(self, authorization_code: Code) -> Owner:
        """Whose grant it is; its tokens will name it."""
        self.server.belongs_to(authorization_code.grant)
        return Owner(authorization_code.grant)


class RefreshGrant(grants.RefreshTokenGrant):
    """A refresh token once becomes new tokens; presented again, it ends its grant."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none", *_PROVEN)
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Server

    def authenticate_refresh_token(self, refresh_token: str) -> Refresh | None:
        """The token with its grant, when it is good."""
        now, session = int(time.time()), self.server.session
        row = queries.refresh_token(session, digest(refresh_token))
        grant = queries.locked_grant(session, row.grant_id) if row else None
        if row is None or grant is None or grant.client_id != self._asking():
            return None
        if row.used_at is not None:
            revoke(grant, "refresh token reused", now)
        is_over = grant.revoked_at is not None or grant.expires_at <= now
        return None if is_over else Refresh(row, grant)

    def authenticate_user(self, refresh_token: Refresh) -> Owner:
        """Whose grant it is."""
        self.server.belongs_to(refresh_token.grant)
        return Owner(refresh_token.grant)

    def issue_token(self, user: Owner, refresh_token: Refresh) -> Any:
        """New tokens, without what the wallet's roles allow no more."""
        wanted = scope_to_list(self.request.payload.scope or refresh_token.get_scope())
        scopes = self.server.still_allowed(refresh_token.grant, wanted)
        if not scopes:
            raise InvalidScopeError("The wallet holds no role for any of these scopes any more.")
        return self.generate_token(
            user=user, scope=list_to_scope(scopes), include_refresh_token=True
        )

    def revoke_old_credential(self, refresh_token: Refresh) -> None:
        """It was used."""
        refresh_token.row.used_at = int(time.time())

    def _asking(self) -> str:
        # Authlib sets the client before it asks for the token.
        return str(self.request.client.get_client_id())


class CredentialsGrant(grants.ClientCredentialsGrant):
    """A confidential client asks for itself, on behalf of its organization."""

    TOKEN_ENDPOINT_AUTH_METHODS = tuple(_PROVEN)
    server: Server

    def create_token_response(self) -> Any:
        """A token of a grant of its own."""
        client: Client = self.request.client
        allowed = client.get_allowed_scope(self.request.payload.scope)
        scopes = scope_to_list(allowed)
        if not scopes or self.server.withheld_from_clients(scopes):
            raise InvalidScopeError("The client is not registered for all of these scopes.")
        self.server.open_own_grant(client, scopes)
        return super().create_token_response()


def revoke(grant: GrantRow, why: str, now: int) -> None:
    """Let nothing of a grant count any more, from now on."""
    if grant.revoked_at is None:
        grant.revoked_at, grant.revoked_why = now, why

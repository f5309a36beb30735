"""Clients: programs that may ask for tokens, as Authlib sees them, and how they are registered."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, list_to_scope, scope_to_list
from sqlmodel import Session

from api.access.scopes import SCOPES
from api.errors import Detail, MissingError, ValidationError
from api.oauth import addresses
from api.oauth.client_keys import UnfitKeysError, key_set, require_public
from api.oauth.credentials import SECRET_START, digest, is_same, new_id, new_secret
from api.oauth.scopes import needs_wallet
from api.oauth.tables import ClientRow
from api.patterns import CLIENT_NAME
from api.queries import oauth as queries

CODE, REFRESH, CREDENTIALS = "authorization_code", "refresh_token", "client_credentials"
AUTH_METHODS = ("none", "client_secret", "private_key_jwt")
#: The methods of RFC 7591 that each of ours stands for.
_ENDPOINT_METHODS = {
    "none": ("none",),
    "client_secret": ("client_secret_basic", "client_secret_post"),
    "private_key_jwt": ("private_key_jwt",),
}


class Client(ClientMixin):
    """A client's row, answering Authlib's questions about it."""

    def __init__(self, row: ClientRow) -> None:
        self.row = row

    def get_client_id(self) -> str:
        """Its id."""
        return self.row.id

    def get_default_redirect_uri(self) -> None:
        """None: every request says where its answer goes."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What was asked for when the client may ask for all of it, else None.

        Without a wish, all that it may ask for (RFC 6749, 3.3).
        """
        wanted = scope_to_list(scope) or self.row.scopes
        if not set(wanted) <= set(self.row.scopes):
            return None
        return str(list_to_scope(sorted(set(wanted))))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """True for a registered address."""
        return addresses.is_registered(redirect_uri, self.row.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """True for its secret; one that has none looks as long."""
        return is_same(client_secret, self.row.secret_hash) and self.row.secret_hash is not None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """True for the one way in which it authenticates itself, everywhere."""
        return method in _ENDPOINT_METHODS[self.row.auth_method]

    def check_response_type(self, response_type: str) -> bool:
        """A code, for those that may exchange one."""
        return response_type == "code" and CODE in self.row.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        """True for what it was registered for."""
        return grant_type in self.row.grant_types


@dataclass(frozen=True)
class Registration:
    """What is asked for when a client is registered.

    `auth_method` is one of `AUTH_METHODS`; with `redirect_uris` it may ask people for codes,
    with an `organization` (and no public client) for tokens of its own.
    """

    name: str
    scopes: Sequence[str]
    auth_method: str = "none"
    redirect_uris: Sequence[str] = ()
    organization: str | None = None
    jwks: Mapping[str, Any] | None = None
    created_by: str = "operator"
    grant_types: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        of_people = (CODE, REFRESH) if self.redirect_uris else ()
        of_its_own = (CREDENTIALS,) if self.organization and self.auth_method != "none" else ()
        object.__setattr__(self, "grant_types", (*of_people, *of_its_own))


def register(session: Session, wanted: Registration) -> tuple[ClientRow, str | None]:
    """Keep a new client; gives it and its secret, which nobody will see again.

    Raises `ValidationError` with every fault.
    """
    faults = _faults(wanted)
    if faults:
        raise ValidationError("The client cannot be registered; mend what is listed.", faults)
    secret = new_secret(SECRET_START) if wanted.auth_method == "client_secret" else None
    row = ClientRow(
        id=new_id(),
        name=wanted.name,
        organization=wanted.organization,
        auth_method=wanted.auth_method,
        secret_hash=digest(secret) if secret else None,
        jwks=key_set(wanted.jwks) if wanted.jwks else None,
        redirect_uris=list(dict.fromkeys(wanted.redirect_uris)),
        grant_types=list(wanted.grant_types),
        scopes=sorted(set(wanted.scopes)),
        created_at=int(time.time()),
        created_by=wanted.created_by,
    )
    session.add(row)
    return row, secret


def revoke(session: Session, client_id: str, now: int) -> ClientRow:
    """End a client and all that was granted to it; again, it changes nothing.

    Raises `MissingError`.
    """
    row = queries.locked_client(session, client_id)
    if row is None:
        raise MissingError("There is no client of that id.")
    if row.revoked_at is None:
        row.revoked_at = now
        queries.revoke_grants_of(session, row.id, now)
    return row


def _faults(wanted: Registration) -> list[Detail]:
    found = [*_scope_faults(wanted), *_key_faults(wanted)]
    if not re.fullmatch(CLIENT_NAME[1:-1], wanted.name):
        found.append(Detail("/name", "CLIENT_NAME", _NAME))
    if wanted.auth_method not in AUTH_METHODS:
        found.append(Detail("/auth_method", "CLIENT_AUTH_METHOD", _METHOD))
    if not wanted.grant_types:
        found.append(Detail("", "CLIENT_WITHOUT_GRANT", _NO_GRANT))
    if wanted.organization is not None and not wanted.organization.strip():
        found.append(Detail("/organization", "CLIENT_ORGANIZATION", "Name the organization."))
    for place, address in enumerate(wanted.redirect_uris):
        if not addresses.may_be_registered(address):
            found.append(Detail(f"/redirect_uris/{place}", "REDIRECT_URI", addresses.SENTENCE))
    return found


def _scope_faults(wanted: Registration) -> list[Detail]:
    found = []
    if not wanted.scopes:
        found.append(Detail("/scopes", "SCOPES_MISSING", "Name at least one scope."))
    for place, scope in enumerate(wanted.scopes):
        if scope not in SCOPES:
            message = f"Choose from {', '.join(SCOPES)}."
            found.append(Detail(f"/scopes/{place}", "SCOPE_UNKNOWN", message))
        elif CODE not in wanted.grant_types and needs_wallet(scope):
            found.append(Detail(f"/scopes/{place}", "SCOPE_NEEDS_WALLET", _NEEDS_WALLET))
    return found


def _key_faults(wanted: Registration) -> list[Detail]:
    if wanted.auth_method != "private_key_jwt":
        return [Detail("/jwks", "CLIENT_KEYS", _NO_KEYS)] if wanted.jwks is not None else []
    try:
        require_public(wanted.jwks or {})
    except UnfitKeysError as error:
        return [Detail("/jwks", "CLIENT_KEYS", str(error))]
    return []


_NAME = "Give a name of 1 to 60 letters, digits, blanks and . _ ( ) & + -"
_METHOD = f"Choose from {', '.join(AUTH_METHODS)}."
_NO_GRANT = (
    "Give redirect_uris for a client that asks people, or an organization and a way to "
    "authenticate for one that asks for itself."
)
_NEEDS_WALLET = "This is granted to a wallet that holds the role; a client of its own has none."
_NO_KEYS = "Keys go with private_key_jwt alone; take them out."

"""Strangers: a client that nobody knows is put to the same proof as one that is known.

Whoever tries ids learns from neither text nor time which of them there are; which key a signature
is looked at with stands in `client_keys`.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import ClientAuthentication, InvalidClientError

from api.oauth.clients import Client
from api.oauth.credentials import is_same
from api.oauth.tables import ClientRow

_SAID = "The client is not known here, or did not prove to be itself."


class Stranger(Client):
    """In place of a client that there is not: takes every proof, and believes none."""

    def __init__(self) -> None:
        nobody: dict[str, Any] = {"created_at": 0, "created_by": "", "auth_method": "none"}
        lists: dict[str, Any] = {"redirect_uris": [], "grant_types": [], "scopes": []}
        super().__init__(ClientRow(id="", name="", **nobody, **lists))

    def check_client_secret(self, client_secret: str) -> bool:
        """Looks as closely as a client would."""
        is_same(client_secret, None)
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """By none."""
        return False


#: Whatever id is asked for: to make one takes longer than to find a client.
STRANGER = Stranger()


class ProvenToDoubt(InvalidClientError):
    """Signed by the client itself, which may therefore know what is wrong."""


class Authentication(ClientAuthentication):
    """Authlib's, with one answer to all that fails."""

    def authenticate(self, request: Any, methods: Any, endpoint: str) -> Client:
        """The client; raises `InvalidClientError`."""
        try:
            found: Client = super().authenticate(request, methods, endpoint)
        except ProvenToDoubt:
            raise
        except InvalidClientError:
            raise InvalidClientError(_SAID, status_code=401) from None
        return found

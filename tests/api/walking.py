"""Walking OAuth's flows by hand, a step at a time, so that any step can be taken wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from httpx import Response

from api.errors import AuthenticationError
from api.oauth.bearer import principal_of
from api.oauth.clients import Registration, register
from scripts.signing.session import signature_of

from .running import Shown
from .world import World

ISSUER = "https://registry.example"
REDIRECT = "https://app.example/signed-in"
#: Who holds the role administrator on chain.
ADMINISTRATOR = 0
SCOPES = ("projects:read", "projects:write")
JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html"}


@dataclass(frozen=True)
class Known:
    """A registered client, with its secret if it has one."""

    id: str
    secret: str | None = None

    @property
    def basic(self) -> tuple[str, str]:
        """What HTTP Basic takes."""
        return self.id, self.secret or ""


def known(world: World, **changes: Any) -> Known:
    """A new client: a public one that asks people, unless changed."""
    wanted = {"name": "Dashboard", "scopes": SCOPES, "redirect_uris": [REDIRECT], **changes}
    with world.app.state.registry.transaction() as session:
        row, secret = register(session, Registration(**wanted))
        return Known(row.id, secret)


@dataclass
class Walk:
    """One walk through the code flow; what is changed is sent as changed, None is left out."""

    world: World
    client: Known
    scopes: Iterable[str] = SCOPES
    redirect: str = REDIRECT
    verifier: str = field(default_factory=lambda: token_urlsafe(48))

    def asked(self, **changes: Any) -> dict[str, str]:
        """The fields of the authorization request."""
        fields = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.redirect,
            "scope": " ".join(self.scopes),
            "state": "as-it-was",
            "code_challenge": create_s256_code_challenge(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def begun(self, headers: Mapping[str, str] = JSON, **changes: Any) -> Response:
        """The answer to the authorization request."""
        return self.world.client.get(
            "/oauth/authorize",
            params=self.asked(**changes),
            headers=dict(headers),
            follow_redirects=False,
        )

    def handle(self, **changes: Any) -> str:
        """The request as the page holds it."""
        answer = self.begun(**changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["request"])

    def offered(self, who: int, request: str, **changes: Any) -> Response:
        """The answer of the text to sign."""
        body = {"request": request, "wallet": self.world.address(who), **changes}
        return self.world.post("/oauth/authorize/text", body)

    def decided(self, who: int, request: str, text: dict[str, Any], **changes: Any) -> Response:
        """The answer to a decision that the wallet signed."""
        body = {
            "request": request,
            "decision": "allow",
            "wallet": self.world.address(who),
            "scopes": text["scopes"],
            "signature": signature_of(self.world.keys[who], text["text"]),
            **changes,
        }
        return self.world.post("/oauth/authorize", body)

    def answer(self, who: int, **changes: Any) -> dict[str, str]:
        """What the client is told in the end: code, state, iss."""
        request = self.handle(**changes)
        offered = self.offered(who, request)
        assert offered.status_code == 200, offered.text
        decided = self.decided(who, request, offered.json())
        assert decided.status_code == 200, decided.text
        return fields_of(decided.json()["redirect_to"])

    def exchange(self, code: str, auth: Any = None, **changes: Any) -> Response:
        """The answer of the token endpoint to a code."""
        fields = {
            "grant_type": "authorization_code",
            "client_id": self.client.id,
            "redirect_uri": self.redirect,
            "code": code,
            "code_verifier": self.verifier,
            **changes,
        }
        return form(self.world, "/oauth/token", fields, auth)

    def tokens(self, who: int) -> dict[str, Any]:
        """Tokens, as they are given for a code."""
        given = self.exchange(self.answer(who)["code"])
        assert given.status_code == 200, given.text
        found: dict[str, Any] = given.json()
        return found

    def refreshed(self, token: str, **changes: Any) -> Response:
        """The answer of the token endpoint to a refresh token."""
        fields = {
            "grant_type": "refresh_token",
            "client_id": self.client.id,
            "refresh_token": token,
            **changes,
        }
        return form(self.world, "/oauth/token", fields)


def form(world: World, path: str, fields: Mapping[str, Any], auth: Any = None) -> Response:
    """The answer to a form, without what is None."""
    data = {name: value for name, value in fields.items() if value is not None}
    return world.client.post(path, data=data, auth=auth)


def fields_of(address: str) -> dict[str, str]:
    """The fields of an address's query."""
    return dict(parse_qsl(urlsplit(address).query))


def bearing(token: str) -> Shown:
    """What shows an access token with a request."""
    return Shown({"Authorization": f"Bearer {token}"})


def counts(world: World, token: str) -> bool:
    """True while a token opens anything."""
    try:
        principal_of(world.app.state.registry, token)
    except AuthenticationError:
        return False
    return True


def refused(answer: Any, error: str, status: int = 400) -> None:
    """An answer of OAuth's own kind, which says no more than it should."""
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "access_token" not in answer.text
    # The library's own words say no remedy.
    assert not any(f"{word} '" in answer.text for word in ("Missing", "Invalid", "Unsupported"))
    assert "Code challenge failed" not in answer.text
    assert "malformed" not in answer.text

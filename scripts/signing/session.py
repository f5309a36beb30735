"""Signs in at the API as a person does, with a local key: authorization code, PKCE, EIP-4361."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from eth_account.messages import encode_defunct

JSON = {"Accept": "application/json"}
#: A program on this machine: any port of this address is the registered one (RFC 8252, 7.3).
REDIRECT = "http://127.0.0.1/signed-in"


class Signer(Protocol):
    """A local account of eth-account."""

    address: Any

    def sign_message(self, signable_message: Any) -> Any:
        """The signature of a message (EIP-191)."""


class SignInError(Exception):
    """The API refused; says what it said."""


@dataclass(frozen=True)
class Session:
    """What was granted: `expires_at` is a UNIX time, of the access token alone."""

    access_token: str
    refresh_token: str
    scopes: frozenset[str]
    expires_at: float

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.access_token}"}


def sign_in(
    http: httpx.Client,
    account: Signer,
    client_id: str,
    scopes: Iterable[str],
    redirect_uri: str = REDIRECT,
) -> Session:
    """Walk the whole flow: `http` has the API's address as its base, `client_id` names a public
    client that is registered with `redirect_uri`. Raises `SignInError`."""
    verifier, state = token_urlsafe(48), token_urlsafe(16)
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(sorted(scopes)),
        "state": state,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    shown = _content(http.get("/oauth/authorize", params=asked, headers=JSON))
    answer = parse_qs(urlsplit(_consented(http, account, shown["request"])).query)
    if answer.get("state") != [state] or "code" not in answer:
        raise SignInError(f"The answer is no code for this request: {sorted(answer)}.")
    exchange = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "code": answer["code"][0],
        "code_verifier": verifier,
    }
    return _session(_content(http.post("/oauth/token", data=exchange)))


def renew(http: httpx.Client, client_id: str, session: Session) -> Session:
    """The same session with a new access token; the old refresh token is used up."""
    exchange = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "refresh_token": session.refresh_token,
    }
    return _session(_content(http.post("/oauth/token", data=exchange)))


def signature_of(account: Signer, text: str) -> str:
    """What `personal_sign` gives."""
    signed = account.sign_message(encode_defunct(text=text))
    return "0x" + bytes(signed.signature).hex()


def _consented(http: httpx.Client, account: Signer, request: str) -> str:
    wanted = {"request": request, "wallet": str(account.address)}
    offered = _content(http.post("/oauth/authorize/text", json=wanted))
    decision = {
        **wanted,
        "decision": "allow",
        "scopes": offered["scopes"],
        "signature": signature_of(account, offered["text"]),
    }
    return str(_content(http.post("/oauth/authorize", json=decision))["redirect_to"])


def _session(answer: Mapping[str, Any]) -> Session:
    return Session(
        answer["access_token"],
        answer["refresh_token"],
        frozenset(answer["scope"].split()),
        time.time() + answer["expires_in"],
    )


def _content(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 200:
        raise SignInError(f"{answer.request.url.path} answers {answer.status_code}: {answer.text}")
    content: dict[str, Any] = answer.json()
    return content

"""Records the examples of OAuth's routes, as `recording.py` does those of the others."""

from __future__ import annotations

import json
from typing import Any

from scripts.signing.session import signature_of

from .people import DEVELOPER, OTHER_DEVELOPER
from .walking import ADMINISTRATOR, REDIRECT, Walk, bearing, form, known
from .world import World


def recorded_oauth(world: World) -> dict[str, Any]:
    """Every example by name: both flows, and how each ends."""
    found = {
        "oauth-server": world.get("/.well-known/oauth-authorization-server").json(),
        "oauth-resource": world.get("/.well-known/oauth-protected-resource").json(),
        "oauth-keys": world.get("/oauth/jwks").json(),
    }
    _record_code(world, found)
    _record_credentials(world, found)
    _record_clients(world, found)
    _record_wallets(world, found)
    return found


def _record_code(world: World, found: dict[str, Any]) -> None:
    walk = Walk(world, known(world))
    found["oauth-problem-400"] = walk.begun(redirect_uri="https://elsewhere.example").json()
    found["oauth-problem-404"] = walk.begun(client_id="nobody").json()
    found["consent-request"] = walk.begun().json()
    request = found["consent-request"]["request"]
    found["consent-wallet"] = {"request": request, "wallet": world.address(DEVELOPER)}
    found["consent-text"] = world.post("/oauth/authorize/text", found["consent-wallet"]).json()
    found["consent-deny"] = {"request": request, "decision": "deny"}
    wrong = walk.decided(DEVELOPER, request, found["consent-text"], signature="0x" + "11" * 65)
    found["problem-401"] = wrong.json()
    decided = walk.decided(DEVELOPER, request, found["consent-text"])
    found["consent-allow"] = _sent(decided)
    found["consent-answer"] = decided.json()
    code = decided.json()["redirect_to"].partition("code=")[2].partition("&")[0]
    found["token-of-code"] = {
        "grant_type": "authorization_code",
        "client_id": walk.client.id,
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": walk.verifier,
    }
    found["token"] = form(world, "/oauth/token", found["token-of-code"]).json()
    found["token-of-refresh"] = {
        "grant_type": "refresh_token",
        "client_id": walk.client.id,
        "refresh_token": found["token"]["refresh_token"],
    }


def _record_credentials(world: World, found: dict[str, Any]) -> None:
    agent = known(
        world,
        name="Agent",
        auth_method="client_secret",
        organization="Example Registry Services",
        redirect_uris=(),
        scopes=["projects:read"],
    )
    proof = {"client_id": agent.id, "client_secret": agent.secret}
    found["token-of-client"] = {"grant_type": "client_credentials", **proof}
    given = form(world, "/oauth/token", found["token-of-client"]).json()
    found["token-question"] = {"token": given["access_token"], **proof}
    found["token-introspected"] = form(world, "/oauth/introspect", found["token-question"]).json()
    found["token-revoked"] = form(world, "/oauth/revoke", found["token-question"]).json()
    wrong = {**found["token-of-client"], "client_secret": "not-its-own"}
    found["oauth-problem-401"] = form(world, "/oauth/token", wrong).json()


def _record_clients(world: World, found: dict[str, Any]) -> None:
    found["client-of-people"] = {
        "name": "Dashboard",
        "scopes": ["projects:read", "projects:write"],
        "redirect_uris": [REDIRECT, "http://127.0.0.1/signed-in"],
    }
    found["client-of-its-own"] = {
        "name": "Agent",
        "scopes": ["projects:read"],
        "auth_method": "client_secret",
        "organization": "Example Registry Services",
    }
    own = Walk(world, known(world, scopes=["admin:clients"]), ["admin:clients"])
    bearer = bearing(own.tokens(ADMINISTRATOR)["access_token"])
    made = world.client.post("/clients", json=found["client-of-its-own"], auth=bearer)
    found["client"] = made.json()
    # Several may be of one second: this one has every member that the others have as well.
    listed = world.client.get("/clients", auth=bearer).json()
    named = [one for one in listed["clients"] if one["client_id"] == made.json()["client_id"]]
    found["clients"] = listed | {"clients": named}
    path = f"/clients/{found['client']['client_id']}"
    found["client-revoked"] = world.client.delete(path, auth=bearer).json()


def _record_wallets(world: World, found: dict[str, Any]) -> None:
    walk = Walk(world, known(world))
    bearer = bearing(walk.tokens(DEVELOPER)["access_token"])
    grants = world.client.get("/grants?limit=1", auth=bearer).json()
    found["grants"] = grants
    found["wallet-to-link"] = {"wallet": world.address(OTHER_DEVELOPER)}
    text = world.client.post("/wallets/text", json=found["wallet-to-link"], auth=bearer).json()
    signature = signature_of(world.keys[OTHER_DEVELOPER], text["text"])
    found["wallet-text"] = text
    found["wallet-signed"] = {"request": text["request"], "signature": signature}
    linked = world.client.post("/wallets", json=found["wallet-signed"], auth=bearer)
    found["wallet-link"] = linked.json()
    found["wallets"] = world.client.get("/wallets", auth=bearer).json()
    path = f"/grants/{grants['grants'][0]['id']}"
    found["grant-revoked"] = world.client.delete(path, auth=bearer).json()


def _sent(answer: Any) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(answer.request.content)
    return sent

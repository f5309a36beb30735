"""Clients and linked wallets: registered by administrators, linked by who holds the wallet."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from api.__main__ import main
from api.access.principals import Principal
from api.errors import AuthenticationError
from api.oauth.bearer import principal_of
from scripts.signing.session import signature_of

from . import documents
from .people import BUYER, DEVELOPER, OTHER_DEVELOPER, STRANGER
from .walking import ADMINISTRATOR, REDIRECT, Walk, bearing, fields_of, form, known
from .world import World

AGENT = {
    "name": "Agent",
    "scopes": ["projects:read"],
    "auth_method": "client_secret",
    "organization": "ACME",
}


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    """One world for this file: clients and grants do not get into each other's way."""
    return file_world


def bearer(world: World, who: int, *scopes: str) -> Any:
    """The credential of a person who signed in for these scopes."""
    walk = Walk(world, known(world, scopes=scopes), scopes)
    return bearing(walk.tokens(who)["access_token"])


def principal(world: World, shown: Any) -> Principal:
    return principal_of(world.app.state.registry, shown._headers["Authorization"][7:])


class TestClients:
    """
    given an administrator              registers, sees and revokes clients; the secret is seen once
    when a client is revoked            nothing that was granted to it counts, at once
    given anybody else                  401 or 403
    given an administrator no longer    403, though the token says otherwise
    when the registration has faults    422, with every one
    """

    @pytest.fixture
    def admin(self, world: World) -> Any:
        return bearer(world, ADMINISTRATOR, "admin:clients")

    def test_are_registered_and_revoked_by_an_administrator(self, world: World, admin: Any) -> None:
        answer = world.client.post("/clients", json=AGENT, auth=admin)
        made = answer.json()
        assert answer.status_code == 201
        assert made["created_by"] == f"eip155:31337:{world.address(ADMINISTRATOR)}"
        proof = (made["client_id"], made["client_secret"])
        assert len(made["client_secret"]) > 40
        asked = {"grant_type": "client_credentials"}
        token = form(world, "/oauth/token", asked, proof).json()["access_token"]
        assert principal_of(world.app.state.registry, token).organization == "ACME"
        seen = world.client.get("/clients?limit=1", auth=admin).json()
        assert made["client_secret"] not in json.dumps(seen)
        path = f"/clients/{made['client_id']}"
        for _ in range(2):
            assert world.client.delete(path, auth=admin).json()["revoked_at"]
        with pytest.raises(AuthenticationError, match="was revoked"):
            principal_of(world.app.state.registry, token)
        assert form(world, "/oauth/token", asked, proof).json()["error"] == "invalid_client"
        assert world.client.delete("/clients/nothing", auth=admin).status_code == 404

    def test_are_nobody_elses_affair(self, world: World) -> None:
        nobody = bearing("x.y.z")
        developer = bearer(world, DEVELOPER, "projects:write")
        for shown, status in ((None, 401), (nobody, 401), (developer, 403)):
            answers = [
                world.client.get("/clients", auth=shown),
                world.client.post("/clients", json=AGENT, auth=shown),
                world.client.delete("/clients/x", auth=shown),
            ]
            assert [one.status_code for one in answers] == [status] * 3
            assert all("oauth-protected-resource" in o.headers["www-authenticate"] for o in answers)

    def test_are_refused_to_an_administrator_no_longer(self, world: World, admin: Any) -> None:
        successor = world.address(STRANGER)
        world.direct(0, "RegistryAccessControl", "grantRole", 0, successor, 0)
        world.direct(0, "RegistryAccessControl", "renounceRole", 0, world.address(0))
        answer = world.client.get("/clients", auth=admin)
        assert (answer.status_code, answer.json()["details"][0]["code"]) == (403, "ROLE_MISSING")
        world.direct(STRANGER, "RegistryAccessControl", "grantRole", 0, world.address(0), 0)
        assert world.client.get("/clients", auth=admin).status_code == 200

    def test_are_refused_with_every_fault(self, world: World, admin: Any) -> None:
        faulty = {
            "name": "<script>",
            "scopes": ["no-such", "admin:*"],
            "auth_method": "private_key_jwt",
            "organization": " ",
            "jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
            "redirect_uris": [REDIRECT, "http://app.example/cb"],
        }
        answer = world.client.post("/clients", json=faulty, auth=admin)
        assert answer.status_code == 422
        assert [(one["field"], one["code"]) for one in answer.json()["details"]] == [
            ("/scopes/0", "SCOPE_UNKNOWN"),
            ("/jwks", "CLIENT_KEYS"),
            ("/name", "CLIENT_NAME"),
            ("/organization", "CLIENT_ORGANIZATION"),
            ("/redirect_uris/1", "REDIRECT_URI"),
        ]


class TestCommands:
    """
    given whoever operates the machine    registers, lists and revokes clients, and rotates keys
    """

    @pytest.fixture
    def run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
        """Runs a command; gives its status, the JSON objects it prints, and its complaints."""
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/index.db")
        monkeypatch.setenv("OGCR_DOCUMENTS", str(tmp_path / "documents"))

        def run(command: str) -> tuple[int, list[dict[str, Any]], str]:
            monkeypatch.setattr(sys, "argv", ["api", *command.split()])
            status, said = main(), capsys.readouterr()
            return status, [json.loads(line) for line in said.out.splitlines()], said.err

        return run

    def test_do_what_the_routes_do(self, run: Any) -> None:
        create = "clients create --name Agent --organization A --scope"
        _, (agent,), _ = run(f"{create} mrv:read")
        assert (agent["grant_types"], agent["created_by"]) == (["client_credentials"], "operator")
        assert agent["client_secret"]
        _, (listed,), _ = run("clients list")
        assert "client_secret" not in listed
        _, (ended,), _ = run(f"clients revoke {agent['client_id']}")
        assert ended["revoked_at"]
        status, made, said = run(f"{create} nothing")
        assert (status, made) == (1, [])
        assert "/scopes/0: Choose from public:read" in said

    def test_rotate_the_keys(self, run: Any) -> None:
        _, (first,), _ = run("signing-keys list")
        _, (second, kept), _ = run("signing-keys rotate")
        assert (kept["kid"], "d" in second) == (first["kid"], False)


class TestWallets:
    """
    when the other wallet signs                the principal acts for it, not it for the principal
    when the link is ended, from either side   it does so no more, with the very same token
    when another signs, or another's request   401 or 404
    given no wallet, or too narrow a token     403
    """

    def linked(self, world: World, shown: Any, wallet: int, signer: int | None = None) -> Any:
        wanted = {"wallet": world.address(wallet)}
        text = world.client.post("/wallets/text", json=wanted, auth=shown).json()
        signature = signature_of(world.keys[wallet if signer is None else signer], text["text"])
        body = {"request": text["request"], "signature": signature}
        return body, world.client.post("/wallets", json=body, auth=shown)

    def test_the_principal_acts_for_a_linked_wallet(self, world: World) -> None:
        mine = bearer(world, DEVELOPER, "projects:write")
        theirs = bearer(world, OTHER_DEVELOPER, "projects:write")
        first, second = world.address(DEVELOPER), world.address(OTHER_DEVELOPER)
        for ending in (
            lambda: world.client.delete(f"/wallets/{second}", auth=mine),
            lambda: world.client.delete(f"/wallets/{first}", auth=theirs),
        ):
            body, answer = self.linked(world, mine, OTHER_DEVELOPER)
            assert answer.status_code == 201, answer.text
            assert principal(world, mine).wallets == {first, second}
            assert principal(world, theirs).wallets == {second}
            for shown in (mine, theirs):
                (link,) = world.client.get("/wallets", auth=shown).json()["links"]
                assert (link["principal"], link["wallet"]) == (f"eip155:31337:{first}", second)
            assert world.client.post("/wallets", json=body, auth=mine).status_code == 404
            assert ending().status_code == 200
            assert principal(world, mine).wallets == {first}
            assert ending().status_code == 404

    def test_nothing_is_linked_without_the_wallets_signature(self, world: World) -> None:
        mine, thief = (bearer(world, who, "projects:write") for who in (DEVELOPER, STRANGER))
        _, answer = self.linked(world, thief, BUYER, signer=STRANGER)
        assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_REQUIRED")
        text = world.client.post(
            "/wallets/text", json={"wallet": world.address(BUYER)}, auth=mine
        ).json()
        signature = signature_of(world.keys[BUYER], text["text"])
        body = {"request": text["request"], "signature": signature}
        assert world.client.post("/wallets", json=body, auth=thief).status_code == 404
        consent = Walk(world, known(world)).handle()
        body = {"request": consent, "signature": signature}
        assert world.client.post("/wallets", json=body, auth=mine).status_code == 404
        assert principal(world, thief).wallets == {world.address(STRANGER)}

    def test_an_own_wallet_is_no_news(self, world: World) -> None:
        mine = bearer(world, DEVELOPER, "projects:write")
        wanted = {"wallet": world.address(DEVELOPER)}
        assert world.client.post("/wallets/text", json=wanted, auth=mine).status_code == 409

    def test_takes_a_wallet_and_a_scope_to_write(self, world: World) -> None:
        narrow = bearer(world, DEVELOPER, "projects:read")
        wanted = {"wallet": world.address(BUYER)}
        assert world.client.post("/wallets/text", json=wanted, auth=narrow).status_code == 403
        agent = known(world, **{**AGENT, "scopes": ["projects:write"], "redirect_uris": ()})
        asked = {"grant_type": "client_credentials"}
        given = form(world, "/oauth/token", asked, agent.basic).json()
        answer = world.client.post(
            "/wallets/text", json=wanted, auth=bearing(given["access_token"])
        )
        assert answer.status_code == 403
        assert "sign in with one" in answer.json()["message"]

    def test_signs_for_a_linked_wallet_in_a_write(self, world: World) -> None:
        mine, pdd = bearer(world, DEVELOPER, "projects:write"), documents.forest("harz-linked")
        path = f"/projects?sender={world.address(OTHER_DEVELOPER)}"
        refused = world.client.post(path, json=pdd, auth=mine)
        assert (refused.status_code, refused.json()["details"][0]["code"]) == (
            403,
            "SIGNER_NOT_PROVEN",
        )
        assert self.linked(world, mine, OTHER_DEVELOPER)[1].status_code == 201
        assert world.client.post(path, json=pdd, auth=mine).status_code == 202


class TestGrants:
    """
    given who granted something    sees it, and takes it back: the token that does so is dead too
    given anybody else             404, or 403 for the list
    given an administrator         sees and ends anybody's
    """

    def test_are_seen_and_taken_back(self, world: World) -> None:
        mine, theirs = (bearer(world, who, "projects:write") for who in (BUYER, STRANGER))
        page = world.client.get("/grants", auth=mine).json()
        grant = page["grants"][0]
        assert page["numberMatched"] >= page["numberReturned"] >= 1
        assert {link["rel"] for link in page["links"]} == {"self", "first", "last"}
        assert (grant["client_name"], grant["scopes"]) == ("Dashboard", ["projects:write"])
        path = f"/grants/{grant['id']}"
        assert world.client.delete(path, auth=theirs).status_code == 404
        assert world.client.delete(path, auth=mine).json()["revoked_at"]
        with pytest.raises(AuthenticationError, match="was revoked"):
            principal(world, mine)
        assert world.client.get("/grants", auth=mine).status_code == 401

    def test_of_others_are_an_administrators_affair(self, world: World) -> None:
        mine = bearer(world, BUYER, "projects:write")
        admin = bearer(world, ADMINISTRATOR, "admin:clients")
        path = f"/grants?principal=eip155:31337:{world.address(BUYER)}"
        assert world.client.get(path, auth=mine).status_code == 200
        other = path.replace(world.address(BUYER), world.address(STRANGER))
        assert world.client.get(other, auth=mine).status_code == 403
        grant = world.client.get(path, auth=admin).json()["grants"][0]
        assert world.client.delete(f"/grants/{grant['id']}", auth=admin).status_code == 200
        with pytest.raises(AuthenticationError, match="was revoked"):
            principal(world, mine)


class TestTrail:
    """
    when somebody signs in or is given tokens    the audit log says who; when it failed, nobody
    """

    def test_says_who_signed_in(self, world: World) -> None:
        walk = Walk(world, known(world))
        request = walk.handle()
        text = walk.offered(DEVELOPER, request).json()
        walk.decided(DEVELOPER, request, text, signature="0x" + "11" * 65)
        back = walk.decided(DEVELOPER, request, text).json()["redirect_to"]
        walk.exchange(fields_of(back)["code"])
        with world.app.state.registry.transaction() as session:
            rows = session.execute(
                sql(
                    "SELECT operation, actor, credential, status FROM audit_entry ORDER BY sequence"
                )
            )
            seen = [tuple(row) for row in rows][-3:]
        wallet, client = f"eip155:31337:{world.address(DEVELOPER)}", f"client:{walk.client.id}"
        assert seen == [
            ("POST /oauth/authorize", "anonymous", None, 401),
            ("POST /oauth/authorize", wallet, client, 200),
            ("POST /oauth/token", wallet, client, 200),
        ]

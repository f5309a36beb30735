"""API keys: made, shown once, used, seen, revoked; and every way to misuse one."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from eth_account.messages import encode_defunct
from fastapi.testclient import TestClient
from httpx import Response

from api.access.keys import digest
from api.access.tables import ApiKey
from api.commands.keys import main

from . import documents
from .people import BUYER, DEVELOPER, STRANGER
from .walking import Walk, known
from .world import World

ORGANIZATION = "Example Co"
WANTED = {"organization": ORGANIZATION, "scopes": ["projects:read"], "wallets": []}


@pytest.fixture(scope="module")
def stage(file_world: World) -> World:
    """A world for every test of this room that changes nothing on chain."""
    return file_world


@pytest.fixture(scope="module")
def administrator(stage: World) -> str:
    """The key of an administrator, made on the machine."""
    return stage.api_key(scopes=["admin:*", "projects:read"])


def asked(world: World, method: str, path: str, key: str | None, **more: Any) -> Response:
    """A request that shows a key of its own, or none."""
    client = TestClient(world.app, headers={"Authorization": f"Bearer {key}"} if key else {})
    return client.request(method, path, **more)


def made(world: World, key: str, **changes: Any) -> Response:
    return asked(world, "POST", "/keys", key, json={**WANTED, **changes})


def code(answer: Response) -> str:
    return str(answer.json()["details"][0]["code"])


def signed_in(world: World, who: int, *scopes: str) -> str:
    """The access token of somebody who signed in with a wallet."""
    client = known(world, scopes=scopes)
    return str(Walk(world, client, scopes).tokens(who)["access_token"])


def signature(world: World, who: int, organization: str = ORGANIZATION) -> str:
    """The statement about a wallet, signed by it."""
    query = {"organization": organization, "wallet": world.address(who)}
    said = asked(world, "GET", "/keys/statement", world.api_key(scopes=["keys:own"]), params=query)
    message = encode_defunct(text=said.json()["statement"])
    return "0x" + world.keys[who].sign_message(message).signature.hex()


class TestMake:
    """
    given an administrator            a key with scopes, end and limit; shown once, kept as a digest
    given a wallet was not proven     422, and nothing is made
    given somebody who signed in      a key of the own wallet with no more than was granted
    given scopes it has not itself    403
    given a key or a program          403: keys make no keys, unless they are an administrator's
    """

    def test_makes_a_key_given_an_administrator(self, stage: World, administrator: str) -> None:
        wallet = {"address": stage.address(BUYER), "signature": signature(stage, BUYER)}
        answer = made(stage, administrator, wallets=[wallet], rate="7/minute", days=1)
        assert answer.status_code == 201, answer.text
        key, shown = answer.json()["key"], answer.json()
        assert answer.headers["cache-control"] == "no-store"
        with stage.app.state.registry.transaction() as session:
            row = session.get(ApiKey, shown["id"])
        assert (row.digest, row.wallets) == (digest(key), [stage.address(BUYER)])
        assert row.proofs[stage.address(BUYER)].endswith(wallet["signature"])
        assert row.expires_at == pytest.approx(time.time() + 86_400, abs=60)
        read = asked(stage, "GET", answer.headers["location"], administrator)
        assert read.json() == {name: value for name, value in shown.items() if name != "key"}
        assert key.split("_")[2] not in read.text
        used = asked(stage, "GET", "/projects", key)
        assert (used.status_code, used.headers["ratelimit-limit"]) == (200, "7")

    @pytest.mark.parametrize("who", [None, STRANGER])
    def test_refuses_a_wallet_that_was_not_proven(
        self, stage: World, administrator: str, who: int | None
    ) -> None:
        wallet: dict[str, Any] = {"address": stage.address(BUYER)}
        if who is not None:
            wallet["signature"] = signature(stage, who)
        answer = made(stage, administrator, wallets=[wallet])
        assert (answer.status_code, code(answer)) == (422, "WALLET_NOT_PROVEN")
        other = {**wallet, "signature": signature(stage, BUYER, "Another Co")}
        assert made(stage, administrator, wallets=[other]).status_code == 422

    def test_makes_a_key_of_the_own_wallet_given_somebody_who_signed_in(self, stage: World) -> None:
        token = signed_in(stage, DEVELOPER, "keys:own", "projects:write")
        answer = made(stage, token, scopes=["projects:write"], wallets=None)
        assert answer.status_code == 201, answer.text
        assert answer.json()["wallets"] == [stage.address(DEVELOPER)]
        new = documents.forest("own-key")
        sent = asked(stage, "POST", "/projects", answer.json()["key"], json=new)
        assert sent.status_code == 202, sent.text

    def test_gives_nothing_away_that_it_has_not_itself(self, stage: World) -> None:
        token = signed_in(stage, DEVELOPER, "keys:own", "projects:read")
        for scope in ("projects:write", "credits:retire", "admin:*", "admin:keys"):
            answer = made(stage, token, scopes=[scope])
            assert answer.status_code == 403, (scope, answer.text)
            assert f'scope="{scope}"' in answer.headers["www-authenticate"]
        assert code(made(stage, token, scopes=["keys:own"])) == "SCOPE_NOT_FOR_KEYS"
        assert code(made(stage, token, scopes=["all"])) == "UNKNOWN_SCOPE"
        assert code(made(stage, token, rate="1000000/second")) == "RATE_NOT_YOURS"
        wallets = [{"address": stage.address(BUYER)}]
        assert code(made(stage, token, wallets=wallets)) == "WALLET_NOT_PROVEN"

    def test_lets_no_key_make_keys(self, stage: World) -> None:
        answer = made(stage, stage.api_key(DEVELOPER, scopes=["keys:own", "projects:read"]))
        assert (answer.status_code, code(answer)) == (403, "NOT_SIGNED_IN")

    def test_is_no_administrators_given_no_role(self, stage: World, administrator: str) -> None:
        """A key that was made through the API counts as an administrator's by its wallets alone."""
        answer = made(stage, administrator, scopes=["admin:*"])
        assert answer.status_code == 201, answer.text
        refused = asked(stage, "GET", "/audit", answer.json()["key"])
        assert (refused.status_code, code(refused)) == (403, "ROLE_MISSING")
        wallets = [{"address": stage.address(0), "signature": signature(stage, 0)}]
        held = made(stage, administrator, scopes=["admin:*"], wallets=wallets).json()["key"]
        assert asked(stage, "GET", "/audit", held).status_code == 200


class TestUse:
    """
    given it is unknown, wrong, expired      401 invalid_token, in the same words for id and secret
    when it is revoked                       401 from then on, also for what is cached or replayed
    when two credentials are shown           401, whichever is good
    when it stands in the address            401, and it is written down nowhere
    when it was used                         that is seen
    given somebody else's                    404 for looking and revoking; itself it can revoke
    """

    def test_refuses_what_is_no_key(self, stage: World) -> None:
        key = stage.api_key(scopes=["projects:read"])
        gone = stage.api_key(scopes=["projects:read"], expires_at=time.time() - 1)
        other = stage.api_key(scopes=["projects:read"])
        wrong = {key[:-1] + ("0" if key[-1] != "0" else "1"), "ogcr_" + "0" * 16 + "_" + "0" * 64}
        wrong |= {f"{other[:21]}_{key[22:]}", key.upper(), key + "0", "ogcr_", key[:21]}
        messages = set()
        for text in wrong:
            answer = asked(stage, "GET", "/projects", text)
            assert answer.status_code == 401, text
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]
            messages.add(answer.json()["message"])
        assert len(messages - {"The access token is none of this registry's."}) == 1
        assert "expired" in asked(stage, "GET", "/projects", gone).json()["message"]
        by_header = TestClient(stage.app, headers={"X-API-Key": key})
        assert by_header.get("/projects").status_code == 200

    def test_ends_at_once_when_it_is_revoked(self, stage: World, administrator: str) -> None:
        key = stage.api_key(DEVELOPER)
        path, new = f"/keys/{key[5:21]}", documents.forest("replayed", east=3.0)
        tag = asked(stage, "GET", "/methodologies", key).headers["etag"]
        bearer = {"Authorization": f"Bearer {key}"}
        client = TestClient(stage.app, headers=bearer)
        once = {"Idempotency-Key": "of-a-revoked-key"}
        assert client.post("/projects", json=new, headers=once).status_code == 202
        assert asked(stage, "DELETE", path, administrator).json()["state"] == "revoked"
        assert asked(stage, "DELETE", path, administrator).json()["state"] == "revoked"
        cached = client.get("/methodologies", headers={"If-None-Match": tag})
        replayed = client.post("/projects", json=new, headers=once)
        for answer in (cached, replayed, client.get("/health"), client.get("/projects")):
            assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_REQUIRED")
            assert "revoked" in answer.json()["message"]

    def test_refuses_two_credentials(self, stage: World) -> None:
        good, weak = stage.api_key(DEVELOPER), stage.api_key(scopes=["projects:read"])
        for pair in (
            [("Authorization", f"Bearer {weak}"), ("Authorization", f"Bearer {good}")],
            [("Authorization", f"Bearer {good}"), ("X-API-Key", weak)],
            [("Authorization", f"Bearer {good}, Bearer {weak}")],
        ):
            answer = TestClient(stage.app).get("/projects", headers=pair)  # type: ignore[arg-type]
            assert answer.status_code == 401
            assert 'error="invalid_request"' in answer.headers["www-authenticate"]

    def test_refuses_a_key_in_the_address(self, stage: World, administrator: str) -> None:
        key = stage.api_key(DEVELOPER)
        for query in ({"access_token": key}, {"api_key": key}, {"limit": key}):
            answer = asked(stage, "GET", "/projects", None, params=query)
            assert answer.status_code == 401, query
            assert "revoke it" in answer.json()["message"]
        astray = asked(stage, "GET", f"/keys/{key}", administrator)
        assert astray.status_code == 404
        log = asked(stage, "GET", "/audit", administrator, params={"resource": "/keys/ogcr_"})
        assert log.json()["entries"][0]["resource"] == f"/keys/{key[:21]}…"

    def test_shows_when_it_was_used(self, stage: World, administrator: str) -> None:
        key, path = stage.api_key(scopes=["projects:read"]), "/keys"
        path = f"/keys/{key[5:21]}"
        assert asked(stage, "GET", path, administrator).json()["last_used_at"] is None
        asked(stage, "GET", path, key)
        assert asked(stage, "GET", path, administrator).json()["last_used_at"] is not None

    def test_hides_those_of_others(self, stage: World) -> None:
        mine, other = (stage.api_key(who, scopes=["projects:read"]) for who in (DEVELOPER, BUYER))
        path = f"/keys/{mine[5:21]}"
        assert asked(stage, "GET", path, other).status_code == 404
        assert asked(stage, "DELETE", path, other).status_code == 404
        token = signed_in(stage, BUYER, "keys:own", "projects:read")
        own = made(stage, token).json()["id"]
        listed = asked(stage, "GET", "/keys", token).json()["keys"]
        assert [key["id"] for key in listed] == [own]
        assert asked(stage, "DELETE", path, mine).json()["revoked_by"] == f"key:{mine[5:21]}"
        assert asked(stage, "GET", path, mine).status_code == 401


class TestCommand:
    """
    create, list, revoke      as the operator, on the machine; what is wrong is said in a sentence
    """

    def test_makes_lists_and_revokes(
        self, stage: World, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        on_the_machine(stage, monkeypatch)
        assert main(["statement", "--organization", "Acme", "--wallet", stage.address(BUYER)]) == 0
        message = encode_defunct(text=capsys.readouterr().out.rstrip("\n"))
        proof = "0x" + stage.keys[BUYER].sign_message(message).signature.hex()
        options = ["--organization", "Acme", "--scope", "credits:retire", "--scope", "admin:audit"]
        assert main(["create", *options, "--wallet", f"{stage.address(BUYER)}={proof}"]) == 0
        key = json.loads(capsys.readouterr().out)
        assert asked(stage, "GET", "/audit", key["key"]).status_code == 200
        assert main(["list"]) == 0
        listed = capsys.readouterr().out
        assert key["id"] in listed
        assert key["key"].split("_")[2] not in listed
        assert main(["revoke", key["id"]]) == 0
        assert asked(stage, "GET", "/audit", key["key"]).status_code == 401

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (["create", "--organization", "A", "--scope", "all"], "There is no scope all"),
            (["revoke", "none"], "There is no key none"),
        ],
    )
    def test_says_what_is_wrong(
        self,
        stage: World,
        capsys: Any,
        monkeypatch: pytest.MonkeyPatch,
        options: list[str],
        words: str,
    ) -> None:
        on_the_machine(stage, monkeypatch)
        assert main(options) == 3
        assert words in capsys.readouterr().err

    def test_refuses_what_is_no_proof(self, capsys: Any) -> None:
        options = ["--organization", "A", "--scope", "mrv:read", "--wallet", "0x11"]
        with pytest.raises(SystemExit) as ended:
            main(["create", *options])
        assert ended.value.code == 2
        assert "give the wallet with its signature" in capsys.readouterr().err


def on_the_machine(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the registry of a world."""
    settings = world.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("OGCR_DEPLOYMENTS", str(settings.deployments))
    monkeypatch.setenv("OGCR_RPC_URLS", world.node.url)
    monkeypatch.setenv("OGCR_PUBLIC_URL", settings.public_url)

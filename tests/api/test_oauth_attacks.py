"""Attacks on OAuth: what is stolen, replayed, mixed up or made up opens nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from eth_account import Account

from api.errors import ApiError
from api.oauth import addresses
from scripts.signing.session import signature_of

from .people import DEVELOPER, STRANGER, VALIDATOR
from .walking import HTML, ISSUER, REDIRECT, Known, Walk, counts, fields_of, form, known, refused
from .world import World


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    """One world for this file: clients and grants do not get into each other's way."""
    return file_world


class TestCode:
    """
    when a code comes a second time          nobody gets tokens, and those it gave are dead
    when it comes from another client        it is refused, and still good for its own
    when it comes late                       it is refused
    when it comes with another address       it is refused
    when the verifier is wrong or missing    it is refused, and the code is used up
    """

    def test_nothing_counts_any_more_when_replayed(self, world: World, walk: Walk) -> None:
        code = walk.answer(DEVELOPER)["code"]
        first = walk.exchange(code).json()
        again = walk.refreshed(first["refresh_token"]).json()
        refused(walk.exchange(code), "invalid_grant")
        assert not counts(world, first["access_token"])
        assert not counts(world, again["access_token"])
        refused(walk.refreshed(again["refresh_token"]), "invalid_grant")

    def test_stays_its_clients_when_another_one_brings_it(self, world: World, walk: Walk) -> None:
        code = walk.answer(DEVELOPER)["code"]
        thief = Walk(world, known(world, name="Thief"), verifier=walk.verifier)
        refused(thief.exchange(code), "invalid_grant")
        assert walk.exchange(code).status_code == 200

    def test_is_refused_when_late(
        self, world: World, walk: Walk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, now = walk.answer(DEVELOPER)["code"], time.time()
        monkeypatch.setattr(time, "time", lambda: now + world.settings.code_seconds + 1)
        refused(walk.exchange(code), "invalid_grant")

    @pytest.mark.parametrize("other", ["https://app.example/other", None])
    def test_is_refused_with_another_address(self, walk: Walk, other: str | None) -> None:
        refused(walk.exchange(walk.answer(DEVELOPER)["code"], redirect_uri=other), "invalid_grant")

    @pytest.mark.parametrize(
        ("verifier", "error"),
        [
            (None, "invalid_request"),
            ("x" * 64, "invalid_grant"),
            ("short", "invalid_request"),
            ("challenge", "invalid_grant"),
        ],
    )
    def test_is_used_up_when_the_verifier_is_wrong(
        self, walk: Walk, verifier: str | None, error: str
    ) -> None:
        shown = walk.asked()["code_challenge"] if verifier == "challenge" else verifier
        code = walk.answer(DEVELOPER)["code"]
        refused(walk.exchange(code, code_verifier=shown), error)
        refused(walk.exchange(code), "invalid_grant")

    def test_a_confidential_client_must_prove_itself_as_well(self, world: World) -> None:
        own = known(world, auth_method="client_secret", organization="ACME")
        walk = Walk(world, own)
        code = walk.answer(DEVELOPER)["code"]
        refused(walk.exchange(code), "invalid_client", 401)
        refused(walk.exchange(code, auth=(own.id, "wrong")), "invalid_client", 401)
        assert walk.exchange(code, auth=own.basic).status_code == 200


class TestChallenge:
    """
    when PKCE is left out, plain, or without method    the client is told, and no page is shown
    """

    @pytest.mark.parametrize(
        "changes",
        [
            {"code_challenge": None, "code_challenge_method": None},
            {"code_challenge_method": "plain"},
            {"code_challenge_method": None},
            {"code_challenge": None},
            {"code_challenge": "short"},
            {"code_challenge_method": "s256"},
        ],
    )
    def test_is_asked_for(self, walk: Walk, changes: dict[str, Any]) -> None:
        answer = walk.begun(**changes)
        assert answer.status_code == 302
        said = fields_of(answer.headers["location"])
        assert (said["error"], said["state"], said["iss"]) == (
            "invalid_request",
            "as-it-was",
            ISSUER,
        )
        assert said["error_description"].startswith(("Give", "The code_challenge is"))

    @pytest.mark.parametrize("mode", ["fragment", "form_post", "query.jwt", "web_message"])
    def test_no_other_way_back_is_taken(self, walk: Walk, mode: str) -> None:
        said = fields_of(walk.begun(response_mode=mode).headers["location"])
        assert (said["error"], said["state"]) == ("invalid_request", "as-it-was")
        assert "response_mode=query" in said["error_description"]
        assert walk.begun(response_mode="query").status_code == 200

    @pytest.mark.parametrize("kind", ["token", "id_token", "code token", "none"])
    def test_no_other_flow_begins(self, walk: Walk, kind: str) -> None:
        said = fields_of(walk.begun(response_type=kind).headers["location"])
        assert said["error"] == "unsupported_response_type"
        assert said["error_description"].startswith("Ask with response_type=code")

    @pytest.mark.parametrize("kind", ["password", "implicit", "urn:ietf:params:oauth:x", ""])
    def test_no_other_grant_is_known(self, world: World, client: Known, kind: str) -> None:
        fields = {"grant_type": kind, "client_id": client.id, "username": "u", "password": "p"}
        answer = form(world, "/oauth/token", fields)
        refused(answer, "unsupported_grant_type")
        assert answer.json()["message"].startswith("Give authorization_code")


class TestRedirect:
    """
    when the address is not the registered one, letter by letter    nothing is sent anywhere
    given a loopback address                                        any port, nothing else
    when a client is registered with a dangerous address            it is refused
    """

    @pytest.mark.parametrize(
        "address",
        [
            None,
            "https://app.example/signed-in/",
            "https://app.example/signed-in/../evil",
            "https://app.example/signed-in?next=https://evil.example",
            "https://app.example/signed-in#fragment",
            "https://app.example/SIGNED-IN",
            "http://app.example/signed-in",
            "https://app.example:8443/signed-in",
            "https://app.example@evil.example/signed-in",
            "https://user@app.example/signed-in",
            "https://app.example.evil.example/signed-in",
            "https://evil.example/signed-in",
            "https://evil.example\\@app.example/signed-in",
            "https://app.example%2f@evil.example/",
            "//app.example/signed-in",
            "javascript:alert(1)",
            "data:text/html,hello",
            "https://app.example/signed-in\r\nX: y",
            "https://аpp.example/signed-in",
        ],
    )
    @pytest.mark.parametrize("more", [{}, {"response_type": "token"}, {"scope": "no-such"}])
    def test_goes_nowhere_else(self, walk: Walk, address: str | None, more: dict[str, str]) -> None:
        for accept in ({}, HTML):
            answer = walk.begun(headers=accept, redirect_uri=address, **more)
            assert answer.status_code == 400
            assert "location" not in answer.headers
            assert "evil.example" not in answer.text

    def test_goes_nowhere_when_given_twice(self, world: World, walk: Walk) -> None:
        pairs = [*walk.asked().items(), ("redirect_uri", "https://evil.example")]
        answer = world.client.get("/oauth/authorize", params=pairs, follow_redirects=False)
        refused(answer, "invalid_request")
        for name in ("client_id", "state", "scope", "code_challenge"):
            pairs = [*walk.asked().items(), (name, "x")]
            answer = world.client.get("/oauth/authorize", params=pairs, follow_redirects=False)
            refused(answer, "invalid_request")

    def test_an_unknown_client_is_told_to_the_person(self, walk: Walk) -> None:
        refused(walk.begun(client_id="nobody"), "invalid_client", 404)
        assert walk.begun(headers=HTML, client_id="nobody").status_code == 404

    @pytest.mark.parametrize(
        ("asked", "is_the_same"),
        [
            ("http://127.0.0.1/cb", True),
            ("http://127.0.0.1:51004/cb", True),
            ("http://127.0.0.1:51004/cb/", False),
            ("http://127.0.0.1:51004/cb?x=1", False),
            ("http://localhost:51004/cb", False),
            ("https://127.0.0.1:51004/cb", False),
            ("http://127.0.0.1:51004@evil.example/cb", False),
            ("http://127.0.0.1.evil.example/cb", False),
            ("http://127.0.0.1:99999/cb", False),
            ("http://127.0.0.1:0/cb", False),
            ("http://127.0.0.1:51004/cb#", False),
            ("http://127.1/cb", False),
        ],
    )
    def test_a_loopback_address_has_any_port(self, asked: str, is_the_same: bool) -> None:
        assert addresses.is_registered(asked, ["http://127.0.0.1/cb"]) is is_the_same

    @pytest.mark.parametrize(
        ("address", "is_fit"),
        [
            ("https://app.example/cb", True),
            ("https://app.example/cb?tenant=1", True),
            ("http://127.0.0.1/cb", True),
            ("http://[::1]:8080/cb", True),
            ("com.example.app:/cb", True),
            ("http://app.example/cb", False),
            ("https://*.example/cb", False),
            ("https://app.example/cb#x", False),
            ("https://user:word@app.example/cb", False),
            ("https://app.example/a/../cb", False),
            ("javascript:alert(1)", False),
            ("data:text/html,x", False),
            ("app:/cb", False),
            ("com.example.app://host/cb", False),
            ("https://", False),
            ("https://app.example/ cb", False),
            ("", False),
        ],
    )
    def test_dangerous_addresses_cannot_be_registered(self, address: str, is_fit: bool) -> None:
        assert addresses.may_be_registered(address) is is_fit


class TestScopes:
    """
    when more is asked for than the client may    the client is told, at every step
    when more is decided than was asked for       it is refused
    when a refresh asks for more                  it is refused; for less, the next may have all
    when the wallet loses its role                the scope is gone with the next refresh
    """

    def test_cannot_be_more_than_the_clients(self, world: World, walk: Walk) -> None:
        for more in ("mrv:read", "no-such:scope", "projects:read admin:*"):
            said = fields_of(walk.begun(scope=more).headers["location"])
            assert said["error"] == "invalid_scope"
        agent = {"auth_method": "client_secret", "organization": "ACME", "redirect_uris": ()}
        own = known(world, **agent)
        asked = {"grant_type": "client_credentials", "scope": "projects:read mrv:write"}
        refused(form(world, "/oauth/token", asked, own.basic), "invalid_scope")

    def test_cannot_be_more_than_was_asked_for(self, world: World, walk: Walk) -> None:
        request = walk.handle(scope="projects:read")
        both = ["projects:read", "projects:write"]
        assert walk.offered(DEVELOPER, request, scopes=both).status_code == 422
        text = walk.offered(DEVELOPER, request).json()
        assert walk.decided(DEVELOPER, request, text, scopes=both).status_code == 422
        wide = walk.handle()
        text = walk.offered(DEVELOPER, wide, scopes=["projects:read"]).json()
        answer = walk.decided(DEVELOPER, wide, text, scopes=both)
        assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_REQUIRED")

    def test_cannot_be_decided_without_the_role(self, world: World) -> None:
        wide = ["projects:read", "projects:approve"]
        walk = Walk(world, known(world, scopes=wide), wide)
        request = walk.handle()
        text = walk.offered(VALIDATOR, request).json()
        forged = text["text"].replace(_checksum(world, VALIDATOR), _checksum(world, STRANGER))
        signature = signature_of(world.keys[STRANGER], forged)
        answer = walk.decided(STRANGER, request, text, signature=signature)
        assert answer.status_code == 403
        assert answer.json()["details"][0]["code"] == "SCOPE_WITHHELD"

    def test_cannot_grow_in_a_refresh(self, world: World, walk: Walk) -> None:
        first = walk.tokens(DEVELOPER)
        more = "projects:read projects:write mrv:read"
        refused(walk.refreshed(first["refresh_token"], scope=more), "invalid_scope")
        less = walk.refreshed(first["refresh_token"], scope="projects:read").json()
        assert less["scope"] == "projects:read"
        assert walk.refreshed(less["refresh_token"]).json()["scope"] == first["scope"]

    def test_are_gone_when_the_role_is(self, world: World) -> None:
        wide = ["projects:approve", "projects:read"]
        walk = Walk(world, known(world, scopes=wide), wide)
        before = walk.tokens(VALIDATOR)
        assert before["scope"] == "projects:approve projects:read"
        revoked = (3, world.address(VALIDATOR))
        world.direct(0, "RegistryAccessControl", "revokeRole", *revoked)
        after = walk.refreshed(before["refresh_token"]).json()
        assert after["scope"] == "projects:read"
        world.direct(0, "RegistryAccessControl", "grantRole", *revoked, 0)

    @pytest.mark.parametrize("scope", ["admin:*", "admin:clients", "mrv:verify"])
    def test_that_take_a_role_are_no_clients_own(self, world: World, scope: str) -> None:
        agent = {"auth_method": "client_secret", "organization": "ACME", "redirect_uris": ()}
        with pytest.raises(ApiError) as caught:
            known(world, scopes=[scope], **agent)
        assert [one.code for one in caught.value.details] == ["SCOPE_NEEDS_WALLET"]
        # One that asks people as well may be registered with it, and still not take it itself.
        both = known(
            world,
            scopes=[scope, "mrv:read"],
            auth_method="client_secret",
            **{
                "organization": "ACME",
                "redirect_uris": [REDIRECT],
            },
        )
        for wanted in (scope, None):
            asked = {"grant_type": "client_credentials", "scope": wanted}
            refused(form(world, "/oauth/token", asked, both.basic), "invalid_scope")


def _checksum(world: World, who: int) -> str:
    return str(Account.from_key(world.keys[who].key).address)

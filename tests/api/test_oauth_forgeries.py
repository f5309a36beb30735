"""Forged, stolen and replayed: what is no wallet's, no server's or no client's signature."""

from __future__ import annotations

import base64
import hmac
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from api.oauth.tokens import GRANT_CLAIM
from scripts.signing.session import signature_of

from .people import BUYER, DEVELOPER, STRANGER
from .walking import ISSUER, Known, Walk, counts, form, known, refused
from .world import World


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    """One world for this file: clients and grants do not get into each other's way."""
    return file_world


class TestSignIn:
    """
    when the text is one of another domain, chain, request, time, wallet or purpose    401
    when the same signature comes again                                                404
    when the request is over, changed, or a token of another kind                      404
    """

    @pytest.mark.parametrize(
        ("line", "other"),
        [
            ("registry.example wants", "evil.example wants"),
            ("URI: https://registry.example", "URI: https://evil.example"),
            ("Chain ID: 31337", "Chain ID: 1"),
            ("Nonce: ", "Nonce: 0"),
            ("Issued At: 20", "Issued At: 21"),
            ("Expiration Time: 20", "Expiration Time: 21"),
            ("Dashboard at app.example", "Dashboard at evil.example"),
            ("projects:write", "projects:approve"),
        ],
    )
    def test_is_refused_when_another_text_is_signed(
        self, world: World, walk: Walk, line: str, other: str
    ) -> None:
        request = walk.handle()
        text = walk.offered(DEVELOPER, request).json()
        assert line in text["text"]
        signed = signature_of(world.keys[DEVELOPER], text["text"].replace(line, other))
        answer = walk.decided(DEVELOPER, request, text, signature=signed)
        assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_REQUIRED")
        assert walk.decided(DEVELOPER, request, text).status_code == 200

    def test_is_refused_when_signed_for_another_request(self, world: World, walk: Walk) -> None:
        first, second = walk.handle(), walk.handle()
        text = walk.offered(DEVELOPER, first).json()
        assert walk.decided(DEVELOPER, second, text).status_code == 401
        other = Walk(world, known(world, name="Thief", redirect_uris=["https://evil.example/x"]))
        other.redirect = "https://evil.example/x"
        assert other.decided(DEVELOPER, other.handle(), text).status_code == 401

    def test_is_refused_when_another_wallet_signs(self, world: World, walk: Walk) -> None:
        request = walk.handle()
        text = walk.offered(DEVELOPER, request).json()
        own = signature_of(world.keys[STRANGER], text["text"])
        assert walk.decided(DEVELOPER, request, text, signature=own).status_code == 401
        assert walk.decided(STRANGER, request, text, signature=own).status_code == 401
        for nonsense in ("0x" + "00" * 65, "0x" + "ff" * 65, "0x01", "0x" + "ab" * 9_000):
            answer = walk.decided(DEVELOPER, request, text, signature=nonsense)
            assert answer.status_code == 401

    def test_is_over_when_decided(self, walk: Walk) -> None:
        request = walk.handle()
        text = walk.offered(DEVELOPER, request).json()
        assert walk.decided(DEVELOPER, request, text).status_code == 200
        assert walk.decided(DEVELOPER, request, text).status_code == 404
        denial = {"request": request, "decision": "deny"}
        assert walk.world.post("/oauth/authorize", denial).status_code == 404

    def test_is_over_after_its_time(
        self, world: World, walk: Walk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        request = walk.handle()
        text, now = walk.offered(DEVELOPER, request).json(), time.time()
        monkeypatch.setattr(time, "time", lambda: now + world.settings.sign_in_seconds + 1)
        _shift_jose(monkeypatch, now + world.settings.sign_in_seconds + 1)
        assert walk.decided(DEVELOPER, request, text).status_code == 404

    def test_takes_no_request_that_it_did_not_make(self, world: World, walk: Walk) -> None:
        request = walk.handle()
        text = walk.offered(DEVELOPER, request).json()
        header, claims, signature = request.split(".")
        changed = json.loads(_unpadded(claims)) | {"redirect_uri": "https://evil.example/x"}
        forged = f"{header}.{_packed(changed)}.{signature}"
        token = walk.tokens(BUYER)["access_token"]
        for other in (forged, token, f"{_packed({'alg': 'none'})}.{claims}.", "x", "a.b.c"):
            assert walk.decided(DEVELOPER, other, text).status_code == 404

    def test_needs_everything_to_allow(self, world: World, walk: Walk) -> None:
        answer = world.post("/oauth/authorize", {"request": walk.handle(), "decision": "allow"})
        fields = [one["field"] for one in answer.json()["details"]]
        assert (answer.status_code, fields) == (422, ["/wallet", "/scopes", "/signature"])


class TestTokens:
    """
    given a token that another could have made    it opens nothing: alg none, HS256 with the public
                                                  key, a wrong typ, aud, iss, kid, or one of a grant
                                                  that never was
    when a refresh token comes again              the whole family is dead
    when a token or its client is revoked         it is dead at once
    """

    @pytest.fixture
    def token(self, walk: Walk) -> str:
        return str(walk.tokens(DEVELOPER)["access_token"])

    def test_is_dead_given_no_signature(self, world: World, token: str) -> None:
        _, claims, signature = token.split(".")
        for alg in ("none", "None", "NONE"):
            for end in ("", signature):
                assert not counts(world, f"{_packed({'alg': alg, 'typ': 'at+jwt'})}.{claims}.{end}")

    def test_is_dead_given_the_public_key_as_a_secret(self, world: World, token: str) -> None:
        public = world.app.state.registry.signing_keys.published()["keys"][0]
        claims = json.loads(_unpadded(token.split(".")[1]))
        key = ECKey.import_key(public)
        head = _packed({"alg": "HS256", "typ": "at+jwt", "kid": public["kid"]})
        signed = f"{head}.{_packed(claims)}"
        for secret in (key.as_pem(private=False), json.dumps(public).encode()):
            mac = hmac.digest(secret, signed.encode(), "sha256")
            end = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
            assert not counts(world, f"{signed}.{end}")

    @pytest.mark.parametrize(
        ("header", "claims"),
        [
            ({"typ": "JWT"}, {}),
            ({"typ": "id_token+jwt"}, {}),
            ({"typ": "ogcr-consent+jwt"}, {}),
            ({}, {"aud": "https://other.example"}),
            ({}, {"aud": None}),
            ({}, {"iss": "https://other.example"}),
            ({}, {"exp": 1}),
            ({}, {"exp": None}),
            ({}, {"nbf": 2**40}),
            ({}, {GRANT_CLAIM: "never-was"}),
            ({}, {GRANT_CLAIM: None}),
        ],
    )
    def test_is_dead_when_it_was_made_for_something_else(
        self, world: World, token: str, header: dict[str, Any], claims: dict[str, Any]
    ) -> None:
        assert counts(world, token)
        keys = world.app.state.registry.signing_keys.current
        assert not counts(world, _resigned(token, keys, header, claims))
        assert counts(world, _resigned(token, keys, {}, {}))

    def test_is_dead_given_anothers_key(self, world: World, token: str) -> None:
        own = world.app.state.registry.signing_keys.published()["keys"][0]
        thief = ECKey.generate_key("P-256", {"alg": "ES256"}, auto_kid=True)
        public = thief.as_dict(private=False)
        for header in (
            {"kid": own["kid"]},
            {"kid": thief.kid},
            {"kid": "../../../../dev/null"},
            {"kid": "' OR '1'='1"},
            {"kid": thief.kid, "jwk": public},
            {"kid": thief.kid, "jku": "https://evil.example/jwks"},
        ):
            forged = jwt.encode(
                {"alg": "ES256", "typ": "at+jwt", **header},
                json.loads(_unpadded(token.split(".")[1])),
                thief,
                algorithms=["ES256"],
            )
            assert not counts(world, forged)

    @pytest.mark.parametrize(
        "text", ["", "x", "a.b", "a.b.c", "a.b.c.d.e", "é.é.é", "." * 9_000, "e30.W10.x", "\x00"]
    )
    def test_is_none_given_any_text(self, world: World, text: str) -> None:
        assert not counts(world, text)

    def test_the_family_is_dead_when_a_refresh_token_is_reused(
        self, world: World, walk: Walk
    ) -> None:
        first = walk.tokens(DEVELOPER)
        second = walk.refreshed(first["refresh_token"]).json()
        assert counts(world, second["access_token"])
        refused(walk.refreshed(first["refresh_token"]), "invalid_grant")
        assert not counts(world, second["access_token"])
        refused(walk.refreshed(second["refresh_token"]), "invalid_grant")

    def test_another_client_cannot_refresh_revoke_or_ask(self, world: World, walk: Walk) -> None:
        mine = walk.tokens(DEVELOPER)
        agent = {"auth_method": "client_secret", "organization": "ACME"}
        thief = known(world, name="Thief", **agent)
        stolen = {"grant_type": "refresh_token", "refresh_token": mine["refresh_token"]}
        refused(form(world, "/oauth/token", stolen, thief.basic), "invalid_grant")
        for token in (mine["refresh_token"], mine["access_token"]):
            asked = form(world, "/oauth/introspect", {"token": token}, thief.basic)
            assert asked.json() == {"active": False}
            refused(form(world, "/oauth/revoke", {"token": token}, thief.basic), "invalid_grant")
        assert counts(world, mine["access_token"])
        assert walk.refreshed(mine["refresh_token"]).status_code == 200

    def test_is_dead_at_once_when_revoked(self, world: World, walk: Walk) -> None:
        for kind in ("access_token", "refresh_token"):
            mine = walk.tokens(DEVELOPER)
            fields = {"token": mine[kind], "client_id": walk.client.id, "token_type_hint": "wrong"}
            assert form(world, "/oauth/revoke", fields).json() == {}
            assert not counts(world, mine["access_token"])
            refused(walk.refreshed(mine["refresh_token"]), "invalid_grant")
        unknown = {"token": "nothing", "client_id": walk.client.id}
        assert form(world, "/oauth/revoke", unknown).status_code == 200


class TestClients:
    """
    when a client shows two proofs, half a one, or another's    it is refused
    when an assertion comes again, or is for another server     it is refused
    when a form is no form, or holds what it cannot             it is refused, never a 500
    """

    @pytest.fixture(scope="class")
    def agent(self, world: World) -> Known:
        return known(world, auth_method="client_secret", organization="ACME", redirect_uris=())

    def test_is_refused_with_a_doubtful_proof(self, world: World, agent: Known) -> None:
        asked = {"grant_type": "client_credentials"}
        twice = {**asked, "client_id": agent.id, "client_secret": agent.secret}
        refused(form(world, "/oauth/token", twice, agent.basic), "invalid_request")
        other = {**asked, "client_id": "another"}
        refused(form(world, "/oauth/token", other, agent.basic), "invalid_request")
        for header in ("Basic", "Basic !", "Basic =", "Bearer x", "Basic 4pyT", "Basic Og=="):
            answer = world.client.post(
                "/oauth/token", data=asked, headers={"Authorization": header}
            )
            refused(answer, "invalid_client", 401)
            assert answer.headers["www-authenticate"].startswith("Basic ")
        for secret in (None, "", "wrong", (agent.secret or "")[:-1]):
            fields = {**asked, "client_id": agent.id, "client_secret": secret}
            refused(form(world, "/oauth/token", fields), "invalid_client", 401)

    def test_an_assertion_counts_once_and_here_alone(self, world: World) -> None:
        key = ECKey.generate_key("P-256", auto_kid=True)
        public = {"keys": [key.as_dict(private=False)]}
        agent = {"auth_method": "private_key_jwt", "organization": "ACME", "redirect_uris": ()}
        own = known(world, jwks=public, **agent)
        endpoint = f"{ISSUER}/oauth/token"

        def asked(audience: str, signer: Any = key, alg: str = "ES256", **more: Any) -> Any:
            proof = private_key_jwt_sign(signer, own.id, audience, alg, **more)
            return _asserting(proof)

        good = asked(endpoint)
        assert form(world, "/oauth/token", good).status_code == 200
        refused(form(world, "/oauth/token", good), "invalid_client", 401)
        thief = ECKey.generate_key("P-256", {"kid": key.kid})
        secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
        for wrong in (
            asked("https://other.example/oauth/token"),
            asked(endpoint, thief),
            asked(endpoint, secret, "HS256"),
            asked(endpoint, expires_in=86_400),
            asked(endpoint, expires_in=-100),
            {**good, "client_assertion": "x.y.z"},
        ):
            refused(form(world, "/oauth/token", wrong), "invalid_client", 401)

    @pytest.fixture
    def narrow(self) -> Iterator[None]:
        """As deep as a server goes; what the tests import lets them go much deeper."""
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(1000)
        yield
        sys.setrecursionlimit(before)

    @pytest.mark.usefixtures("narrow")
    @pytest.mark.parametrize(
        "claims",
        [
            b'{"sub": "\\ud800"}',
            b'{"sub": "\\u0000"}',
            b'{"sub": ' + b"[" * 7000 + b"]" * 7000 + b"}",
        ],
    )
    def test_an_assertion_of_nobody_is_refused(self, world: World, claims: bytes) -> None:
        proof = f"{_packed({'alg': 'ES256'})}.{_coded(claims)}.{_coded(bytes(64))}"
        refused(form(world, "/oauth/token", _asserting(proof)), "invalid_client", 401)

    def test_an_assertion_with_an_id_that_is_no_text_is_refused(self, world: World) -> None:
        key = ECKey.generate_key("P-256", auto_kid=True)
        public = {"keys": [key.as_dict(private=False)]}
        agent = {"auth_method": "private_key_jwt", "organization": "ACME", "redirect_uris": ()}
        own = known(world, jwks=public, **agent)
        said = f'"iss": "{own.id}", "sub": "{own.id}", "aud": "{ISSUER}", "jti": "\\ud800"'
        claims = f'{{{said}, "exp": {int(time.time()) + 60}}}'
        proof = jws.serialize_compact({"alg": "ES256", "kid": key.kid}, claims.encode(), key)
        refused(form(world, "/oauth/token", _asserting(proof)), "invalid_client", 401)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff\xfe",
            b"grant_type=%ff",
            b"grant_type=client_credentials&grant_type=password",
            b"grant_type=authorization_code&code=%00",
            b"&".join(b"f%d=1" % number for number in range(100)),
            b"grant_type=authorization_code&client_id=%22&code=x",
            b"grant_type=refresh_token&client_id=x&scope=%22%5c",
            b"grant_type=client_credentials&resource=https://other.example",
        ],
    )
    @pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
    def test_any_form_is_refused(self, world: World, path: str, body: bytes) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = world.client.post(path, content=body, headers=headers)
        assert answer.status_code in (400, 401)
        assert answer.json()["error"]
        assert answer.json()["status"] == answer.status_code

    def test_what_is_no_form_is_refused(self, world: World) -> None:
        assert world.post("/oauth/token", {"grant_type": "x"}).status_code == 415
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        long = world.client.post("/oauth/token", content=b"a" * 30_000, headers=headers)
        assert long.status_code == 413


def _resigned(token: str, keys: KeySet, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that the server's own key signs, changed."""
    held = json.loads(_unpadded(token.split(".")[1])) | claims
    kept = {name: value for name, value in held.items() if value is not None}
    full = {"alg": "ES256", "typ": "at+jwt", "kid": next(iter(keys)).kid, **header}
    return jwt.encode(full, kept, keys, algorithms=["ES256"])


def _shift_jose(monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    """The clock that joserfc looks at."""
    monkeypatch.setattr("joserfc._rfc7519.claims._generate_now", lambda: int(now))


def _asserting(proof: str) -> dict[str, str]:
    """The form of a client that proves itself by a JWT."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": proof,
    }


def _packed(value: Any) -> str:
    return _coded(json.dumps(value).encode())


def _coded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

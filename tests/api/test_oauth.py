"""OAuth's flows, walked by Authlib's own client and by hand, up to the principal of each token."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

from api.access.principals import Principal
from api.errors import AuthenticationError
from api.oauth.bearer import principal_of
from scripts.signing.session import REDIRECT as LOCAL
from scripts.signing.session import renew, sign_in

from .people import DEVELOPER, OPERATOR, STRANGER, VALIDATOR
from .walking import HTML, JSON, REDIRECT, Known, Walk, fields_of, known
from .world import World

ISSUER = "https://registry.example"


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    """One world for this file: clients and grants do not get into each other's way."""
    return file_world


def who(world: World, token: str) -> Principal:
    """The principal of a token, as every request finds it out."""
    return principal_of(world.app.state.registry, token)


def wallet_id(world: World, number: int) -> str:
    return f"eip155:31337:{world.address(number)}"


class ThroughTheApp(httpx.BaseTransport):
    """Lets any httpx client talk to the application under test."""

    def __init__(self, world: World) -> None:
        self._client = world.client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._client.request(
            request.method,
            request.url.raw_path.decode(),
            content=request.read(),
            headers=dict(request.headers),
            follow_redirects=False,
        )
        kept = {n: v for n, v in answer.headers.items() if n != "content-encoding"}
        return httpx.Response(answer.status_code, headers=kept, content=answer.content)


def library(world: World, client: Known, **more: Any) -> OAuth2Client:
    """Authlib's client, set up from the metadata document alone."""
    about = world.get("/.well-known/oauth-authorization-server").json()
    return OAuth2Client(
        client_id=client.id,
        client_secret=client.secret,
        token_endpoint=about["token_endpoint"],
        transport=ThroughTheApp(world),
        **more,
    )


class TestFlows:
    """
    given Authlib's client            it walks code and PKCE, refresh, revocation, introspection
                                      and client credentials, by secret and by private key
    given scripts/signing/session     the same walk for scripts and tests
    """

    @pytest.mark.parametrize("is_public", [True, False])
    def test_code_flow_ends_in_a_wallets_principal(self, world: World, is_public: bool) -> None:
        kind = {} if is_public else {"auth_method": "client_secret", "organization": "ACME"}
        client = known(world, **kind)
        method = "none" if is_public else "client_secret_basic"
        about = world.get("/.well-known/oauth-authorization-server").json()
        with library(
            world,
            client,
            redirect_uri=REDIRECT,
            scope="projects:read projects:write",
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
        ) as app:
            verifier = "v" * 64
            place, state = app.create_authorization_url(
                about["authorization_endpoint"], code_verifier=verifier
            )
            shown = world.client.get(place, headers=JSON)
            walk = Walk(world, client)
            request = shown.json()["request"]
            text = walk.offered(DEVELOPER, request).json()
            back = walk.decided(DEVELOPER, request, text).json()["redirect_to"]
            assert fields_of(back)["iss"] == about["issuer"]
            given = app.fetch_token(
                authorization_response=back, state=state, code_verifier=verifier
            )
            principal = who(world, given["access_token"])
            assert (principal.id, principal.kind) == (wallet_id(world, DEVELOPER), "wallet")
            assert principal.wallets == {world.address(DEVELOPER)}
            assert principal.scopes == {"projects:read", "projects:write"}
            assert principal.organization is None
            renewed = app.refresh_token(about["token_endpoint"])
            assert who(world, renewed["access_token"]).id == principal.id
            assert renewed["refresh_token"] != given["refresh_token"]
            app.revoke_token(about["revocation_endpoint"], token=renewed["refresh_token"])
        for token in (given, renewed):
            with pytest.raises(AuthenticationError, match="was revoked"):
                who(world, token["access_token"])

    def test_client_credentials_end_in_a_clients_principal(self, world: World) -> None:
        agent = known(
            world,
            auth_method="client_secret",
            organization="ACME",
            redirect_uris=(),
            scopes=["projects:read", "mrv:read"],
        )
        about = world.get("/.well-known/oauth-authorization-server").json()
        with library(world, agent, scope="mrv:read") as app:
            given = app.fetch_token()
            assert "refresh_token" not in given
            principal = who(world, given["access_token"])
            assert (principal.id, principal.kind) == (f"client:{agent.id}", "client")
            assert (principal.organization, principal.wallets) == ("ACME", frozenset())
            assert principal.scopes == {"mrv:read"}
            asked = app.introspect_token(about["introspection_endpoint"], given["access_token"])
            assert asked.json()["active"] is True
            assert asked.json()["sub"] == agent.id
            app.revoke_token(about["revocation_endpoint"], token=given["access_token"])
            asked = app.introspect_token(about["introspection_endpoint"], given["access_token"])
            assert asked.json() == {"active": False}

    def test_a_client_proves_itself_by_its_private_key(self, world: World) -> None:
        key = ECKey.generate_key("P-256", auto_kid=True)
        agent = known(
            world,
            auth_method="private_key_jwt",
            organization="ACME",
            redirect_uris=(),
            jwks={"keys": [key.as_dict(private=False)]},
        )
        app = library(world, agent, token_endpoint_auth_method="private_key_jwt")
        app.client_secret = key
        endpoint = f"{ISSUER}/oauth/token"
        app.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256", headers=None))
        with app:
            given = app.fetch_token(endpoint, grant_type="client_credentials")
        assert who(world, given["access_token"]).id == f"client:{agent.id}"

    def test_scripts_sign_in_and_renew(self, world: World) -> None:
        client = known(world, redirect_uris=[LOCAL], scopes=["projects:read", "credits:retire"])
        loopback = LOCAL.replace("127.0.0.1", "127.0.0.1:49152")
        wallet = world.keys[DEVELOPER]
        session = sign_in(world.client, wallet, client.id, ["projects:read"], loopback)
        assert session.scopes == {"projects:read"}
        assert session.expires_at > time.time() + 300
        again = renew(world.client, client.id, session)
        assert who(world, again.access_token).id == wallet_id(world, DEVELOPER)


class TestConsent:
    """
    given a browser                   a page in one piece: client, host, scopes; nobody may frame it
    when the person narrows           the token has what was left
    when the person denies            the client is told, with state and issuer
    given a scope that takes a role   who holds it is given it, who does not is told why not
    """

    def test_the_page_is_whole_and_cannot_be_framed(self, world: World) -> None:
        page = Walk(world, known(world)).begun(headers=HTML)
        policy = page.headers["content-security-policy"]
        nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
        assert len(nonce) > 20
        assert policy == (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
            "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        )
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        for told in ("Dashboard", "app.example", "Hand in PDDs", "projects:write", nonce):
            assert told in page.text
        assert "set-cookie" not in page.headers
        assert page.text.count("<script") == page.text.count("<style") == 1
        assert "http" not in page.text.replace(ISSUER, "")

    def test_the_token_has_what_was_left_when_narrowed(self, world: World) -> None:
        walk = Walk(world, known(world))
        request = walk.handle()
        text = walk.offered(DEVELOPER, request, scopes=["projects:read"]).json()
        assert text["text"].count("projects:") == 1
        back = walk.decided(DEVELOPER, request, text).json()["redirect_to"]
        given = walk.exchange(fields_of(back)["code"]).json()
        assert given["scope"] == "projects:read"
        assert who(world, given["access_token"]).scopes == {"projects:read"}

    def test_the_client_is_told_when_denied(self, world: World) -> None:
        walk = Walk(world, known(world))
        denial = {"request": walk.handle(), "decision": "deny"}
        back = world.post("/oauth/authorize", denial).json()["redirect_to"]
        assert back.startswith(REDIRECT + "?")
        said = fields_of(back)
        assert (said["error"], said["state"], said["iss"]) == ("access_denied", "as-it-was", ISSUER)
        assert "code" not in said

    @pytest.mark.parametrize(
        ("scope", "holder", "named"),
        [
            ("projects:approve", VALIDATOR, "registry operator or validator"),
            ("mrv:verify", OPERATOR, "registry operator or verifier"),
            ("admin:*", 0, "administrator"),
            ("admin:clients", 0, "administrator"),
            ("admin:registry", OPERATOR, "administrator or guardian or methodology steward or"),
        ],
    )
    def test_a_role_is_asked_for_given_its_scope(
        self, world: World, scope: str, holder: int, named: str
    ) -> None:
        walk = Walk(world, known(world, scopes=[scope, "mrv:read"]), [scope, "mrv:read"])
        request = walk.handle()
        offered = walk.offered(STRANGER, request).json()
        assert offered["scopes"] == ["mrv:read"]
        assert named in offered["withheld"][scope]
        text = walk.offered(holder, request).json()
        assert text["scopes"] == sorted([scope, "mrv:read"])
        alone = walk.offered(STRANGER, request, scopes=[scope])
        assert (alone.status_code, alone.json()["code"]) == (403, "INSUFFICIENT_PERMISSIONS")


class TestMetadata:
    """
    given any client library    it finds endpoints, keys and scopes where RFC 8414 and 9728 say
    """

    def test_says_where_everything_is(self, world: World) -> None:
        about = world.get("/.well-known/oauth-authorization-server").json()
        assert about["issuer"] == ISSUER
        for name in ("authorization", "token", "revocation", "introspection"):
            assert about[f"{name}_endpoint"].startswith(f"{ISSUER}/oauth/")
        assert about["code_challenge_methods_supported"] == ["S256"]
        assert about["response_types_supported"] == ["code"]
        resource = world.get("/.well-known/oauth-protected-resource").json()
        assert (resource["resource"], resource["authorization_servers"]) == (ISSUER, [ISSUER])

    def test_shows_public_halves_alone(self, world: World) -> None:
        (key,) = world.get("/oauth/jwks").json()["keys"]
        assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"}
        assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")

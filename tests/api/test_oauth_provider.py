"""Tokens of another OpenID provider: a second authorization server, on a port of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from api.access.principals import Principal
from api.errors import ApiError, AuthenticationError, UnavailableError
from api.main import create_app
from api.oauth import provider
from api.oauth.bearer import principal_of
from api.oauth.clients import Registration, register
from api.registry import Registry
from api.settings import ApiSettings
from indexer.database import create_index_tables

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from ..ports import free_port  # noqa: TID252

OURS = "https://registry.example"
WALLET = "0x976ea74026e726554db657fa54763abd0c3a0aa9"


def settings(folder: Path, **more: Any) -> ApiSettings:
    """Those of a registry whose chain is never asked."""
    return ApiSettings(
        database_url=f"sqlite:///{folder}/index.db",
        documents=folder / "documents",
        deployments=folder / "deployments",
        seal_key_file=folder / "api.key",
        chain_id=31337,
        rpc_urls=("http://127.0.0.1:1",),
        **{"public_url": OURS, **more},
    )


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Any]:
    """Makes our registry, with the tables of an index in which nobody holds a role."""
    made: list[Registry] = []

    def make(issuer: str, **more: Any) -> Registry:
        registry = Registry(settings(tmp_path, oidc_issuer=issuer, **more))
        create_index_tables(registry.engine)
        made.append(registry)
        return registry

    yield make
    for registry in made:
        registry.close()


def refusal(registry: Registry, token: str) -> ApiError:
    with pytest.raises(AuthenticationError) as caught:
        principal_of(registry, token)
    return caught.value


class TestSecondServer:
    """
    given the tokens of another server of ours    they count when named, for what was said of them
    given them where no provider is named         they do not
    """

    @pytest.fixture
    def second(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
        """Another authorization server; gives its issuer, and a token that it gave a client."""
        port = free_port()
        issuer, folder = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("second")
        app = create_app(settings(folder, public_url=issuer))
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", log_config=None))
        thread = threading.Thread(target=server.run)
        thread.start()
        _wait_for(lambda: server.started)
        with app.state.registry.transaction() as session:
            wanted = Registration(
                "Agent", ["projects:read"], "client_secret", organization="Elsewhere"
            )
            row, secret = register(session, wanted)
            proof = (row.id, secret or "")
        asked = {"grant_type": "client_credentials"}
        given = httpx.post(f"{issuer}/oauth/token", data=asked, auth=proof).json()
        yield issuer, given["access_token"]
        server.should_exit = True
        thread.join(20)

    def test_counts_for_what_was_said_of_it(self, ours: Any, second: tuple[str, str]) -> None:
        issuer, token = second
        scopes = {"projects:read": ["projects:read", "mrv:read", "admin:*", "no-such"]}
        registry = ours(issuer, oidc_audience=issuer, oidc_scopes=scopes)
        principal = principal_of(registry, token)
        assert principal.id.startswith(f"subject:{issuer}#")
        assert (principal.kind, principal.wallets) == ("subject", frozenset())
        # Nobody without the role is an administrator, whatever a provider says.
        assert principal.scopes == {"projects:read", "mrv:read"}
        nothing = ours(issuer, oidc_audience=issuer)
        assert principal_of(nothing, token).scopes == frozenset()
        assert "is not valid here" in refusal(ours(issuer), token).message
        assert "none of this registry's" in refusal(ours(""), token).message


@dataclass
class Elsewhere:
    """A provider that answers what it is told to."""

    issuer: str
    key: Any
    about: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    padding: int = 0
    status: int = 200

    def token(self, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A JWT of its own, changed."""
        now = int(time.time())
        held = {
            "iss": self.issuer,
            "sub": "alice",
            "aud": OURS,
            "iat": now,
            "exp": now + 300,
            "scope": "reader",
            **claims,
        }
        kept = {name: value for name, value in held.items() if value is not None}
        full = {"alg": "RS256", "kid": self.key.kid, **(header or {})}
        return jwt.encode(full, kept, key or self.key, algorithms=[full["alg"]])


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            keys = [key.as_dict(private=False) for key in made.keys]
            about = {"issuer": made.issuer, "jwks_uri": f"{made.issuer}/keys", **made.about}
            content = {"keys": keys} if self.path == "/keys" else about
            body = json.dumps(content).encode() + b" " * made.padding
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "/keys")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    key = RSAKey.generate_key(2048, auto_kid=True)
    made = Elsewhere(f"http://127.0.0.1:{server.server_port}", key)
    made.keys = [key]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


class TestProvider:
    """
    given a provider           wallets and organization count where the operator names their claims
    given a JWT of it          issuer, audience, times, algorithm, key and kind are checked
    when it makes a new key    it is found, and not asked for more often than that
    when it is gone            known keys go on; without any, 503
    when it lies or floods     no key is taken from it
    """

    def test_says_who_it_is_where_the_operator_says_so(
        self, ours: Any, elsewhere: Elsewhere
    ) -> None:
        token = elsewhere.token(wallet=[WALLET.upper().replace("0X", "0x"), "x"], org="ACME")
        names = {"oidc_wallet_claim": "wallet", "oidc_organization_claim": "org"}
        scopes = {"oidc_scopes": {"reader": ["mrv:read"]}}
        believed = principal_of(ours(elsewhere.issuer, **names, **scopes), token)
        assert believed == Principal(
            id=f"subject:{elsewhere.issuer}#alice",
            kind="subject",
            scopes=frozenset({"mrv:read"}),
            wallets=frozenset({WALLET}),
            organization="ACME",
        )
        doubted = principal_of(ours(elsewhere.issuer, **scopes), token)
        assert (doubted.wallets, doubted.organization) == (frozenset(), None)

    def test_is_believed_only_when_all_is_right(self, ours: Any, elsewhere: Elsewhere) -> None:
        registry, now = ours(elsewhere.issuer), int(time.time())
        thief = RSAKey.generate_key(2048, {"kid": elsewhere.key.kid})
        other = ECKey.generate_key("P-256", {"kid": elsewhere.key.kid})
        assert principal_of(registry, elsewhere.token()).id.endswith("#alice")
        wrong = [
            elsewhere.token(aud="https://other.example"),
            elsewhere.token(aud=None),
            elsewhere.token(exp=now - 60),
            elsewhere.token(exp=None),
            elsewhere.token(nbf=now + 120),
            elsewhere.token(sub=None),
            elsewhere.token(nonce="of-an-id-token"),
            elsewhere.token(at_hash="of-an-id-token"),
            elsewhere.token({"typ": "logout+jwt"}),
            elsewhere.token(key=thief),
            elsewhere.token({"alg": "ES256"}, key=other),
            elsewhere.token({"kid": "unknown"}),
            elsewhere.token().rpartition(".")[0] + ".",
        ]
        for token in wrong:
            assert "is not valid here" in refusal(registry, token).message

    def test_new_keys_are_found_and_no_more_asked_for(
        self, ours: Any, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        registry = ours(elsewhere.issuer)
        for _ in range(3):
            principal_of(registry, elsewhere.token())
        assert elsewhere.asked == ["/.well-known/openid-configuration", "/keys"]
        elsewhere.key = RSAKey.generate_key(2048, auto_kid=True)
        elsewhere.keys.append(elsewhere.key)
        refusal(registry, elsewhere.token())
        assert len(elsewhere.asked) == 2
        monkeypatch.setattr(provider, "_PAUSE", 0.0)
        assert principal_of(registry, elsewhere.token()).id.endswith("#alice")
        assert len(elsewhere.asked) == 4

    def test_known_keys_go_on_when_it_is_gone(
        self, ours: Any, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = ours(elsewhere.issuer, oidc_cache_seconds=0.001)
        principal_of(known, elsewhere.token())
        elsewhere.status = 500
        monkeypatch.setattr(provider, "_PAUSE", 0.0)
        assert principal_of(known, elsewhere.token()).id.endswith("#alice")
        with pytest.raises(UnavailableError) as caught:
            principal_of(ours(elsewhere.issuer), elsewhere.token())
        assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "5"})

    @pytest.mark.parametrize(
        "fault",
        [
            {"about": {"issuer": "https://other.example"}},
            {"about": {"jwks_uri": "http://other.example/keys"}},
            {"about": {"jwks_uri": None}},
            {"padding": 300_000},
            {"status": 302},
            {"keys": []},
        ],
    )
    def test_no_key_is_taken_from_a_liar(
        self, ours: Any, elsewhere: Elsewhere, fault: dict[str, Any]
    ) -> None:
        token = elsewhere.token()
        for name, value in fault.items():
            setattr(elsewhere, name, value)
        with pytest.raises(UnavailableError):
            principal_of(ours(elsewhere.issuer), token)

    @pytest.mark.parametrize("issuer", ["http://id.example", "ftp://id.example", "id.example"])
    def test_an_unsafe_issuer_is_refused(self, issuer: str) -> None:
        with pytest.raises(ValueError, match="https address"):
            ApiSettings(oidc_issuer=issuer)


def _wait_for(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)

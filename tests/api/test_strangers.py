"""Strangers: whoever tries ids of clients and keys learns from no answer which there are."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.jwk import JWKRegistry, Key
from sqlalchemy import event

from api.access import keys
from api.errors import ApiError
from api.oauth.authority import authority
from api.oauth.forms import FormRequest

from .walking import Known, form, known
from .world import World

#: What takes time: hashes, comparisons, keys, signatures; statements are counted beside.
_WORK = ("openssl_sha256", "compare_digest", "public_key", "from_public_bytes", "verify")
ISSUER = "https://registry.example"
_NOBODY = "0" * 24
_ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    return file_world


@pytest.fixture(scope="module")
def agent(world: World) -> Known:
    return known(world, auth_method="client_secret", organization="ACME", redirect_uris=())


def pair_of(kind: Kind, kid: str) -> tuple[Key, dict[str, Any]]:
    """A key of a kind, and another one under the same name, as it is published."""
    own, other = (JWKRegistry.generate_key(*kind, {"kid": kid}) for _ in range(2))
    return own, dict(other.as_dict(private=False))


Kind = tuple[str, str | int]
#: A key that signs and another one of its name, as it is published, for each kind.
Pairs = dict[Kind, tuple[Key, dict[str, Any]]]

KINDS: dict[Kind, tuple[str, ...]] = {
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("OKP", "Ed25519"): ("EdDSA",),
    ("OKP", "Ed448"): ("EdDSA",),
    ("RSA", 2048): ("PS256", "RS256"),
    ("RSA", 3072): ("PS256", "RS256"),
}


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """For each kind, a key that signs and one, of the same name, that it is taken for."""
    return {kind: pair_of(kind, f"key-{number}") for number, kind in enumerate(KINDS)}


@pytest.fixture(scope="module")
def signers(world: World, pairs: Pairs) -> list[str]:
    """Clients with a key of each kind, with one of each, and one that has named none."""
    own = {"auth_method": "private_key_jwt", "organization": "ACME", "redirect_uris": ()}
    public = [public for _, public in pairs.values()]
    nameless = [{k: v for k, v in public[0].items() if k != "kid"}]
    sets = [[one] for one in public] + [public, nameless]
    return [known(world, jwks={"keys": keys}, **own).id for keys in sets]


def work_of(world: World, asked: Callable[[], object]) -> Counter[str]:
    """How often hashes, comparisons, signatures and statements were made."""
    done: Counter[str] = Counter()

    def profile(_: Any, kind: str, called: Any) -> None:
        if kind == "c_call" and called.__name__ in _WORK:
            done[called.__name__] += 1

    def statement(*_: Any) -> None:
        done["statement"] += 1

    engine = world.app.state.registry.engine
    event.listen(engine, "before_cursor_execute", statement)
    sys.setprofile(profile)
    try:
        asked()
    finally:
        sys.setprofile(None)
        event.remove(engine, "before_cursor_execute", statement)
    return done


def tried(world: World, fields: dict[str, str], auth: Any = None) -> Counter[str]:
    """The work of a token request in this thread."""
    headers = {}
    if auth:
        pair = b64encode(":".join(auth).encode()).decode()
        headers["Authorization"] = f"Basic {pair}"

    def asked() -> None:
        registry = world.app.state.registry
        with registry.transaction() as session:
            made = FormRequest("POST", f"{ISSUER}/oauth/token", fields, headers)
            assert authority(registry, session).create_token_response(made).status == 401

    asked()
    return work_of(world, asked)


class TestStrangers:
    """
    given no client of that id, or a wrong proof   the same status, words and headers
    given either                                   as many hashes, comparisons and statements
    given a signed assertion of any kind           a key and a signature like it are looked at,
                                                   whatever keys there are, or none
    given API keys                                 the same
    """

    @pytest.mark.parametrize("in_header", [True, False])
    def test_are_told_the_same(self, world: World, agent: Known, in_header: bool) -> None:
        answers = []
        for name in (_NOBODY, agent.id, known(world).id):
            fields = {"grant_type": "client_credentials"}
            proof = {} if in_header else {"client_id": name, "client_secret": "wrong"}
            auth = (name, "wrong") if in_header else None
            answers.append(form(world, "/oauth/token", fields | proof, auth))
        said = {(a.status_code, a.json()["error_description"]) for a in answers}
        assert said == {(401, "The client is not known here, or did not prove to be itself.")}
        assert len({a.headers["www-authenticate"] for a in answers}) == 1

    @pytest.mark.parametrize("in_header", [True, False])
    def test_make_as_much_work(self, world: World, agent: Known, in_header: bool) -> None:
        found = []
        for name in (_NOBODY, agent.id, known(world).id):
            fields = {"grant_type": "client_credentials"}
            proof = {} if in_header else {"client_id": name, "client_secret": "wrong"}
            found.append(tried(world, fields | proof, (name, "wrong") if in_header else None))
        assert found[0] == found[1] == found[2]
        assert (found[0]["openssl_sha256"], found[0]["compare_digest"]) == (1, 1)

    @pytest.mark.parametrize(
        ("kind", "algorithm"), [(kind, name) for kind, names in KINDS.items() for name in names]
    )
    def test_have_their_signature_looked_at(
        self,
        world: World,
        agent: Known,
        pairs: Pairs,
        signers: list[str],
        kind: Kind,
        algorithm: str,
    ) -> None:
        found = []
        for name in (_NOBODY, agent.id, *signers):
            proof = private_key_jwt_sign(pairs[kind][0], name, f"{ISSUER}/oauth/token", algorithm)
            fields = {"grant_type": "client_credentials", "client_assertion": proof}
            found.append(tried(world, fields | {"client_assertion_type": _ASSERTED}))
        assert all(one == found[0] for one in found)
        assert found[0]["verify"] == found[0]["public_key"] + found[0]["from_public_bytes"] == 1

    def test_are_keys_as_well(self, world: World) -> None:
        registry, held = world.app.state.registry, world.api_key(1)
        wrong = held[:-64] + "0" * 64
        nobody = f"ogcr_{'0' * 16}_{'0' * 64}"
        said, found = set(), []
        for secret in (nobody, wrong):

            def asked(shown: str = secret) -> None:
                with pytest.raises(ApiError) as refused:
                    keys.principal_of(registry, shown)
                said.add(refused.value.message)

            asked()
            found.append(work_of(world, asked))
        assert len(said) == 1
        assert found[0] == found[1]
        assert (found[0]["openssl_sha256"], found[0]["compare_digest"]) == (1, 1)

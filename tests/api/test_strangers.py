"""Strangers: whoever tries ids of clients and keys learns from no answer which there are."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.jwk import ECKey
from sqlalchemy import event

from api.access import keys
from api.errors import ApiError
from api.oauth.authority import authority
from api.oauth.forms import FormRequest

from .walking import Known, form, known
from .world import World

#: What takes time: hashes, comparisons, signatures; statements are counted beside.
_WORK = ("openssl_sha256", "compare_digest", "verify")
ISSUER = "https://registry.example"
_NOBODY = "0" * 24
_ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    return file_world


@pytest.fixture(scope="module")
def agent(world: World) -> Known:
    return known(world, auth_method="client_secret", organization="ACME", redirect_uris=())


@pytest.fixture(scope="module")
def signer() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


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
    given a signed assertion                       a signature is looked at in any case
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

    def test_have_their_signature_looked_at(
        self, world: World, agent: Known, signer: ECKey
    ) -> None:
        other = ECKey.generate_key("P-256", {"kid": signer.kid})
        public = {"keys": [other.as_dict(private=False)]}
        own = {"auth_method": "private_key_jwt", "organization": "ACME", "redirect_uris": ()}
        found = []
        for name in (_NOBODY, agent.id, known(world, jwks=public, **own).id):
            proof = private_key_jwt_sign(signer, name, f"{ISSUER}/oauth/token", "ES256")
            fields = {"grant_type": "client_credentials", "client_assertion": proof}
            found.append(tried(world, fields | {"client_assertion_type": _ASSERTED}))
        assert [one["verify"] for one in found] == [1, 1, 1]
        assert found[0] == found[1] == found[2]

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

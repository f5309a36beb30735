"""Wallets of every kind: keys and smart accounts sign in, as the reference of EIP-4361 reads it."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from fastapi.testclient import TestClient
from siwe import SiweMessage
from sqlalchemy import text

from api.errors import AuthenticationError
from api.main import create_app
from api.oauth.bearer import principal_of
from api.oauth.keys import SigningKeys, SigningKeysError
from api.oauth.tables import GrantRow, RefreshTokenRow, SpentRow
from scripts.signing.session import signature_of

from ..indexer.stage import Registry  # noqa: TID252
from .people import DEVELOPER, STRANGER
from .test_relay_signatures import smart_account
from .walking import Walk, fields_of, form, known
from .world import World


@pytest.fixture(scope="module")
def world(deployed: Registry, module_postgres_url: str, file_folder: Path) -> Iterator[World]:
    """One world for this file, on PostgreSQL."""
    with World.opened(deployed, file_folder, module_postgres_url) as made:
        yield made


@pytest.fixture
def walk(world: World) -> Walk:
    return Walk(world, known(world))


class TestText:
    """
    given the text of a sign-in    the reference implementation reads every field of it, and
                                   verifies what was signed, for this domain and nonce alone
    """

    def test_is_what_the_reference_reads(self, world: World, walk: Walk) -> None:
        before = int(time.time())
        offered = walk.offered(DEVELOPER, walk.handle()).json()["text"]
        read = SiweMessage.from_message(offered)
        assert (read.domain, read.uri) == (
            "registry.example",
            "https://registry.example/oauth/authorize",
        )
        assert (read.chain_id, read.address.lower()) == (31337, world.address(DEVELOPER))
        assert read.statement == (
            "I let Dashboard at app.example act for me in this registry: "
            "projects:read, projects:write."
        )
        assert len(read.nonce) == 32
        issued, expires = read.issued_at._datetime, read.expiration_time._datetime
        assert (expires - issued).total_seconds() == world.settings.sign_in_seconds
        assert before <= issued.timestamp() <= time.time()
        assert read.prepare_message() == offered
        signature = signature_of(world.keys[DEVELOPER], offered)
        read.verify(signature, domain="registry.example", nonce=read.nonce)

    def test_every_text_has_a_nonce_of_its_own(self, walk: Walk) -> None:
        texts = [walk.offered(DEVELOPER, walk.handle()).json()["text"] for _ in range(3)]
        assert len({SiweMessage.from_message(one).nonce for one in texts}) == 3


class TestSmartAccounts:
    """
    given a contract that says yes (ERC-1271)          its principal is the contract
    given one that agreed on chain                     the same without a signature
    given one that says no, reverts or says nonsense   401
    given an address without code                      401
    """

    @pytest.fixture(scope="class")
    def account(self, world: World) -> str:
        return smart_account(world, DEVELOPER)  # type: ignore[arg-type]

    def decided(self, walk: Walk, account: str, signer: int = DEVELOPER) -> Any:
        request = walk.handle()
        offered = walk.offered(DEVELOPER, request, wallet=account).json()
        signature = signature_of(walk.world.keys[signer], offered["text"])
        return walk.decided(DEVELOPER, request, offered, wallet=account, signature=signature)

    def test_sign_in_as_themselves(self, world: World, walk: Walk, account: str) -> None:
        back = self.decided(walk, account).json()["redirect_to"]
        token = walk.exchange(fields_of(back)["code"]).json()["access_token"]
        principal = principal_of(world.app.state.registry, token)
        assert principal.id == f"eip155:31337:{account}"
        assert principal.wallets == {account}
        assert self.decided(walk, account, STRANGER).status_code == 401

    @pytest.mark.parametrize("behaviour", [2, 3, 4, 5])
    def test_are_refused_when_they_do_not_agree(
        self, world: World, walk: Walk, account: str, behaviour: int
    ) -> None:
        mark = world.node.snapshot()
        data = "0x" + _selector("behave(uint8)") + f"{behaviour:064x}"
        world.node.send(world.address(0), account, data)
        world.node.mine()
        answer = self.decided(walk, account)
        world.node.revert(mark)
        assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_REQUIRED")

    def test_sign_in_with_what_they_agreed_to_on_chain(
        self, world: World, walk: Walk, account: str
    ) -> None:
        mark = world.node.snapshot()
        world.node.send(world.address(0), account, "0x" + _selector("behave(uint8)") + f"{1:064x}")
        world.node.mine()
        request = walk.handle()
        offered = walk.offered(DEVELOPER, request, wallet=account).json()
        answer = walk.decided(DEVELOPER, request, offered, wallet=account, signature="0x")
        world.node.revert(mark)
        assert answer.status_code == 200
        of_a_key = walk.handle()
        offered = walk.offered(DEVELOPER, of_a_key).json()
        assert walk.decided(DEVELOPER, of_a_key, offered, signature="0x").status_code == 401

    def test_is_refused_without_code(self, walk: Walk) -> None:
        assert self.decided(walk, "0x" + "ab" * 20).status_code == 401


class TestSeveralProcesses:
    """
    given two processes on one PostgreSQL and one key file    what one gives, ends, or uses up, the
                                                              other knows at once
    when both are handed the same code or token together      one answers, and the family is dead
    """

    @pytest.fixture(scope="class")
    def other(self, world: World) -> Iterator[Any]:
        """Another process of the API: it shares nothing but the database and the files."""
        app = create_app(world.settings)
        with TestClient(app) as client:
            yield client

    def test_one_knows_what_the_other_did(self, world: World, walk: Walk, other: Any) -> None:
        mine = walk.tokens(DEVELOPER)
        registry = other.app.state.registry
        assert principal_of(registry, mine["access_token"]).kind == "wallet"
        fields = {"token": mine["refresh_token"], "client_id": walk.client.id}
        assert form(world, "/oauth/revoke", fields).status_code == 200
        with pytest.raises(AuthenticationError, match="was revoked"):
            principal_of(registry, mine["access_token"])

    @pytest.mark.parametrize("kind", ["code", "refresh", "decision"])
    def test_one_answers_when_both_are_asked_at_once(
        self, world: World, walk: Walk, other: Any, kind: str
    ) -> None:
        path, body = self._asked(walk, kind)
        with ThreadPoolExecutor(6) as pool:
            futures = [
                pool.submit(client.post, path, **body)
                for client in (world.client, other, world.client, other, world.client, other)
            ]
            answers = [future.result() for future in futures]
        good = [answer for answer in answers if answer.status_code == 200]
        assert len(good) == 1
        assert {answer.status_code for answer in answers} <= {200, 400, 404}
        if kind != "decision":
            with pytest.raises(AuthenticationError, match="was revoked"):
                principal_of(world.app.state.registry, good[0].json()["access_token"])

    def _asked(self, walk: Walk, kind: str) -> tuple[str, dict[str, Any]]:
        if kind == "decision":
            request = walk.handle()
            offered = walk.offered(DEVELOPER, request).json()
            signature = signature_of(walk.world.keys[DEVELOPER], offered["text"])
            decision = {"request": request, "decision": "allow", "signature": signature}
            wallet = {"wallet": walk.world.address(DEVELOPER), "scopes": offered["scopes"]}
            return "/oauth/authorize", {"json": decision | wallet}
        fields = {"client_id": walk.client.id}
        if kind == "code":
            fields |= {
                "grant_type": "authorization_code",
                "redirect_uri": walk.redirect,
                "code": walk.answer(DEVELOPER)["code"],
                "code_verifier": walk.verifier,
            }
        else:
            refresh = walk.tokens(DEVELOPER)["refresh_token"]
            fields |= {"grant_type": "refresh_token", "refresh_token": refresh}
        return "/oauth/token", {"data": fields}


class TestKept:
    """
    given a database that is stolen    no code, token or secret is in it
    when something is long over        it is removed; what is not, stays
    """

    def test_nothing_secret_is_kept(self, world: World) -> None:
        agent = known(world, auth_method="client_secret", organization="ACME")
        walk = Walk(world, agent)
        code = walk.answer(DEVELOPER)["code"]
        tokens = walk.exchange(code, auth=agent.basic).json()
        secrets = [agent.secret, code, tokens["access_token"], tokens["refresh_token"]]
        with world.app.state.registry.transaction() as session:
            for table in ("oauth_client", "oauth_grant", "oauth_refresh_token", "oauth_spent"):
                rows = session.execute(text(f"SELECT * FROM {table}")).all()
                assert rows
                assert not any(secret in str(row) for secret in secrets for row in rows)

    def test_what_is_over_is_removed(self, world: World, walk: Walk) -> None:
        tokens = walk.tokens(DEVELOPER)
        registry = world.app.state.registry
        with registry.transaction() as session:
            (grant, *_) = session.query(GrantRow).filter_by(client_id=walk.client.id).all()
            grant.expires_at = int(time.time()) - 100_000
            session.add(SpentRow(id="long over", expires_at=1))
            old = grant.id
        staying = Walk(world, known(world))
        kept = staying.tokens(DEVELOPER)
        with registry.transaction() as session:
            assert session.get(GrantRow, old) is None
            assert session.query(RefreshTokenRow).filter_by(grant_id=old).all() == []
            assert session.get(SpentRow, "long over") is None
        with pytest.raises(AuthenticationError):
            principal_of(registry, tokens["access_token"])
        assert principal_of(registry, kept["access_token"]).kind == "wallet"


class TestSigningKeys:
    """
    given no file                  one is made that only its owner reads; two at once make one
    when the keys are rotated      a new one signs, old tokens count until they are over
    given a file of others         it is refused, and its content is not shown
    """

    def test_are_made_once_for_their_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "deep" / "keys.json"
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: SigningKeys(file).published(), range(8)))
        assert all(one == made[0] for one in made)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert [one.name for one in file.parent.iterdir()] == ["keys.json"]

    def test_old_tokens_count_when_rotated(self, world: World, walk: Walk) -> None:
        before, registry = walk.tokens(DEVELOPER), world.app.state.registry
        SigningKeys(world.settings.signing_key_file).rotate(600)
        after = walk.refreshed(before["refresh_token"]).json()
        for tokens in (before, after):
            assert principal_of(registry, tokens["access_token"]).kind == "wallet"
        kids = [key["kid"] for key in world.get("/oauth/jwks").json()["keys"]]
        assert len(set(kids)) == 2
        SigningKeys(world.settings.signing_key_file).rotate(-1)
        with pytest.raises(AuthenticationError, match="not valid"):
            principal_of(registry, before["access_token"])

    def test_are_refused_when_others_may_read_them(self, tmp_path: Path) -> None:
        file = tmp_path / "keys.json"
        SigningKeys(file).published()
        file.chmod(0o640)
        with pytest.raises(SigningKeysError, match="chmod 600"):
            SigningKeys(file).published()
        file.write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}')
        file.chmod(0o600)
        with pytest.raises(SigningKeysError, match="holds no") as caught:
            SigningKeys(file).published()
        assert "c2VjcmV0" not in str(caught.value)
        assert caught.value.__cause__ is None


def _selector(signature: str) -> str:
    return keccak(text=signature)[:4].hex()

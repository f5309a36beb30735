"""Stale rights: what outlasts the credential that it was asked for with asks for it again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from joserfc import jws
from sqlalchemy import update

from api.access.scopes import SCOPES
from api.hooks.sending import Sender
from api.hooks.steps import number_steps
from api.hooks.tables import WebhookRow
from api.hooks.telling import Told, tell
from api.oauth.tables import GrantRow, WalletLinkRow
from api.oauth.tokens import GRANT_CLAIM

from . import documents
from .people import DEVELOPER, OTHER_DEVELOPER
from .receiving import Receiver, receiver
from .walking import Walk, known
from .world import World

ASKED = ("projects:read", "projects:write", "keys:own")


@pytest.fixture(scope="module")
def stage(file_world: World) -> World:
    """A world with a project, so that there is something to tell."""
    file_world.register(documents.forest())
    return file_world


def signed_in(world: World, who: int, scopes: tuple[str, ...] = ASKED) -> dict[str, str]:
    """The header of an access token that somebody granted."""
    token = Walk(world, known(world, scopes=scopes), scopes).tokens(who)["access_token"]
    return {"Authorization": f"Bearer {token}"}


def subscribed(world: World, headers: dict[str, str], url: str, **wishes: Any) -> str:
    """The path of a new subscription to everything that ever was."""
    wanted = {"url": url, "after": 0, "events": ["project.*"], **wishes}
    made = world.client.post("/webhooks", json=wanted, headers=headers)
    assert made.status_code == 201, made.text
    return f"/webhooks/{made.json()['id']}"


def told_next(world: World, path: str) -> Told:
    """What becomes of the next message."""
    parts = world.app.state.registry
    return tell(parts, Sender(parts.settings), path.rpartition("/")[2])


def changed(world: World, table: Any, condition: Any, **values: Any) -> None:
    with world.app.state.registry.transaction() as session:
        session.execute(update(table).where(condition).values(**values))


def own_grant(headers: dict[str, str]) -> str:
    """The id of the grant behind a token."""
    token = headers["Authorization"].removeprefix("Bearer ").encode()
    claims: dict[str, str] = json.loads(jws.extract_compact(token).payload)
    return claims[GRANT_CLAIM]


@pytest.fixture
def heard() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


class TestSubscription:
    """
    given its grant is revoked or over        it pauses before more is sent, and says why
    when its owner makes it active again      it rests on the new grant, and goes on where it was
    when somebody else does                   it still rests on what its owner has
    given its key is revoked                  whoever made the key sees it, and may have it
    given reads are closed, a scope is gone   it pauses, and names the scope
    given a wallet is linked no more          its tasks are told no more, not even begun messages
    given the word of an OpenID provider      it counts as long as a grant would
    """

    def test_pauses_when_its_grant_is_revoked(self, stage: World, heard: Receiver) -> None:
        headers = signed_in(stage, DEVELOPER)
        path = subscribed(stage, headers, heard.url)
        heard.answers = lambda n: (204 if n != 2 else 503, {}, 0.0)
        assert told_next(stage, path) == "more"
        stage.register(documents.forest("standing-land", east=4.0))
        assert told_next(stage, path) == "later"
        ended = stage.client.delete(f"/grants/{own_grant(headers)}", headers=headers)
        assert ended.status_code == 200, ended.text
        time.sleep(0.06)
        # One that was begun is not sent again either.
        assert told_next(stage, path) == "later"
        assert len(heard.messages) == 2
        again = signed_in(stage, DEVELOPER)
        shown = stage.client.get(path, headers=again).json()
        assert (shown["state"], "sign in" in shown["error"]) == ("paused", True)
        assert stage.client.get(path, headers=headers).status_code == 401
        alive = stage.client.patch(path, json={"state": "active"}, headers=again).json()
        assert (alive["state"], alive["error"]) == ("active", None)
        assert told_next(stage, path) == "more"
        assert heard.messages[1].body == heard.messages[2].body

    def test_pauses_when_its_grant_is_over(self, stage: World, heard: Receiver) -> None:
        headers = signed_in(stage, DEVELOPER)
        path = subscribed(stage, headers, heard.url)
        changed(stage, GrantRow, GrantRow.id == own_grant(headers), expires_at=1)
        assert told_next(stage, path) == "later"
        administrator = {"Authorization": f"Bearer {stage.api_key(0, scopes=SCOPES)}"}
        active = stage.client.patch(path, json={"state": "active"}, headers=administrator)
        assert active.json()["state"] == "active"
        assert told_next(stage, path) == "later"
        assert stage.client.get(path, headers=administrator).json()["state"] == "paused"
        assert heard.messages == []

    def test_goes_to_whoever_made_its_key(self, stage: World, heard: Receiver) -> None:
        maker = signed_in(stage, DEVELOPER)
        wanted = {"name": "hooks", "organization": "Example Co", "scopes": ["projects:read"]}
        key = stage.client.post("/keys", json={**wanted, "days": 1}, headers=maker).json()
        shown = {"Authorization": f"Bearer {key['key']}"}
        path = subscribed(stage, shown, heard.url)
        assert stage.client.delete(f"/keys/{key['id']}", headers=maker).status_code == 200
        assert told_next(stage, path) == "later"
        assert path in str(stage.client.get("/webhooks", headers=maker).json())
        other = signed_in(stage, OTHER_DEVELOPER)
        assert stage.client.get(path, headers=other).status_code == 404
        without = signed_in(stage, DEVELOPER, ("projects:read",))
        assert stage.client.get(path, headers=without).status_code == 404
        found = stage.client.get(path, headers=maker).json()
        assert (found["state"], "whoever made the key" in found["error"]) == ("paused", True)
        assert stage.client.post(f"{path}/replay", json={"changes": 0}, headers=maker).is_success
        assert told_next(stage, path) == "more"

    def test_pauses_when_reads_are_closed(self, stage: World, heard: Receiver) -> None:
        headers = signed_in(stage, DEVELOPER, ("mrv:read",))
        path, parts = subscribed(stage, headers, heard.url), stage.app.state.registry
        settings = parts.settings
        parts.settings = settings.model_copy(update={"reads": "authenticated"})
        try:
            assert told_next(stage, path) == "later"
            found = stage.client.get(path, headers=headers).json()
            refused = stage.client.patch(path, json={"state": "active"}, headers=headers)
        finally:
            parts.settings = settings
        assert found["state"] == "paused"
        assert found["error"].startswith("The scope public:read or projects:read is no longer")
        assert refused.status_code == 403

    def test_tells_no_steps_of_a_wallet_that_is_linked_no_more(
        self, stage: World, heard: Receiver
    ) -> None:
        headers, other = signed_in(stage, DEVELOPER), stage.address(OTHER_DEVELOPER)
        principal = f"eip155:31337:{stage.address(DEVELOPER)}"
        with stage.app.state.registry.transaction() as session:
            session.add(WalletLinkRow(principal=principal, wallet=other, created_at=1))
        number_steps(stage.app.state.registry)
        path = subscribed(stage, headers, heard.url, events=["task.*"])
        own = {"Authorization": f"Bearer {stage.api_key(OTHER_DEVELOPER)}"}
        land = documents.forest("link-land", east=6.0)
        task = stage.client.post("/projects", json=land, headers=own).json()
        raw = stage.signed(OTHER_DEVELOPER, task["to_sign"])
        sent = {"signed_transaction": raw}
        assert stage.client.post(f"/tasks/{task['id']}", json=sent, headers=own).is_success
        number_steps(stage.app.state.registry)
        heard.answers = lambda _: (503, {}, 0.0)
        assert told_next(stage, path) == "later"
        assert heard.types() == ["task.broadcast"]
        gone = stage.client.delete(f"/wallets/{other}", headers=headers)
        assert gone.is_success, gone.text
        time.sleep(0.06)
        assert [told_next(stage, path) for _ in "abc"] == ["more", "more", "nothing"]
        assert len(heard.messages) == 1
        stage.mine()

    def test_counts_the_word_of_a_provider_for_a_while(self, stage: World, heard: Receiver) -> None:
        path = subscribed(stage, stage.shown, heard.url)
        row_id = path.rpartition("/")[2]
        kept = {"principal": "subject:https://id.example#1", "confirmed_at": time.time()}
        changed(stage, WebhookRow, WebhookRow.id == row_id, **kept)
        assert told_next(stage, path) == "more"
        changed(stage, WebhookRow, WebhookRow.id == row_id, confirmed_at=1.0, change_cursor=0)
        assert told_next(stage, path) == "later"
        with stage.app.state.registry.transaction() as session:
            row = session.get(WebhookRow, row_id)
            assert (row.state, "confirmed long ago" in row.last_error) == ("paused", True)


class TestAnswerGivenAgain:
    """
    given a token without the scope          the answer that another one had is refused
    given the wallet is linked no more       refused, and says whose it was
    given the role was taken back on chain   refused as a new request would be
    given a verb that the path does not know 405, whatever the key was used for
    otherwise                                the answer, as it was
    """

    @staticmethod
    def sent(stage: World, headers: dict[str, str], key: str, sender: int) -> Response:
        land = documents.forest("again-land", east=8.0)
        named = {"sender": stage.address(sender)}
        return stage.client.post(
            "/projects", json=land, params=named, headers={**headers, "Idempotency-Key": key}
        )

    def test_asks_for_the_scope(self, stage: World) -> None:
        able, unable = signed_in(stage, DEVELOPER), signed_in(stage, DEVELOPER, ("projects:read",))
        first = self.sent(stage, able, "scope-1", DEVELOPER)
        refused = self.sent(stage, unable, "scope-1", DEVELOPER)
        again = self.sent(stage, able, "scope-1", DEVELOPER)
        assert (first.status_code, refused.status_code) == (202, 403), refused.text
        assert refused.json()["details"][0]["code"] == "SCOPE_MISSING"
        assert "to_sign" not in refused.text
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"

    def test_asks_for_the_wallet(self, stage: World) -> None:
        headers, other = signed_in(stage, DEVELOPER), stage.address(OTHER_DEVELOPER)
        principal = f"eip155:31337:{stage.address(DEVELOPER)}"
        with stage.app.state.registry.transaction() as session:
            session.add(WalletLinkRow(principal=principal, wallet=other, created_at=1))
        assert self.sent(stage, headers, "wallet-1", OTHER_DEVELOPER).status_code == 202
        assert self.sent(stage, headers, "wallet-1", OTHER_DEVELOPER).status_code == 202
        assert stage.client.delete(f"/wallets/{other}", headers=headers).is_success
        refused = self.sent(stage, headers, "wallet-1", OTHER_DEVELOPER)
        assert refused.status_code == 403
        (detail,) = refused.json()["details"]
        assert (detail["code"], other in detail["message"]) == ("WALLET_NOT_YOURS", True)

    def test_asks_for_the_role(self, stage: World) -> None:
        headers = signed_in(stage, DEVELOPER)
        assert self.sent(stage, headers, "role-1", DEVELOPER).status_code == 202
        mark, account = stage.node.snapshot(), stage.address(DEVELOPER)
        stage.direct(0, "RegistryAccessControl", "revokeRole", 2, account)
        refused = self.sent(stage, headers, "role-1", DEVELOPER)
        stage.node.revert(mark)
        stage.mine(3)
        assert refused.status_code == 403
        assert refused.json()["details"][0]["code"] == "ROLE_MISSING"
        assert self.sent(stage, headers, "role-1", DEVELOPER).status_code == 202

    def test_says_which_verbs_there_are_whatever_the_key(self, stage: World) -> None:
        headers = {"Idempotency-Key": "verb-1"}
        for path in ("/validate", "/validate"):
            refused = stage.client.put(path, json={}, headers=headers)
            assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        form = {"grant_type": "client_credentials"}
        assert stage.client.post("/oauth/token", data=form, headers=headers).status_code != 422
        assert stage.client.put("/oauth/token", data=form, headers=headers).status_code == 405

    def test_says_who_may_not_ask_before_anything_of_keys(self, stage: World) -> None:
        nobody = {"Idempotency-Key": "nobody-1"}
        asked = {"request": "none", "wallet": stage.address(DEVELOPER)}
        client = TestClient(stage.app)
        kept = client.post("/oauth/authorize/text", json=asked, headers=nobody)
        refused = client.post("/clients", json={}, headers=nobody)
        assert kept.status_code in (400, 404)
        assert refused.status_code == 401

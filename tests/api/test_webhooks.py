"""Webhooks: subscribers are told what happens, signed, in order, at least once, whoever dies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from api.access.tables import ApiKey
from api.hooks.events import event_type
from api.hooks.sending import Sender
from api.hooks.tables import WebhookRow
from api.hooks.telling import tell
from api.main import create_app

from . import documents
from .people import DEVELOPER, OTHER_DEVELOPER
from .receiving import CHANGES, Heard, changes, cursors, receiver, subscribed, told
from .world import World


@pytest.fixture(scope="module")
def stage(deployed: Any, file_folder: Path) -> Iterator[World]:
    """A world with a validated project."""
    with World.opened(deployed, file_folder, hooks_timeout=30.0) as world:
        world.register(documents.forest())
        world.validate(documents.forest())
        yield world


def verified(secret: str, message: Heard) -> Any:
    return Verifier(secret).verify(message.body, message.headers)


def shown(world: World, *people: int) -> dict[str, str]:
    """The header of a key for these people's wallets."""
    return {"Authorization": f"Bearer {world.api_key(*people)}"}


def answering(*answers: tuple[int, dict[str, str]]) -> Any:
    """The first answers of a receiver, then 204."""
    given = [*answers]
    return lambda n: (*given[n - 1], 0.0) if n <= len(given) else (204, {}, 0.0)


class TestTelling:
    """
    given everything is wanted           every change comes once, in order, verifiable
    given filters                        what they name, and reorganisations
    when a reorganisation comes          what it takes back comes as such, newest first
    given only what is final             nothing before it is
    given tasks are wanted               the steps of one's own
    when records were dropped            a gap is told instead of passed over
    """

    def test_tells_every_change_in_order(self, stage: World) -> None:
        with receiver() as heard:
            made = subscribed(stage, heard.url, after=0, events=CHANGES)
            expected = changes(stage)
            with told(stage):
                heard.wait(lambda: len(heard.messages) >= len(expected))
        assert [m.content["data"]["cursor"] for m in heard.messages] == [
            c["cursor"] for c in expected
        ]
        for message, change in zip(heard.messages, expected, strict=True):
            content = verified(made["secret"], message)
            assert content["type"] == event_type(change["table"], change["kind"])
            bare = {k: v for k, v in content["data"].items() if k != "finality"}
            assert bare == {k: v for k, v in change.items() if k != "finality"}
        tampered = Heard(message.headers, message.body.replace("cursor", "cursed"))
        with pytest.raises(WebhookVerificationError):
            verified(made["secret"], tampered)
        state = stage.get(f"/webhooks/{made['id']}").json()
        assert state["cursors"]["changes"] == expected[-1]["cursor"]
        assert (state["state"], state["trouble"]) == ("active", None)
        stage.client.delete(f"/webhooks/{made['id']}")

    def test_tells_what_is_wanted_and_what_was_taken_back(self, stage: World) -> None:
        other, buyer = documents.forest("webhook-land", east=4.0), stage.address(OTHER_DEVELOPER)
        with receiver() as named, receiver() as held, receiver() as final:
            hooks = [
                subscribed(stage, named.url, events=CHANGES, projects=[other["id"]]),
                subscribed(stage, held.url, events=["project.*"], holders=[buyer]),
                subscribed(stage, final.url, events=["project.*"], finality="finalized"),
            ]
            mark = stage.node.snapshot()
            data = stage.post("/projects", other).json()["to_sign"]
            raw = stage.signed(OTHER_DEVELOPER, data)
            stage.node.rpc("eth_sendRawTransaction", raw)
            stage.mine()
            with told(stage):
                named.wait(lambda: len(named.messages) >= 2)
                held.wait(lambda: len(held.messages) >= 1)
                stage.node.revert(mark)
                stage.mine(3)
                named.wait(lambda: "index.reorganised" in named.types())
                held.wait(lambda: "index.reorganised" in held.types())
        assert named.types() == [
            "pdd_version.began",
            "project.began",
            "pdd_version.rolled_back",
            "project.rolled_back",
            "index.reorganised",
        ]
        assert held.types() == ["project.began", "project.rolled_back", "index.reorganised"]
        undone = held.messages[1].content["data"]
        assert undone["after"] is None
        assert undone["before"]["developer"] == buyer
        assert final.types() == []
        for hook in hooks:
            stage.client.delete(f"/webhooks/{hook['id']}")

    def test_tells_of_reports_that_were_taken_back(self, stage: World) -> None:
        report = documents.report()
        path = f"/projects/{report['properties']['project_id']}/monitoring"
        with receiver() as heard:
            wanted = ["report.*", "report_version.*"]
            made = subscribed(stage, heard.url, events=wanted, projects=["harz-mixed-forest"])
            mark = stage.node.snapshot()
            raw = stage.signed(DEVELOPER, stage.post(path, report).json()["to_sign"])
            stage.node.rpc("eth_sendRawTransaction", raw)
            stage.mine()
            stage.node.revert(mark)
            stage.mine(3)
            with told(stage):
                heard.wait(lambda: "index.reorganised" in heard.types())
        assert heard.types() == [
            "report_version.began",
            "report.began",
            "report_version.rolled_back",
            "report.rolled_back",
            "index.reorganised",
        ]
        stage.client.delete(f"/webhooks/{made['id']}")

    def test_tells_the_steps_of_own_tasks(self, stage: World) -> None:
        key = stage.api_key(OTHER_DEVELOPER, scopes=("projects:write",))
        other = {"Authorization": f"Bearer {key}"}
        with receiver() as heard, receiver() as strange:
            subscribed(stage, heard.url, events=["task.*"])
            wanted = {"url": strange.url, "events": ["task.*"]}
            stage.client.post("/webhooks", json=wanted, headers=other)
            mine = shown(stage, DEVELOPER)
            land = documents.forest("task-land", east=6.0)
            task = stage.client.post("/projects", json=land, headers=mine).json()
            with told(stage):
                raw = stage.signed(DEVELOPER, task["to_sign"])
                path = f"/tasks/{task['id']}"
                stage.client.post(path, json={"signed_transaction": raw}, headers=mine)
                stage.mine()
                stage.task(task["id"], "indexed")
                heard.wait(lambda: "task.indexed" in heard.types())
        assert heard.types() == ["task.broadcast", "task.mined", "task.indexed"]
        last = heard.messages[-1].content["data"]
        assert (last["task_id"], last["outcome"]) == (task["id"], "succeeded")
        assert strange.types() == []

    def test_tells_a_gap(self, deployed: Any, tmp_path: Path) -> None:
        opened = World.opened(deployed, tmp_path, feed_records=2)
        with opened as world, receiver() as heard:
            subscribed(world, heard.url, events=["project.*"])
            world.register(documents.forest("gap-land", east=8.0))
            world.validate(documents.forest("gap-land", east=8.0))
            with told(world):
                heard.wait(lambda: "index.gap" in heard.types() and len(heard.messages) > 1)
        assert heard.types()[0] == "index.gap"
        gap = heard.messages[0].content["data"]
        assert gap["dropped"] < heard.messages[1].content["data"]["cursor"] <= gap["last"]


class TestTrouble:
    """
    when the receiver fails            the same bytes come again under the same id, before any other
    when it fails to the end           it is dead, which is seen; made active, it goes on there
    when it wants nothing any more     it is dead at once
    when it redirects                  that is a failure, and nobody follows
    when it is slow or gone            others are told meanwhile, and the log says why
    when it takes too long             that is a failure after the time it has
    when another tried it meanwhile    what comes of it is the other's to tell
    when its wallets are others        a step of a task is looked for anew, a change is kept
    when its key or client is revoked  it pauses, and says so
    when the server's key is another   nothing is sent with it
    """

    def test_sends_the_same_again(self, stage: World) -> None:
        with receiver() as heard:
            heard.answers = answering((500, {}), (302, {"Location": "http://127.0.0.1:9/"}))
            made = subscribed(stage, heard.url, events=["project.*"], after=0)
            expected = [c["cursor"] for c in changes(stage, table="project")]
            with told(stage):
                heard.wait(lambda: len(cursors(heard)) == len(expected))
        first, second, third = heard.messages[:3]
        assert (first.id, first.body) == (second.id, second.body) == (third.id, third.body)
        assert third.id != heard.messages[3].id
        assert cursors(heard) == expected
        assert len(heard.messages) == len(expected) + 2
        log = stage.get(f"/webhooks/{made['id']}/deliveries").json()["deliveries"]
        oldest = [(d["attempt"], d["status"], d["outcome"], d["error"]) for d in log[::-1][:3]]
        assert oldest == [
            (1, 500, "failed", "it answered HTTP 500"),
            (2, 302, "failed", "it answered HTTP 302"),
            (3, 204, "delivered", None),
        ]
        stage.client.delete(f"/webhooks/{made['id']}")

    def test_dies_and_lives_again_without_a_loss(self, stage: World) -> None:
        parts = stage.app.state.registry
        settings = parts.settings
        parts.settings = settings.model_copy(update={"hooks_attempts": 3})
        expected = [c["cursor"] for c in changes(stage, table="project")]
        with receiver() as heard:
            heard.answers = lambda n: (204 if n in (1, 2) or n > 5 else 503, {}, 0.0)
            made = subscribed(stage, heard.url, events=["project.*"], after=0)
            path = f"/webhooks/{made['id']}"
            with told(stage):
                heard.wait(lambda: stage.get(path).json()["state"] == "dead")
                dead = stage.get(path).json()
                assert "3 attempts failed" in dead["error"]
                assert dead["trouble"]["attempts"] == 3
                assert dead["cursors"]["changes"] == expected[1]
                time.sleep(0.3)
                assert len(heard.messages) == 5
                alive = stage.client.patch(path, json={"state": "active"}).json()
                assert (alive["state"], alive["error"]) == ("active", None)
                heard.wait(lambda: len(cursors(heard)) == len(expected))
        assert cursors(heard) == expected
        parts.settings = settings
        stage.client.delete(path)

    def test_ends_when_nothing_is_wanted(self, stage: World) -> None:
        with receiver() as heard:
            heard.answers = lambda _: (410, {}, 0.0)
            made = subscribed(stage, heard.url, after=0)
            with told(stage):
                heard.wait(lambda: stage.get(f"/webhooks/{made['id']}").json()["state"] == "dead")
        assert len(heard.messages) == 1
        stage.client.delete(f"/webhooks/{made['id']}")

    def test_keeps_up_nobody_else(self, stage: World) -> None:
        expected, released = len(changes(stage)), threading.Event()
        with receiver() as slow, receiver() as heard:
            slow.answers = lambda _: (204 if released.wait(20) else 503, {}, 0.0)
            slow_hook = subscribed(stage, slow.url, after=0)
            gone_hook = subscribed(stage, "http://127.0.0.1:9/", after=0)
            hook = subscribed(stage, heard.url, after=0, events=CHANGES)
            path = f"/webhooks/{slow_hook['id']}/deliveries"
            with told(stage):
                slow.wait(lambda: len(slow.messages) == 1)
                heard.wait(lambda: len(heard.messages) == expected)
                (under_way,) = stage.get(path).json()["deliveries"]
                released.set()
                heard.wait(lambda: stage.get(path).json()["deliveries"][-1]["status"] == 204)
        assert (under_way["outcome"], under_way["error"]) == (None, None)
        gone_log = stage.get(f"/webhooks/{gone_hook['id']}/deliveries").json()["deliveries"][-1]
        assert "cannot be reached" in gone_log["error"]
        for made in (slow_hook, gone_hook, hook):
            stage.client.delete(f"/webhooks/{made['id']}")

    def test_waits_no_longer_than_it_may(self, stage: World) -> None:
        parts = stage.app.state.registry
        brief = Sender(parts.settings.model_copy(update={"hooks_timeout": 0.4}))
        with receiver() as slow:
            slow.answers = lambda _: (204, {}, 1.0)
            made = subscribed(stage, slow.url, after=0)
            assert tell(parts, brief, made["id"]) == "later"
        (log,) = stage.get(f"/webhooks/{made['id']}/deliveries").json()["deliveries"]
        assert (log["outcome"], log["error"]) == ("failed", "it took longer than 0.4 seconds")
        assert 390 < log["milliseconds"] < 1000
        stage.client.delete(f"/webhooks/{made['id']}")

    def test_leaves_it_to_who_tried_it_meanwhile(self, stage: World) -> None:
        parts = stage.app.state.registry

        def tried(_: int) -> tuple[int, dict[str, str], float]:
            with parts.transaction() as session:
                session.get(WebhookRow, made["id"]).attempts += 1
            return 204, {}, 0.0

        with receiver() as heard:
            heard.answers = tried
            made = subscribed(stage, heard.url, after=0)
            path = f"/webhooks/{made['id']}"
            assert tell(parts, Sender(parts.settings), made["id"]) == "later"
        state = stage.get(path).json()
        assert (state["cursors"]["changes"], state["trouble"]["attempts"]) == (0, 2)
        stage.client.delete(path)

    @pytest.mark.parametrize(("stream", "kept"), [("tasks", None), ("changes", "message")])
    def test_looks_anew_when_its_wallets_are_others(
        self, stage: World, stream: str, kept: str | None
    ) -> None:
        parts, made = stage.app.state.registry, subscribed(stage, "http://127.0.0.1:9/")
        lost = {"wallets": ["0x" + "ab" * 20], "message_stream": stream, "message_id": "message"}
        with parts.transaction() as session:
            session.execute(update(WebhookRow).where(WebhookRow.id == made["id"]).values(**lost))
        assert tell(parts, Sender(parts.settings), made["id"]) == "more"
        with parts.transaction() as session:
            row = session.get(WebhookRow, made["id"])
            assert (row.message_id, "0x" + "ab" * 20 in row.wallets) == (kept, False)
        stage.client.delete(f"/webhooks/{made['id']}")

    def test_ends_with_its_key(self, stage: World) -> None:
        key = stage.api_key(DEVELOPER, scopes=("mrv:read",))
        headers = {"Authorization": f"Bearer {key}"}
        with receiver() as heard:
            wanted = {"url": heard.url, "after": 0}
            made = stage.client.post("/webhooks", json=wanted, headers=headers).json()
            parts = stage.app.state.registry
            with parts.transaction() as session:
                row = session.get(WebhookRow, made["id"])
                session.execute(
                    update(ApiKey)
                    .where(ApiKey.id == row.principal.removeprefix("key:"))
                    .values(revoked_at=time.time())
                )
            assert tell(parts, Sender(parts.settings), made["id"]) == "later"
            with parts.transaction() as session:
                row = session.get(WebhookRow, made["id"])
                assert (row.state, heard.messages) == ("paused", [])
                assert "key" in (row.last_error or "")

    def test_ends_with_its_client(self, stage: World) -> None:
        made, parts = subscribed(stage, "http://127.0.0.1:9/", after=0), stage.app.state.registry
        with parts.transaction() as session:
            row = session.get(WebhookRow, made["id"])
            row.principal = "client:that-is-gone"
        assert tell(parts, Sender(parts.settings), made["id"]) == "later"
        with parts.transaction() as session:
            assert session.get(WebhookRow, made["id"]).state == "paused"

    def test_signs_with_no_other_key(self, stage: World, tmp_path: Path) -> None:
        with receiver() as heard:
            made = subscribed(stage, heard.url, after=0)
            settings = stage.settings.model_copy(update={"seal_key_file": tmp_path / "other.key"})
            other = create_app(settings).state.registry
            assert tell(other, Sender(settings), made["id"]) == "later"
            assert heard.messages == []
            found = stage.get(f"/webhooks/{made['id']}").json()
        assert (found["state"], "another key" in found["error"]) == ("active", True)
        stage.client.delete(f"/webhooks/{made['id']}")


class TestHandling:
    """
    when it is pinged          a signed test comes at once, and its outcome is told; 503 while
                               enough others wait for their receivers
    when it is told again      the messages after the cursor come under the ids that they had
    when the secret is renewed both sign for a day, and the new one is another
    when it is paused          nothing comes until it goes on
    """

    def test_is_handled(self, stage: World) -> None:
        with receiver() as heard:
            made = subscribed(stage, heard.url, events=["project.*"], after=0)
            path = f"/webhooks/{made['id']}"
            pinged = stage.post(f"{path}/ping", {})
            assert (pinged.json()["outcome"], pinged.json()["status"]) == ("delivered", 204)
            ping = verified(made["secret"], heard.messages[0])
            assert (ping["type"], ping["data"]) == ("ping", {"webhook_id": made["id"]})
            expected = [c["cursor"] for c in changes(stage, table="project")]
            turns = stage.app.state.registry.outside
            while turns.acquire(blocking=False):
                pass
            busy = stage.post(f"{path}/ping", {})
            assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
            turns.release(4)
            with told(stage):
                heard.wait(lambda: len(cursors(heard)) == len(expected))
                before = [m.id for m in heard.messages[1:]]
                assert stage.post(f"{path}/replay", {"changes": 10**9}).status_code == 422
                for _ in range(2):
                    come = len(heard.messages)
                    replayed = stage.post(f"{path}/replay", {"changes": expected[1]})
                    assert replayed.status_code == 200
                    heard.wait(lambda n=come: [m.id for m in heard.messages[n:]] == before[2:])
                    time.sleep(0.3)
                paused = stage.client.patch(path, json={"state": "paused"})
                assert paused.json()["state"] == "paused"
                stage.register(documents.forest("pause-land", east=12.0))
                time.sleep(0.3)
                count = len(heard.messages)
                renewed = stage.post(f"{path}/secret", {}).json()["secret"]
                stage.client.patch(path, json={"state": "active"})
                heard.wait(lambda: len(heard.messages) > count)
        assert renewed != made["secret"]
        for secret in (made["secret"], renewed):
            assert verified(secret, heard.messages[-1])["type"] == "project.began"
        assert len(heard.messages[-1].headers["webhook-signature"].split(" ")) == 2
        stage.client.delete(path)

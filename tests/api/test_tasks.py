"""Tasks: who has which, how far they are, and how they are given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlmodel import select

from api.cancelling import expire
from api.tables import ForwardRequest, Submission, Task, TaskStep

from . import documents
from .people import DEVELOPER, OTHER_DEVELOPER, STRANGER
from .relaying import RelayWorld
from .world import World


@pytest.fixture(scope="module")
def stage(deployed: Any, file_folder: Path) -> Iterator[RelayWorld]:
    with RelayWorld.opened(deployed, file_folder) as world:
        yield world


def land(number: int) -> dict[str, Any]:
    """A PDD of a place and a name of its own."""
    return documents.forest(f"land-{uuid4().hex[:8]}", east=float(number))


def asked(world: World, number: int) -> dict[str, Any]:
    """The unsigned task of a new project."""
    found: dict[str, Any] = world.post("/projects", land(number)).json()
    return found


def shown(world: World, *people: int) -> dict[str, str]:
    """The header of a key for these people's wallets, which writes and does not administer."""
    scopes = ("projects:read", "projects:write")
    return {"Authorization": f"Bearer {world.api_key(*people, scopes=scopes)}"}


def steps(world: RelayWorld, task_id: str) -> list[str]:
    with world.parts.transaction() as session:
        found = session.exec(select(TaskStep).where(TaskStep.task_id == task_id))
        return [step.state for step in sorted(found, key=lambda s: s.place)]


class TestList:
    """
    given a principal         it sees what it asked for, the newest first, by page and by cursor
    given filters             only those that match
    given an administrator    it sees everybody's
    """

    def test_shows_what_was_asked_for(self, stage: RelayWorld) -> None:
        made = [asked(stage, number)["id"] for number in (1, 2, 3)][::-1]
        found = stage.get("/tasks", limit=2).json()
        assert [task["id"] for task in found["tasks"]] == made[:2]
        assert found["numberMatched"] >= 3
        page = stage.get("/tasks", limit=2, cursor="*").json()
        following = next(link["href"] for link in page["links"] if link["rel"] == "next")
        path = following.removeprefix("https://registry.example")
        assert stage.client.get(path).json()["tasks"][0]["id"] == made[2]
        assert found["tasks"][0] == stage.get(f"/tasks/{made[0]}").json()

    def test_is_narrowed_by_filters(self, stage: RelayWorld) -> None:
        task = asked(stage, 4)
        other = stage.post("/projects", land(5), draft="true").json()
        for filters, expected in (
            ({"kind": "project_draft"}, [other["id"]]),
            ({"resource": task["resource"]}, [task["id"]]),
            ({"state": "mined,final"}, []),
            ({"settled": "true"}, []),
            ({"created_to": "2020-01-01"}, []),
        ):
            found = stage.get("/tasks", **filters).json()
            assert [one["id"] for one in found["tasks"]] == expected, filters
        assert stage.get("/tasks", state="lost").status_code == 400

    def test_is_of_the_principal(self, stage: RelayWorld) -> None:
        mine, others = shown(stage, DEVELOPER), shown(stage, OTHER_DEVELOPER)
        task = stage.client.post("/projects", json=land(6), headers=mine).json()
        for headers, sees in (
            (mine, True),
            (shown(stage, DEVELOPER, STRANGER), True),
            (others, False),
        ):
            found = stage.client.get("/tasks", headers=headers).json()
            assert (task["id"] in [one["id"] for one in found["tasks"]]) is sees
        assert stage.get("/tasks").json()["numberMatched"] > 1
        nobody = stage.client.get("/tasks", headers={"Authorization": "Bearer ogcr_none"})
        assert nobody.status_code == 401


class TestProgress:
    """
    given a task     its way with the times of the steps behind it, and when to look again
    when it is done  the outcome
    """

    def test_tells_the_way(self, stage: RelayWorld) -> None:
        answer = stage.post("/projects", land(7))
        task = answer.json()
        assert answer.headers["location"] == f"/tasks/{task['id']}"
        assert answer.headers["retry-after"] == "15"
        assert task["progress"]["done"] == 1
        assert task["progress"]["of"] == 5
        assert task["progress"]["outcome"] is None
        assert task["expires_at"] > task["created_at"]
        sent = stage.sign(DEVELOPER, answer)
        assert sent.headers["retry-after"] == "2"
        stage.mine()
        found = stage.get(f"/tasks/{task['id']}")
        progress = found.json()["progress"]
        assert (progress["done"], progress["outcome"]) == (4, "succeeded")
        assert [step["state"] for step in progress["steps"] if step["at"]] == [
            "awaiting_signature",
            "broadcast",
            "mined",
            "indexed",
        ]
        assert found.json()["expires_at"] is None
        assert steps(stage, task["id"]) == ["broadcast", "mined", "indexed"]


class TestCancel:
    """
    given nobody signed it                   it is cancelled, and its ground is free
    when it is cancelled again               it stays so
    when somebody signs it all the same      it is refused
    when the same is asked for again         it is another task
    given a signed transaction on its way    409, which says with which nonce to overtake it
    given it is on the chain                 409
    given a request that nothing carries     it is cancelled, and its signature is forgotten
    given a request that is carried          409, which says which call stops it
    given somebody else's, or none           404, and 403 for who may see it and not change it
    given an administrator                   it is cancelled, whosever it is
    """

    def test_frees_the_ground(self, stage: RelayWorld) -> None:
        pdd = land(10)
        answer = stage.post("/projects", pdd)
        task = answer.json()
        taken = stage.post("/projects", documents.forest("neighbour", east=10.0))
        assert taken.status_code == 409
        for _ in range(2):
            gone = stage.client.delete(f"/tasks/{task['id']}")
            assert gone.status_code == 200
            assert (gone.json()["state"], gone.json()["progress"]["done"]) == ("cancelled", 1)
            assert gone.json()["progress"]["outcome"] == "cancelled"
        assert steps(stage, task["id"]) == ["cancelled"]
        raw = stage.signed(DEVELOPER, task["to_sign"])
        late = stage.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert late.status_code == 409
        assert late.json()["details"][0]["code"] == "TASK_CANCELLED"
        neighbour = stage.post("/projects", documents.forest("neighbour", east=10.0))
        assert neighbour.status_code == 202
        stage.client.delete(f"/tasks/{neighbour.json()['id']}")
        assert stage.post("/projects", pdd).json()["id"] != task["id"]

    def test_is_too_late_once_it_is_sent(self, stage: RelayWorld) -> None:
        answer = stage.post("/projects", land(11))
        path = f"/tasks/{answer.json()['id']}"
        sent = stage.sign(DEVELOPER, answer).json()
        refused = stage.client.delete(path)
        assert refused.status_code == 409
        (detail,) = refused.json()["details"]
        assert detail["code"] == "TOO_LATE_TO_CANCEL"
        assert detail["signer"] == stage.address(DEVELOPER)
        assert detail["transaction_hash"] == sent["transaction_hash"]
        assert f"nonce {detail['nonce']}" in detail["message"]
        stage.mine()
        stage.task(answer.json()["id"], "indexed")
        refused = stage.client.delete(path)
        assert refused.status_code == 409
        assert "what the chain has decided stays" in refused.json()["message"]

    def test_forgets_a_request_that_nothing_carries(self, stage: RelayWorld) -> None:
        task = stage.proposed(OTHER_DEVELOPER, "/projects", land(12))
        settings = stage.parts.settings
        stage.parts.settings = settings.model_copy(update={"relayer_pending": 0})
        handed = stage.hand_in(OTHER_DEVELOPER, task)
        assert handed.status_code == 202, handed.text
        gone = stage.client.delete(f"/tasks/{task['id']}")
        stage.parts.settings = settings
        assert gone.json()["state"] == "cancelled"
        stage.mine()
        with stage.parts.transaction() as session:
            (request,) = session.exec(
                select(ForwardRequest).where(ForwardRequest.task_id == task["id"])
            )
            assert (request.signature, request.delivery_id) == (None, None)
            assert session.get(Submission, task["id"]) is None
        stage.task(task["id"], "cancelled")

    def test_is_too_late_once_it_is_carried(self, stage: RelayWorld) -> None:
        task = stage.proposed(OTHER_DEVELOPER, "/projects", land(13))
        assert stage.hand_in(OTHER_DEVELOPER, task).status_code == 202
        refused = stage.client.delete(f"/tasks/{task['id']}")
        assert refused.status_code == 409
        (detail,) = refused.json()["details"]
        call = stage.call(
            "RegistryForwarder",
            "invalidateNonces",
            int(detail["call"]["word"]),
            int(detail["call"]["bits"]),
        )
        assert detail["contract"] == call["to"].lower()
        stage.node.drop_pool()
        raw = stage.signed(OTHER_DEVELOPER, call)
        stage.node.rpc("eth_sendRawTransaction", raw)
        stage.mine()
        stage.task(task["id"], "dropped")

    def test_is_for_whoever_holds_it(self, stage: RelayWorld) -> None:
        assert stage.client.delete("/tasks/none").status_code == 404
        mine = shown(stage, DEVELOPER)
        task = stage.client.post("/projects", json=land(14), headers=mine).json()
        path = f"/tasks/{task['id']}"
        others = shown(stage, OTHER_DEVELOPER)
        assert stage.client.delete(path, headers=others).status_code == 404
        auditor = stage.api_key(STRANGER, scopes=("admin:audit", "projects:write"))
        seen = {"Authorization": f"Bearer {auditor}"}
        assert stage.client.get(path, headers=seen).status_code == 200
        refused = stage.client.delete(path, headers=seen)
        assert refused.status_code == 403
        assert "somebody else's" in refused.json()["message"]
        stage.task(task["id"], "awaiting_signature")
        admin = stage.api_key(STRANGER, scopes=("admin:*", "projects:write"))
        gone = stage.client.delete(path, headers={"Authorization": f"Bearer {admin}"})
        assert gone.json()["state"] == "cancelled"


class TestExpiry:
    """
    when nobody signs in time   it is expired, its ground is free, and signing is refused
    when it is asked for again  its time begins anew
    """

    def test_ends_what_nobody_signed(self, stage: RelayWorld) -> None:
        pdd = land(15)
        task = stage.post("/projects", pdd).json()
        expire(stage.parts)
        stage.task(task["id"], "awaiting_signature")
        with stage.parts.transaction() as session:
            session.execute(update(Task).where(Task.id == task["id"]).values(expires_at=1.0))
        assert stage.post("/projects", pdd).json()["expires_at"] >= task["expires_at"]
        with stage.parts.transaction() as session:
            session.execute(update(Task).where(Task.id == task["id"]).values(expires_at=1.0))
        expire(stage.parts)
        gone = stage.task(task["id"], "expired")
        assert gone["progress"]["outcome"] == "expired"
        raw = stage.signed(DEVELOPER, task["to_sign"])
        late = stage.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (late.status_code, late.json()["details"][0]["code"]) == (409, "TASK_EXPIRED")
        with stage.parts.transaction() as session:
            assert session.get(Submission, task["id"]) is None


class TestBinding:
    """
    given a change that was made for a version   it is not signed for another one (If-Match)
    """

    def test_refuses_to_sign_for_another_version(self, stage: RelayWorld) -> None:
        pdd = land(16)
        stage.register(pdd)
        path = f"/projects/{pdd['id']}"
        headers = {"If-Match": stage.get(path).headers["etag"]}
        versions = []
        for name in ("first", "second"):
            changed = {**pdd, "properties": {**pdd["properties"], "name": name}}
            versions.append(stage.client.put(path, json=changed, headers=headers))
        stage.done(DEVELOPER, versions[1])
        late = stage.sign(DEVELOPER, versions[0])
        assert late.status_code == 412
        assert "since you named its version" in late.json()["message"]
        typed = stage.get(
            f"/tasks/{versions[0].json()['id']}", sender=stage.address(DEVELOPER)
        ).json()
        assert stage.hand_in(DEVELOPER, typed).status_code == 412

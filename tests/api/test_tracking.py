"""What becomes of a task: mined, indexed, final, reverted, dropped, and back again by a reorg."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import update

from api import relay
from api.queries.positions import newest
from api.queries.tasks import tasks_with_news
from api.tables import Task, TaskTransaction
from api.tracking import Tracker, refresh_all
from api.transactions import signed_transaction
from api.writes.taking import current_task
from indexer import database
from indexer.models import Checkpoint

from . import documents
from .people import DEVELOPER
from .signing import PRICE
from .world import World


def states(task: dict[str, object]) -> list[str]:
    """The states that a task went through."""
    return [step["state"] for step in task["history"]]  # type: ignore[attr-defined,index]


class TestTracking:
    """
    when blocks go on                          the task ends final
    when a reorg takes its block away          it goes back, is sent again, and is indexed once more
    when a reorg took it from the node         no other transaction is given its nonce
    when the transaction reverts               it says with which custom error
    when it reverted and is signed again       the later attempt counts
    when the call leaves no event              it ends final all the same
    when nothing is new                        the tracker leaves it alone
    when the nonce is used by another          it is dropped
    when the process dies before it has sent   the next one sends
    when the node forgets the transaction      it is sent again
    when the node does not answer              it stays as it is
    when nobody asks                           the tracker goes on by itself
    """

    def test_it_ends_final_when_blocks_go_on(self, each_world: World) -> None:
        world = each_world
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        world.node.mine()
        assert world.task(task["id"], "mined")["block_number"] == world.node.head
        world.follower.catch_up()
        indexed = world.task(task["id"], "indexed")
        world.mine(world.settings.finality_depth - 1)
        world.task(task["id"], "indexed")
        world.mine()
        final = world.task(task["id"], "final")
        way = ["awaiting_signature", "broadcast", "mined", "indexed", "final"]
        assert states(final) == way
        assert final["block_hash"] == indexed["block_hash"]
        assert world.project("harz-mixed-forest")["properties"]["ogcr:finality"] == "finalized"

    def test_it_comes_back_when_a_reorg_takes_its_block_away(self, each_world: World) -> None:
        world = each_world
        task = world.done(DEVELOPER, world.post("/projects", documents.forest()))
        world.node.reorganise(1)
        world.node.drop_pool()
        world.mine(2)
        assert world.get("/projects/harz-mixed-forest").status_code == 404
        back = world.task(task["id"], "broadcast")
        assert back["block_number"] is None
        assert "reorganisation" in back["history"][-1]["note"]
        world.mine()
        again = world.task(task["id"], "indexed")
        assert again["block_hash"] != task["block_hash"]
        assert world.project("harz-mixed-forest")["properties"]["status"] == "submitted"

    def test_its_nonce_is_not_given_away_when_a_reorg_took_it_from_the_node(
        self, each_world: World
    ) -> None:
        world = each_world
        task = world.done(DEVELOPER, world.post("/projects", documents.forest()))
        world.node.reorganise(1)
        world.node.drop_pool()
        sender = world.address(DEVELOPER)
        freed = int(world.node.rpc("eth_getTransactionCount", sender, "pending"), 16)
        other = documents.forest("other", east=2.0)
        second = world.post("/projects", other, sender=sender).json()
        third = world.sign(DEVELOPER, world.post("/projects", other))
        assert third.status_code == 202, third.text
        world.mine(2)
        assert int(second["to_sign"]["nonce"], 16) == freed + 1
        world.task(task["id"], "indexed")
        world.task(third.json()["id"], "indexed")

    def test_it_says_why_when_it_reverts(self, world: World) -> None:
        first = world.post("/projects", documents.forest()).json()
        raw = world.signed(DEVELOPER, first["to_sign"])
        call = world.call("RegistryAccessControl", "revokeRole", 2, world.address(DEVELOPER))
        world.post(f"/tasks/{first['id']}", {"signed_transaction": raw})
        faster = world.signed(0, call, maxFeePerGas=2 * PRICE, maxPriorityFeePerGas=10**10)
        world.node.drop_pool()
        world.node.rpc("eth_sendRawTransaction", faster)
        world.node.mine()
        world.node.rpc("eth_sendRawTransaction", raw)
        world.mine()
        task = world.task(first["id"], "reverted")
        assert task["error"]["details"][0]["code"] == "AccessManagedUnauthorized"
        assert task["error"]["code"] == "INSUFFICIENT_PERMISSIONS"
        second = world.post("/projects", documents.forest()).json()
        assert second["id"] != first["id"]

    def test_a_later_attempt_counts_when_an_earlier_one_reverted(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        access, role = "RegistryAccessControl", (2, world.address(DEVELOPER))
        revoke = {"maxFeePerGas": 2 * PRICE, "maxPriorityFeePerGas": 10**10}
        raw = world.signed(0, world.call(access, "revokeRole", *role), **revoke)
        world.node.rpc("eth_sendRawTransaction", raw)
        world.node.drop_pool()
        world.node.rpc("eth_sendRawTransaction", raw)
        world.node.mine()
        refresh_all(world.app.state.registry)
        with world.app.state.registry.transaction() as session:
            first = session.get(TaskTransaction, task["transaction_hash"]).raw
        world.node.rpc("eth_sendRawTransaction", first)
        world.mine()
        world.task(task["id"], "reverted")
        world.direct(0, access, "grantRole", *role, 0)
        again = world.signed(DEVELOPER, task["to_sign"])
        path = f"/tasks/{task['id']}"
        answer = world.post(path, {"signed_transaction": again})
        assert (answer.status_code, answer.json()["state"]) == (202, "broadcast")
        world.task(task["id"], "broadcast")
        world.mine()
        world.task(task["id"], "indexed")

    def test_it_ends_final_when_the_call_left_no_event(self, world: World) -> None:
        nobody = "0x" + "12" * 20
        call = world.call("RegistryAccessControl", "revokeRole", 2, nobody)
        sent = world.post("/relay", {"signed_transaction": world.signed(0, call)}).json()
        world.mine()
        world.task(sent["id"], "indexed")
        world.mine(world.settings.finality_depth)
        world.task(sent["id"], "final")

    def test_only_those_with_news_are_looked_at(self, world: World) -> None:
        registry = world.app.state.registry
        task = world.done(DEVELOPER, world.post("/projects", documents.forest()))
        seen = refresh_all(registry)
        with database.snapshot(registry.engine) as session:
            position = newest(session)
            assert list(tasks_with_news(session, position, moved=seen != position)) == []
        world.node.reorganise(1)
        world.node.drop_pool()
        world.mine(2)
        refresh_all(registry, seen)
        with database.snapshot(registry.engine) as session:
            assert session.get(Task, task["id"]).state == "broadcast"

    def test_it_is_dropped_when_the_nonce_is_used(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        world.node.drop_pool()
        call = world.call("CRU", "setApprovalForAll", world.address(0), True)
        world.node.rpc("eth_sendRawTransaction", world.signed(DEVELOPER, call, nonce=0))
        world.mine()
        dropped = world.task(task["id"], "dropped")
        assert dropped["error"]["code"] == "NONCE_USED"
        assert world.post("/projects", documents.forest("rival", east=0.001)).status_code == 202
        world.mine(world.settings.finality_depth + 1)
        world.task(task["id"], "dropped")
        with world.app.state.registry.transaction() as session:
            assert session.get(Task, task["id"]).settled

    def test_the_next_one_sends_when_a_process_dies_before(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = world.post("/projects", documents.forest()).json()
        registry = world.app.state.registry
        transaction = signed_transaction(world.signed(DEVELOPER, task["to_sign"]))

        def die(*_: object) -> None:
            raise SystemExit

        with monkeypatch.context() as dying:
            dying.setattr(relay, "send", die)
            with pytest.raises(SystemExit):
                relay.deliver(registry, current_task(registry, task["id"]), transaction)
        with registry.transaction() as session:
            assert session.get(Task, task["id"]).state == "broadcast"
            kept = session.get(TaskTransaction, session.get(Task, task["id"]).transaction_hash)
            assert kept.sent_at is None
        refresh_all(registry)
        world.mine()
        world.task(task["id"], "indexed")

    def test_it_is_sent_again_when_the_node_forgets_it(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        world.node.drop_pool()
        with world.app.state.registry.transaction() as session:
            session.get(TaskTransaction, task["transaction_hash"]).sent_at -= 60
        world.task(task["id"], "broadcast")
        world.mine()
        world.task(task["id"], "indexed")

    def test_it_stays_when_the_node_does_not_answer(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        world.node.mine()
        node = world.app.state.registry.node
        urls, node.rpc._urls = node.rpc._urls, ["http://127.0.0.1:1"]
        world.task(task["id"], "broadcast")
        health = world.get("/health")
        assert health.status_code == 503
        assert health.json()["faults"] == [
            "The node of the chain does not answer as it should; try again in a moment."
        ]
        assert world.get("/projects").status_code == 200
        other, sender = documents.forest("other", east=1.0), world.address(DEVELOPER)
        refused = world.post("/projects", other, sender=sender)
        assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert "127.0.0.1" not in health.text + refused.text
        assert "127.0.0.1:1 cannot be reached" in caplog.text
        node.rpc._urls = urls
        world.task(task["id"], "mined")

    def test_health_says_so_when_the_index_falls_behind(self, world: World) -> None:
        world.node.mine(world.settings.finality_depth)
        assert world.get("/health").json()["lag_blocks"] == world.settings.finality_depth
        world.node.mine()
        answer = world.get("/health")
        assert (answer.status_code, answer.json()["status"]) == (503, "broken")
        assert "65 blocks behind" in answer.json()["faults"][0]

    def test_it_goes_on_by_itself_when_nobody_asks(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        world.mine()
        registry = world.app.state.registry
        registry.settings = registry.settings.model_copy(update={"track_seconds": 0.01})
        tracker = Tracker(registry)
        tracker.start()
        for _ in range(200):
            time.sleep(0.02)
            with registry.transaction() as session:
                if session.get(Task, task["id"]).state == "indexed":
                    break
        tracker.stop()
        world.task(task["id"], "indexed")

    def test_it_answers_at_once_when_the_state_changes(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        began = time.monotonic()
        assert world.get(f"/tasks/{task['id']}", wait=0.3).json()["state"] == "broadcast"
        assert time.monotonic() - began >= 0.3
        world.mine()
        assert world.get(f"/tasks/{task['id']}", wait=30).json()["state"] == "indexed"


class TestHealth:
    """
    given the index is at the head      it is well and ready
    given it is behind and being made   it is well, but not ready
    given nobody looks at the chain     it is broken
    """

    def test_tells_behind_from_broken(self, world: World) -> None:
        world.mine()
        assert world.get("/ready").status_code == 200
        depth, few = world.settings.finality_depth, world.settings.behind_blocks
        world.node.mine(few + 1)
        behind = world.get("/health")
        assert (behind.status_code, behind.json()["status"]) == (200, "behind")
        assert behind.json()["faults"] == [f"The index is {few + 1} blocks behind."]
        assert world.get("/ready").status_code == 503
        world.node.mine(depth)
        assert world.get("/health").json()["status"] == "broken"
        seen = update(Checkpoint).values(head_number=world.node.head)
        with world.app.state.registry.transaction() as session:
            session.execute(seen)
        assert world.get("/health").json()["status"] == "behind"
        assert world.get("/ready").json()["status"] == "behind"
        world.mine()
        assert world.get("/ready").json()["status"] == "ok"

"""The relayer: its own transactions, priced anew, replaced and never lost, and its key."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from api.relayer import Relayer, RelayerError
from api.settings import ApiSettings

from . import documents
from .people import DEVELOPER, OTHER_DEVELOPER, STRANGER
from .relaying import PASSPHRASE, RELAYER, RelayWorld, forwarded, keyfile

FOREST = "/projects/harz-mixed-forest"


@pytest.fixture
def world(relay_world: RelayWorld) -> RelayWorld:
    return relay_world


class TestRelayersOwnTransactions:
    """
    when several wait                        one transaction carries them
    when one fails on chain                  the others act, its task says why, it may come again
    when it is stuck                         another with higher fees and the same data replaces it
    when the node forgets it                 it is sent again
    when a reorg takes its block away        it is sent again, as it was
    when its nonce is used by another        what it carried is delivered anew
    when somebody else delivers first        the task is done all the same
    when two were signed with one nonce      the one that was not delivered is dropped
    when the signer gives the nonce up       the task is dropped
    when nobody delivers in time             the task is dropped
    """

    def test_carries_several_in_one(self, narrow_world: RelayWorld) -> None:
        world = narrow_world
        tasks = [
            world.hand_in(DEVELOPER, world.proposed(DEVELOPER, "/projects", one)).json()
            for one in (documents.forest(name, east=2.0 * at) for at, name in enumerate("abcd"))
        ]
        assert len(world.transactions()) == 1
        world.mine()
        assert len(world.transactions()) == 2
        world.mine()
        done = [world.task(task["id"], "indexed") for task in tasks]
        assert len({task["transaction_hash"] for task in done}) == 2
        assert len({task["transaction_hash"] for task in done[1:]}) == 1

    def test_says_why_one_failed_and_takes_it_again(self, world: RelayWorld) -> None:
        access, role = "RegistryAccessControl", (2, world.address(DEVELOPER))
        good = world.hand_in(
            OTHER_DEVELOPER,
            world.proposed(OTHER_DEVELOPER, "/projects", documents.forest("good", east=3.0)),
        ).json()
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        # The role goes in the same block, before the relayer's transaction is executed.
        raw = world.signed(0, world.call(access, "revokeRole", *role), maxPriorityFeePerGas=10**10)
        sent = world.hand_in(DEVELOPER, task).json()
        raws = [entry.raw for entry in world.transactions()]
        world.node.drop_pool()
        for entry in (raw, *raws):
            world.node.rpc("eth_sendRawTransaction", entry)
        world.mine()
        world.task(good["id"], "indexed")
        failed = world.task(sent["id"], "reverted")
        assert failed["error"]["details"][0]["code"] == "AccessManagedUnauthorized"
        world.direct(0, access, "grantRole", *role, 0)
        again = world.hand_in(DEVELOPER, task)
        assert (again.status_code, again.json()["state"]) == (202, "broadcast"), again.text
        world.mine()
        world.task(sent["id"], "indexed")

    def test_is_replaced_when_it_is_stuck(self, world: RelayWorld) -> None:
        task = world.hand_in(
            DEVELOPER, world.proposed(DEVELOPER, "/projects", documents.forest())
        ).json()
        age(world, created=120.0)
        world.dispatch()
        first, second = world.transactions()
        assert second.max_fee * 10 >= first.max_fee * 11
        one, other = (
            world.node.rpc("eth_getTransactionByHash", entry.hash) for entry in (first, second)
        )
        assert one is None
        assert int(other["nonce"], 16) == world.deliveries()[0].nonce
        assert other["input"] == world.deliveries()[0].data
        world.mine()
        assert world.task(task["id"], "indexed")["transaction_hash"] == second.hash

    def test_is_sent_again_when_the_node_forgets_it(self, world: RelayWorld) -> None:
        task = world.hand_in(
            DEVELOPER, world.proposed(DEVELOPER, "/projects", documents.forest())
        ).json()
        world.node.drop_pool()
        age(world, sent=30.0)
        world.dispatch()
        world.mine()
        assert len(world.transactions()) == 1
        world.task(task["id"], "indexed")

    def test_is_sent_again_as_it_was_when_a_reorg_takes_its_block(
        self, each_relay_world: RelayWorld
    ) -> None:
        world = each_relay_world
        task = world.hand_in(
            DEVELOPER, world.proposed(DEVELOPER, "/projects", documents.forest())
        ).json()
        world.mine()
        before = world.task(task["id"], "indexed")
        world.node.reorganise(1)
        world.node.drop_pool()
        world.node.mine(2)
        world.follower.catch_up()
        assert world.get(FOREST).status_code == 404
        world.dispatch()
        back = world.task(task["id"], "broadcast")
        assert "reorganisation" in back["history"][-1]["note"]
        world.mine()
        again = world.task(task["id"], "indexed")
        assert again["transaction_hash"] == before["transaction_hash"]
        assert again["block_hash"] != before["block_hash"]

    def test_is_delivered_anew_when_another_used_its_nonce(self, world: RelayWorld) -> None:
        task = world.hand_in(
            DEVELOPER, world.proposed(DEVELOPER, "/projects", documents.forest())
        ).json()
        world.node.drop_pool()
        call = world.call("CRU", "setApprovalForAll", world.address(0), True)
        nonce = world.deliveries()[0].nonce
        world.node.rpc("eth_sendRawTransaction", world.signed(RELAYER, call, nonce=nonce))
        world.mine()
        lost, anew = world.deliveries()
        assert (lost.state, anew.state, anew.nonce) == ("lost", "sent", nonce + 1)
        world.mine()
        world.task(task["id"], "indexed")

    def test_is_done_when_somebody_else_delivers_first(self, world: RelayWorld) -> None:
        task = world.hand_in(
            DEVELOPER, world.proposed(DEVELOPER, "/projects", documents.forest())
        ).json()
        batch = world.deliveries()[0].data
        ours = world.transactions()[0]
        world.node.drop_pool()
        there = {"chain_id": 31337, "to": world.registry.record["forwarder"], "data": batch}
        theirs = world.signed(STRANGER, there)
        world.node.rpc("eth_sendRawTransaction", theirs)
        world.node.mine()
        world.node.rpc("eth_sendRawTransaction", ours.raw)
        world.mine()
        done = world.task(task["id"], "indexed")
        assert done["transaction_hash"] != ours.hash
        assert world.project("harz-mixed-forest")["properties"]["status"] == "submitted"

    def test_is_dropped_when_the_other_of_one_nonce_was_delivered(self, world: RelayWorld) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        sent = world.hand_in(DEVELOPER, task).json()
        world.node.drop_pool()
        ours = world.transactions()[0]
        nonce = int(task["to_sign"]["typed_data"]["message"]["nonce"])
        approve = world.call("CRU", "setApprovalForAll", world.address(STRANGER), True)
        other = forwarded(world, DEVELOPER, approve, nonce=nonce)
        struct = {
            "from": world.address(DEVELOPER),
            "to": approve["to"],
            "value": 0,
            "gas": other["request"]["gas"],
            "deadline": other["request"]["deadline"],
            "data": approve["data"],
            "signature": f"0x{nonce:064x}{other['signature'][2:]}",
        }
        data = world.registry.abi.encode_call("RegistryForwarder", "execute", [struct])
        there = {"chain_id": 31337, "to": world.registry.record["forwarder"], "data": data}
        world.node.rpc("eth_sendRawTransaction", world.signed(STRANGER, there))
        world.node.mine()
        world.node.rpc("eth_sendRawTransaction", ours.raw)
        world.mine()
        dropped = world.task(sent["id"], "dropped")
        assert dropped["error"]["code"] == "NONCE_USED"

    def test_is_dropped_when_the_signer_gives_the_nonce_up(self, world: RelayWorld) -> None:
        task = world.hand_in(
            DEVELOPER, world.proposed(DEVELOPER, "/projects", documents.forest())
        ).json()
        ours = world.transactions()[0]
        world.node.drop_pool()
        data = world.registry.abi.encode_call("RegistryForwarder", "invalidateNonces", [0, 1])
        there = {"chain_id": 31337, "to": world.registry.record["forwarder"], "data": data}
        world.node.rpc("eth_sendRawTransaction", world.signed(DEVELOPER, there))
        world.node.mine()
        world.node.rpc("eth_sendRawTransaction", ours.raw)
        world.mine()
        assert world.task(task["id"], "dropped")["error"]["code"] == "NONCE_USED"

    def test_is_dropped_when_nobody_delivers_in_time(self, narrow_world: RelayWorld) -> None:
        world = narrow_world
        first = world.proposed(DEVELOPER, "/projects", documents.forest("first", east=4.0))
        world.hand_in(DEVELOPER, first)
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        typed = task["to_sign"]["typed_data"]["message"]
        typed["deadline"] = int(time.time()) + 32
        terms = {name: typed[name] for name in ("nonce", "deadline", "gas")}
        terms["signer"] = world.address(DEVELOPER)
        assert world.hand_in(DEVELOPER, task, request=terms).status_code == 202
        with pytest.MonkeyPatch.context() as later:
            now = time.time()
            later.setattr(time, "time", lambda: now + 40)
            dropped = world.task(task["id"], "dropped")
        assert dropped["error"]["code"] == "DEADLINE_OVER"


class TestRelayersKey:
    """
    given both files                       it signs with that account
    given one file only, or a wrong one    the API does not start, and tells nothing of the inside
    given neither                          there is no relayer
    """

    def test_signs_with_that_account(self, tmp_path: Path) -> None:
        relayer = Relayer.load(ApiSettings(**keyfile(tmp_path)))
        assert relayer is not None
        fields = {"chainId": 1, "nonce": 0, "to": "0x" + "11" * 20, "data": "0x", "gas": 30_000}
        raw, _ = relayer.sign(fields | {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1})
        assert Account.recover_transaction(raw).lower() == relayer.address

    @pytest.mark.parametrize("missing", ["relayer_keyfile", "relayer_passphrase_file"])
    def test_says_so_given_one_file_only(self, tmp_path: Path, missing: str) -> None:
        files: dict[str, Any] = keyfile(tmp_path) | {missing: None}
        with pytest.raises(RelayerError, match="takes two files"):
            Relayer.load(ApiSettings(**files))

    @pytest.mark.parametrize("content", ["{}", "no JSON", json.dumps({"crypto": {}, "version": 3})])
    def test_tells_nothing_of_the_inside_given_a_broken_file(
        self, tmp_path: Path, content: str
    ) -> None:
        files = keyfile(tmp_path)
        files["relayer_keyfile"].write_text(content)
        with pytest.raises(RelayerError, match="cannot be opened with the passphrase") as caught:
            Relayer.load(ApiSettings(**files))
        assert PASSPHRASE not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_says_so_given_a_wrong_passphrase(self, tmp_path: Path) -> None:
        files = keyfile(tmp_path)
        files["relayer_passphrase_file"].write_text("wrong")
        with pytest.raises(RelayerError, match="cannot be opened with the passphrase"):
            Relayer.load(ApiSettings(**files))

    def test_says_so_given_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        files = keyfile(tmp_path)
        files["relayer_keyfile"].unlink()
        with pytest.raises(RelayerError, match="cannot be read"):
            Relayer.load(ApiSettings(**files))

    def test_is_none_given_no_file(self) -> None:
        assert Relayer.load(ApiSettings()) is None


def age(world: RelayWorld, *, created: float = 0.0, sent: float = 0.0) -> None:
    """Let the relayer's last transaction be older, in seconds."""
    last = world.transactions()[-1]
    with world.parts.transaction() as session:
        held = session.get(type(last), last.hash)
        held.created_at -= created
        held.sent_at -= sent

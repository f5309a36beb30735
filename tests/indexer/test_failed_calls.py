"""Calls that the contracts refused: found, decoded, and gone with their block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from indexer.database import engine, snapshot
from indexer.deployments import Deployments
from indexer.errands.failed_calls import FailedCalls
from indexer.errands.failures import Failures
from indexer.errors import ChainMoved
from indexer.follower import Follower
from indexer.models import FailedCall, ScannedBlock
from indexer.rpc import Rpc
from indexer.settings import IndexerSettings
from indexer.tracing import Tracing

from .liar import liar
from .play import Play
from .stage import Registry

pytestmark = pytest.mark.chain

NOWHERE = "0x" + "11" * 32

#: Calls the address in its first word with the rest of its calldata, and swallows what comes of it.
_RUNTIME = "60203603806020600037600060009160006000600035" + "5af100"
SWALLOWER = f"0x60{len(_RUNTIME) // 2:02x}8060093d393df3{_RUNTIME}"


def refused(registry: Registry) -> str:
    """A call by somebody who may not make it."""
    arguments = (NOWHERE, registry.validator)
    return registry.send(registry.holders[0], "ProjectRegistry", "assignValidator", *arguments)


def found(settings: IndexerSettings) -> list[FailedCall]:
    with snapshot(engine(settings.database_url)) as session:
        order = FailedCall.__table__.c
        query = select(FailedCall).order_by(order.block_number, order.tx_index, order.place)
        return list(session.scalars(query))


@pytest.fixture
def search(registry: Registry, settings: IndexerSettings, follower: Follower) -> Iterator[Search]:
    made = Search(registry, settings, follower)
    yield made
    made.close()


class Search:
    """An index, and the search for failed calls behind it."""

    def __init__(
        self, registry: Registry, settings: IndexerSettings, follower: Follower, url: str = ""
    ) -> None:
        self.settings = settings
        self.follower = follower
        self.through: list[str] = []
        self.deployments = registry.deployments
        self.abi = registry.abi
        self.rpc = Rpc((url or registry.node.url,))

    def run(self) -> list[FailedCall]:
        """Index to the head, search all of it, give what is found."""
        self.follower.catch_up(5)
        failures = Failures(self.abi, self.deployments)
        made = FailedCalls(
            engine(self.settings.database_url), Tracing(self.rpc), failures, self.through
        )
        while made.step():
            pass
        return found(self.settings)

    def close(self) -> None:
        self.rpc.close()


class TestFound:
    """
    when a role is missing              who called what, with which arguments, and the decoded error
    when the state forbids it           the same
    given it is called through another  it is found where the node keeps traces and it is named
    given a node without traces         the call is made again on the state before
    given nothing failed                nothing is kept, and the search is at the head
    """

    def test_tells_who_called_what_when_a_role_is_missing(
        self, registry: Registry, search: Search
    ) -> None:
        hash_of = refused(registry)
        registry.node.mine()
        (row,) = search.run()
        assert row.tx_hash == hash_of
        assert row.block_number == registry.node.head
        assert (row.contract, row.function) == ("ProjectRegistry", "assignValidator")
        assert row.arguments == {"projectId": NOWHERE, "validator": registry.validator}
        assert row.sender == row.origin == registry.holders[0]
        assert row.through is None
        assert (row.error, row.error_source) == ("AccessManagedUnauthorized", "trace")
        assert row.error_arguments == {"caller": registry.holders[0]}

    def test_tells_it_when_the_state_forbids_it(self, registry: Registry, search: Search) -> None:
        caller = registry.holders[1]
        registry.send(caller, "ProjectRegistry", "archiveProject", NOWHERE, "why")
        registry.node.mine()
        (row,) = search.run()
        assert (row.sender, row.arguments) == (caller, {"projectId": NOWHERE, "reason": "why"})
        assert row.error == "ProjectRegistryUnexpectedStatus"
        assert row.error_arguments == {"projectId": NOWHERE, "status": "none"}

    @pytest.mark.parametrize("named", [True, False])
    def test_is_found_given_it_is_called_through_another(
        self, registry: Registry, search: Search, named: bool
    ) -> None:
        carrier = registry._created(SWALLOWER)["contractAddress"]
        target = registry.address("CRU")
        call = registry.abi.encode_call("CRU", "pause", [])
        data = "0x" + target[2:].rjust(64, "0") + call[2:]
        transaction = registry.node.send(registry.holders[1], carrier, data)
        registry.node.mine()
        assert registry.node.receipt(transaction)["status"] == "0x1"
        search.through = [carrier] if named else []
        rows = search.run()
        assert len(rows) == int(named)
        for row in rows:
            assert (row.contract, row.function) == ("CRU", "pause")
            assert (row.sender, row.through) == (carrier, carrier)
            assert row.origin == registry.holders[1]
            assert row.error_arguments == {"caller": carrier}

    def test_is_made_again_given_a_node_without_traces(
        self, registry: Registry, settings: IndexerSettings, follower: Follower
    ) -> None:
        def without_traces(asked: list[Any], replies: list[Any]) -> Any:
            gone = {"code": -32601, "message": "the method does not exist"}
            return [
                {"jsonrpc": "2.0", "id": request["id"], "error": gone}
                if request["method"].startswith("debug_")
                else reply
                for request, reply in zip(asked, replies, strict=True)
            ]

        refused(registry)
        registry.node.mine()
        with liar(registry.node.url, without_traces) as url:
            (row,) = Search(registry, settings, follower, url).run()
        assert (row.error, row.error_source) == ("AccessManagedUnauthorized", "replay")
        assert row.error_arguments == {"caller": registry.holders[0]}

    def test_keeps_nothing_given_nothing_failed(
        self, registry: Registry, settings: IndexerSettings, search: Search
    ) -> None:
        registry.node.mine(120)
        assert search.run() == []
        with snapshot(engine(settings.database_url)) as session:
            marks = session.scalars(select(ScannedBlock.block_number)).all()
        assert max(marks) == registry.node.head


class TestForwarder:
    """
    given our forwarder passed it on   the sender is the signer behind it
    """

    def test_the_sender_is_the_signer_given_our_forwarder_passed_it_on(
        self, registry: Registry, settings: IndexerSettings, search: Search
    ) -> None:
        carrier = registry._created(SWALLOWER)["contractAddress"]
        record = registry.record | {"forwarder": carrier}
        search.deployments = Deployments.from_record(record, registry.node.chain_id)
        call = registry.abi.encode_call("CRU", "pause", []) + registry.verifier[2:]
        data = "0x" + registry.address("CRU")[2:].rjust(64, "0") + call[2:]
        registry.node.send(registry.holders[1], carrier, data)
        registry.node.mine()
        (row,) = search.run()
        assert (row.contract, row.function, row.arguments) == ("CRU", "pause", {})
        assert (row.sender, row.through) == (registry.verifier, carrier)
        assert row.origin == registry.holders[1]


class TestReorganisations:
    """
    given its block is gone          the row is gone in the same moment, and the new ones are found
    given the index is of another    nothing is written
    after random play                every reverted transaction of the branch is there, no other
    """

    def test_is_gone_with_its_block(
        self, registry: Registry, settings: IndexerSettings, search: Search, follower: Follower
    ) -> None:
        registry.node.mine(3)
        search.run()
        mark = registry.node.snapshot()
        refused(registry)
        registry.node.mine(2)
        assert len(search.run()) == 1
        registry.node.revert(mark)
        registry.node.mine()
        later = refused(registry)
        registry.node.mine(3)
        follower.catch_up(5)
        assert found(settings) == []
        (row,) = search.run()
        assert row.tx_hash == later

    def test_nothing_is_written_given_the_index_is_of_another_branch(
        self, registry: Registry, settings: IndexerSettings, search: Search, follower: Follower
    ) -> None:
        search.run()
        mark = registry.node.snapshot()
        registry.node.mine(2)
        follower.catch_up(5)
        registry.node.revert(mark)
        refused(registry)
        registry.node.mine(4)
        database = engine(settings.database_url)
        made = FailedCalls(
            database, Tracing(search.rpc), Failures(search.abi, search.deployments), ()
        )
        with pytest.raises(ChainMoved, match="The index has another block"):
            made.step()
        assert found(settings) == []
        assert len(search.run()) == 1

    def test_every_reverted_transaction_is_there_after_random_play(
        self, registry: Registry, settings: IndexerSettings, search: Search
    ) -> None:
        play = Play(registry, 91, "failed")
        play.open()
        for gone, come in ((3, 5), (6, 2), (10, 11)):
            mark = registry.node.snapshot()
            play.act(gone)
            search.run()
            registry.node.revert(mark)
            play.act(come)
            rows = search.run()
        reverted = set()
        for number in range(1, registry.node.head + 1):
            block = registry.node.rpc("eth_getBlockByNumber", hex(number), True)
            for one in block["transactions"]:
                if registry.node.receipt(one["hash"])["status"] == "0x0":
                    reverted.add(one["hash"])
        assert {row.tx_hash for row in rows} == reverted
        assert len(rows) == len(reverted) > 5
        assert all(row.error and row.function for row in rows)

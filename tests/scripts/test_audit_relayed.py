"""The audit of what others delivered: the signer is who acted, and every nonce is used once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlmodel import select

from indexer.database import snapshot
from indexer.models import NonceInvalidation, RelayedCall
from scripts.auditing.checks import Checks
from scripts.auditing.documents import Folder
from scripts.auditing.events import ChainEvent, read_events
from scripts.auditing.node import Node as AuditNode
from scripts.auditing.node import Pin
from scripts.auditing.registry_audit import Assignment, audit
from scripts.auditing.relaying import RelayReplay, with_signers
from scripts.auditing.replay import Replay

from ..api import documents  # noqa: TID252
from ..api.people import BUYER, DEVELOPER, OPERATOR, VERIFIER  # noqa: TID252
from ..api.relaying import RelayWorld, forwarded  # noqa: TID252
from ..api.world import activate  # noqa: TID252
from ..indexer.node import Node  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252

SIGNER, OTHER = "0x" + "11" * 20, "0x" + "22" * 20


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayWorld]:
    """A registry in which a developer registers, and an operator issues, by signed requests."""
    node, folder = Node(), tmp_path_factory.mktemp("relayed")
    registry = Registry(node)
    methodology = documents.methodology(automatic_issuance=False)
    activate(registry, methodology)
    made = RelayWorld(registry, f"sqlite:///{folder}/index.db", folder)
    made.keep(methodology)
    play(made)
    yield made
    made.close()
    node.close()


def play(world: RelayWorld) -> None:
    pdd, mrv = documents.forest(), documents.report()
    task = world.proposed(DEVELOPER, "/projects", pdd)
    assert world.hand_in(DEVELOPER, task).status_code == 202
    world.mine()
    # One that fails in the batch of somebody else, and nonces that are given up.
    deliver(world, BUYER, "CRU", "unpause", nonce=3)
    data = world.registry.abi.encode_call("RegistryForwarder", "invalidateNonces", [7, 0b1010])
    world.node.send(world.address(BUYER), world.registry.record["forwarder"], data)
    world.mine()
    world.validate(pdd)
    report = world.report(mrv)
    world.verify(mrv)
    deliver(world, OPERATOR, "CRU", "mint", report, 2025, 400_000, nonce=0)


def deliver(
    world: RelayWorld, who: int, contract: str, function: str, *arguments: object, nonce: int
) -> None:
    """Somebody's signed request in a batch that anybody sends."""
    body = forwarded(world, who, world.call(contract, function, *arguments), nonce=nonce)
    request = body["request"]
    struct = {
        "from": request["signer"],
        "to": request["to"],
        "value": 0,
        "gas": request["gas"],
        "deadline": request["deadline"],
        "data": request["data"],
        "signature": f"0x{nonce:064x}{body['signature'][2:]}",
    }
    each = "0x" + "00" * 19 + "01"
    data = world.registry.abi.encode_call("RegistryForwarder", "executeBatch", [[struct], each])
    world.node.send(world.address(VERIFIER), world.registry.record["forwarder"], data)
    world.mine()


class TestRelayedHistory:
    """
    whatever is relayed         replay, storage and index agree
    what succeeded or failed    is a row each, which the chain's views confirm
    when its signer is nobody   a relayed issuance is a discrepancy
    """

    def test_agrees_with_chain_and_index(self, world: RelayWorld) -> None:
        checks, _ = audit(
            Assignment(
                world.node.url,
                world.settings.deployments,
                world.settings.artifacts,
                Folder(world.settings.documents),
                index=world.settings.database_url,
            ),
            lambda text: None,
        )
        assert checks.discrepancies == []

    def test_names_a_relayed_issuance_whose_signer_had_no_role(self, world: RelayWorld) -> None:
        registry = world.registry
        checks = Checks()
        replay = Replay(registry.deployments, registry.abi, checks)
        node = AuditNode(world.node.url)
        newest = world.node.rpc("eth_getBlockByNumber", "latest", False)
        pin = Pin(world.node.head, newest["hash"], int(newest["timestamp"], 16))
        events = with_signers(
            read_events(node, registry.abi, registry.deployments, pin, checks, lambda block: None)
        )
        forged = [replace(one, signers=(SIGNER,)) if one.signers else one for one in events]
        replay.apply(forged)
        assert any(
            sentence.startswith(f"{SIGNER} acted at") and "without the role" in sentence
            for sentence in checks.discrepancies
        )

    def test_keeps_a_row_for_each(self, world: RelayWorld) -> None:
        with snapshot(world.parts.engine) as session:
            calls = sorted(session.exec(select(RelayedCall)), key=lambda c: c.valid_from)
            given_up = session.exec(select(NonceInvalidation)).all()
        assert [(c.signer, int(c.nonce, 16), c.succeeded) for c in calls] == [
            (world.address(DEVELOPER), 0, True),
            (world.address(BUYER), 3, False),
            (world.address(OPERATOR), 0, True),
        ]
        refused = world.registry.abi.decode_error(calls[1].reason)
        assert refused.name == "AccessManagedUnauthorized"
        assert refused.arguments == {"caller": world.address(BUYER)}
        (row,) = given_up
        assert (row.signer, int(row.word, 16), int(row.bits, 16)) == (world.address(BUYER), 7, 10)


class TestRelayReplay:
    """
    when a nonce is used twice                    it is a discrepancy
    when one is used that was given up            it is a discrepancy
    of several requests in one transaction        each event may be of every later signer
    """

    def test_names_a_nonce_that_is_used_twice(self) -> None:
        checks = Checks()
        replay = RelayReplay(checks)
        replay.executed(event(1, "ExecutedForwardRequest", signer=SIGNER, nonce=5, success=True))
        assert checks.discrepancies == []
        replay.executed(event(2, "ExecutedForwardRequest", signer=SIGNER, nonce=5, success=True))
        (sentence,) = checks.discrepancies
        assert f"A request of {SIGNER}" in sentence
        assert "the nonce 5, which was used or given up before" in sentence

    def test_names_a_nonce_that_was_given_up(self) -> None:
        checks = Checks()
        replay = RelayReplay(checks)
        replay.invalidated(event(1, "NoncesInvalidated", signer=SIGNER, word=1, bits=0b100))
        replay.executed(event(2, "ExecutedForwardRequest", signer=OTHER, nonce=258, success=True))
        assert checks.discrepancies == []
        replay.executed(event(3, "ExecutedForwardRequest", signer=SIGNER, nonce=258, success=True))
        assert len(checks.discrepancies) == 1

    def test_gives_the_signers_that_an_event_may_be_of(self) -> None:
        direct = replace(event(9, "Paused"), transaction="0xb")
        events = [
            event(1, "CRUMinted"),
            event(2, "ExecutedForwardRequest", signer=SIGNER),
            event(3, "CRUMinted"),
            event(4, "ExecutedForwardRequest", signer=OTHER),
            event(5, "Paused"),
            direct,
        ]
        assert signers(events) == [(OTHER, SIGNER), (OTHER,), (OTHER,), (), (), ()]


def signers(events: Sequence[ChainEvent]) -> list[tuple[str, ...]]:
    return [one.signers for one in with_signers(events)]


def event(log_index: int, name: str, **arguments: object) -> ChainEvent:
    return ChainEvent(
        block=1,
        time=0,
        log_index=log_index,
        transaction="0xa",
        sender="0x" + "33" * 20,
        target="0x" + "44" * 20,
        contract="RegistryForwarder",
        address="0x" + "44" * 20,
        name=name,
        arguments=arguments,
    )

"""Writes whose gas another pays: the signature of typed data, delivered by the relayer."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from api.refused import trail
from indexer.identity import project_id
from schemas import content_hash

from ..indexer.stage import Registry  # noqa: TID252
from . import documents
from .people import DEVELOPER, OPERATOR, OTHER_DEVELOPER, STRANGER, VALIDATOR
from .relaying import RELAYER, RelayWorld, forwarded
from .test_tracking import states
from .world import World

FOREST = "/projects/harz-mixed-forest"


@pytest.fixture
def world(relay_world: RelayWorld) -> RelayWorld:
    return relay_world


def code(answer: Any) -> str:
    found: str = answer.json()["details"][0]["code"]
    return found


class TestProposals:
    """
    for a sender                      the task gives a transaction and typed data, in clear
    when asked again                  the same is proposed
    for another task of the sender    another nonce is
    given no relayer                  only the transaction
    """

    def test_gives_both_ways_for_a_sender(self, world: RelayWorld) -> None:
        pdd = documents.forest()
        before = time.time()
        to_sign = world.proposed(DEVELOPER, "/projects", pdd)["to_sign"]
        assert to_sign["data"].startswith("0x640ea68d")
        typed = to_sign["typed_data"]
        assert typed["primaryType"] == "RegisterProject"
        place = typed["domain"].pop("verifyingContract")
        assert place.lower() == world.registry.record["forwarder"]
        assert typed["domain"] == {"name": "OGCR Registry", "version": "1", "chainId": 31337}
        message = typed["message"]
        assert message["signer"].lower() == world.address(DEVELOPER)
        assert message["contractAddress"].lower() == to_sign["to"]
        assert message["documentId"] == pdd["id"]
        assert message["pdd"]["pddHash"] == "0x" + content_hash(pdd).removeprefix("sha256:")
        assert message["pdd"]["startDay"] == 20148
        assert message["nonce"] == "0"
        assert 86_000 < message["deadline"] - before < 87_000
        assert 100_000 < message["gas"] < 1_000_000

    def test_proposes_the_same_when_asked_again(self, world: RelayWorld) -> None:
        first = world.proposed(DEVELOPER, "/projects", documents.forest())
        again = world.get(f"/tasks/{first['id']}", sender=world.address(DEVELOPER)).json()
        assert again["to_sign"]["typed_data"] == first["to_sign"]["typed_data"]

    def test_gives_another_nonce_for_another_task(self, world: RelayWorld) -> None:
        found = [
            world.proposed(DEVELOPER, "/projects", documents.forest(name, east=east))
            for name, east in (("one", 0.0), ("two", 1.0), ("three", 2.0))
        ]
        nonces = [task["to_sign"]["typed_data"]["message"]["nonce"] for task in found]
        assert nonces == ["0", "1", "2"]

    def test_gives_only_the_transaction_given_no_relayer(
        self, deployed: Registry, tmp_path: Path
    ) -> None:
        with World.opened(deployed, tmp_path) as world:
            answer = world.post("/projects", documents.forest(), sender=world.address(DEVELOPER))
            assert answer.json()["to_sign"]["typed_data"] is None
            refused = world.post(f"/tasks/{answer.json()['id']}", {"signature": "0x" + "11" * 65})
            assert (refused.status_code, code(refused)) == (409, "NO_RELAYER")


class TestDelivery:
    """
    when typed data is signed         the relayer delivers it, the action is the signer's
    when it is handed in again        it is delivered once
    when blocks go on                 the task ends final
    """

    def test_delivers_for_the_signer(self, each_relay_world: RelayWorld) -> None:
        world = each_relay_world
        pdd = documents.forest()
        balance = world.node.rpc("eth_getBalance", world.address(DEVELOPER), "latest")
        sent = world.hand_in(DEVELOPER, world.proposed(DEVELOPER, "/projects", pdd))
        assert (sent.status_code, sent.json()["state"]) == (202, "broadcast"), sent.text
        assert sent.json()["transaction_hash"] is not None
        world.mine()
        task = world.task(sent.json()["id"], "indexed")
        assert world.project(pdd["id"])["ogcr:record"]["developer"] == world.address(DEVELOPER)
        assert world.node.rpc("eth_getBalance", world.address(DEVELOPER), "latest") == balance
        mined = world.node.rpc("eth_getTransactionByHash", task["transaction_hash"])
        assert mined["from"] == world.address(RELAYER)
        world.mine(world.settings.finality_depth)
        final = world.task(task["id"], "final")
        assert states(final) == ["awaiting_signature", "broadcast", "mined", "indexed", "final"]
        assert all(delivery.settled for delivery in world.deliveries())

    def test_delivers_once_when_it_is_handed_in_again(self, world: RelayWorld) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        answers = [world.hand_in(DEVELOPER, task) for _ in range(3)]
        world.mine()
        answers += [world.hand_in(DEVELOPER, task)]
        assert {answer.status_code for answer in answers} == {202}
        assert len(world.transactions()) == 1

    def test_takes_the_signers_own_terms(self, world: RelayWorld) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        typed = task["to_sign"]["typed_data"]
        own = {
            "nonce": str(2**200 + 7),
            "deadline": typed["message"]["deadline"] + 5,
            "gas": 900_000,
        }
        typed["message"] |= own
        answer = world.hand_in(DEVELOPER, task)
        assert (answer.status_code, code(answer)) == (422, "NOT_WHAT_THE_TASK_ASKS")
        terms = {"signer": world.address(DEVELOPER), **own}
        assert world.hand_in(DEVELOPER, task, request=terms).status_code == 202
        world.mine()
        world.task(task["id"], "indexed")

    def test_delivers_a_call_that_comes_without_a_task(self, world: RelayWorld) -> None:
        pdd = documents.forest()
        world.hand_in(DEVELOPER, world.proposed(DEVELOPER, "/projects", pdd))
        world.mine()
        arguments = (project_id(pdd["id"]), world.address(VALIDATOR))
        call = world.call("ProjectRegistry", "assignValidator", *arguments)
        body = forwarded(world, OPERATOR, call)
        sent = world.post("/relay", body)
        assert sent.status_code == 202, sent.text
        assert world.post("/relay", body).json()["id"] == sent.json()["id"]
        world.mine()
        world.task(sent.json()["id"], "indexed")
        assert world.project(pdd["id"])["properties"]["status"] == "under_review"

    def test_takes_a_smart_accounts_signature(self, world: RelayWorld) -> None:
        account = smart_account(world, DEVELOPER)
        world.direct(0, "RegistryAccessControl", "grantRole", 2, account, 0)
        world.show(world.api_key(*range(10), accounts={account: DEVELOPER}))
        task = world.post("/projects", documents.forest(), sender=account).json()
        assert world.hand_in(STRANGER, task).status_code == 422
        sent = world.hand_in(DEVELOPER, task)
        assert sent.status_code == 202, sent.text
        world.mine()
        assert world.project("harz-mixed-forest")["ogcr:record"]["developer"] == account


class TestRefusals:
    """
    when somebody else signed                     it is refused, nothing is sent
    when the contract would refuse it             it is refused with the contract's own error
    when gas or deadline are out of bounds        it is refused
    when the anchored document is not known       it is refused
    when another signature is on its way          it is refused
    when the nonce is taken by another action     it is refused
    when neither way or both are given            it is refused
    when too many wait                            it is refused
    """

    def test_refuses_somebody_elses_signature(self, world: RelayWorld) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        answer = world.hand_in(OTHER_DEVELOPER, task)
        assert (answer.status_code, code(answer)) == (422, "NOT_WHAT_THE_TASK_ASKS")
        assert world.transactions() == []
        world.task(task["id"], "awaiting_signature")

    def test_refuses_what_the_contract_would_refuse(self, world: RelayWorld) -> None:
        pdd = documents.forest()
        task = world.post("/projects", pdd).json()
        typed = world.proposed(DEVELOPER, "/projects", pdd)["to_sign"]["typed_data"]
        typed["message"]["signer"] = world.keys[STRANGER].address
        own = {name: typed["message"][name] for name in ("nonce", "deadline", "gas")}
        body = {
            "signature": world.signature(STRANGER, typed),
            "request": {"signer": world.address(STRANGER), **own},
        }
        answer = world.post(f"/tasks/{task['id']}", body)
        assert (answer.status_code, code(answer)) == (403, "AccessManagedUnauthorized")
        assert world.transactions() == []
        denied = list(trail(world.parts.engine))[-1]
        assert (denied["sender"], denied["contract"]) == (
            world.address(STRANGER),
            "ProjectRegistry",
        )
        assert denied["function"] == "registerProject"

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"gas": 3_000_001}, "GAS_TOO_HIGH"),
            ({"deadline": 1_000}, "DEADLINE_TOO_NEAR"),
        ],
    )
    def test_refuses_terms_out_of_bounds(
        self, world: RelayWorld, change: dict[str, int], expected: str
    ) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        message = task["to_sign"]["typed_data"]["message"]
        message |= change
        own = {name: message[name] for name in ("nonce", "deadline", "gas")}
        terms = {"signer": world.address(DEVELOPER), **own}
        answer = world.hand_in(DEVELOPER, task, request=terms)
        assert answer.status_code == 422
        assert code(answer) == expected

    def test_refuses_a_document_that_is_not_known(self, world: RelayWorld) -> None:
        pdd = documents.forest()
        call = {
            "pddHash": "0x" + "ab" * 32,
            "methodologyKey": world.get("/methodologies/OGCR-REF-01").json()["key"],
            "projectType": "reforestation",
            "startDay": 20148,
            "endDay": 31104,
            "uri": "",
        }
        wanted = world.call("ProjectRegistry", "registerProject", pdd["id"], call)
        answer = world.post("/relay", forwarded(world, DEVELOPER, wanted))
        assert (answer.status_code, code(answer)) == (422, "DOCUMENT_MISSING")

    def test_refuses_a_second_way_while_one_is_on_its_way(self, world: RelayWorld) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        assert world.hand_in(DEVELOPER, task).status_code == 202
        raw = world.signed(DEVELOPER, task["to_sign"], gas=2_000_000)
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert answer.status_code == 409
        world.mine()
        world.task(task["id"], "indexed")

    def test_refuses_a_nonce_that_another_action_has(self, world: RelayWorld) -> None:
        first = world.proposed(DEVELOPER, "/projects", documents.forest())
        second = world.proposed(DEVELOPER, "/projects", documents.forest("second", east=2.0))
        message = second["to_sign"]["typed_data"]["message"]
        message["nonce"] = "0"
        terms = {name: message[name] for name in ("nonce", "deadline", "gas")}
        world.hand_in(DEVELOPER, first)
        answer = world.hand_in(
            DEVELOPER, second, request={"signer": world.address(DEVELOPER), **terms}
        )
        assert answer.status_code == 409
        assert code(answer) in ("NONCE_TAKEN", "RegistryForwarderNonceUsed")

    @pytest.mark.parametrize("body", [{}, {"signature": "0x11", "signed_transaction": "0x11"}])
    def test_refuses_neither_way_and_both(self, world: RelayWorld, body: dict[str, str]) -> None:
        task = world.proposed(DEVELOPER, "/projects", documents.forest())
        assert world.post(f"/tasks/{task['id']}", body).status_code == 422
        assert world.post("/relay", body).status_code == 422

    def test_refuses_more_than_may_wait(self, narrow_world: RelayWorld) -> None:
        world = narrow_world
        settings = world.parts.settings
        world.parts.settings = settings.model_copy(update={"relayer_waiting": 1})
        found = [
            world.hand_in(DEVELOPER, world.proposed(DEVELOPER, "/projects", one))
            for one in (documents.forest(name, east=2.0 * at) for at, name in enumerate("abc"))
        ]
        assert [answer.status_code for answer in found] == [202, 202, 409]
        assert code(found[-1]) == "TOO_MANY_WAITING"


def smart_account(world: RelayWorld, owner: int) -> str:
    """An account that is a contract, of an owner; gives its address."""
    manifest = json.loads(world.settings.artifacts.read_bytes())
    initcode = manifest["contractTypes"]["SmartAccount"]["deploymentBytecode"]["bytecode"]
    argument = world.address(owner)[2:].rjust(64, "0")
    sent = world.node.send(world.address(0), None, "0x" + initcode.removeprefix("0x") + argument)
    world.mine()
    return str(world.node.receipt(sent)["contractAddress"])

"""`POST /tasks/{id}` and `POST /relay`: what the relay checks before it sends, and never alters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response

from indexer.identity import project_id
from schemas import content_hash

from . import documents
from .people import DEVELOPER, OPERATOR, OTHER_DEVELOPER, STRANGER, VALIDATOR
from .signing import PRICE
from .world import World

LEGACY = {"gasPrice": PRICE}
ACCESS_LIST = {"gasPrice": PRICE, "type": 1, "accessList": []}


def code(answer: Response) -> str:
    """The code of a problem's only detail."""
    (detail,) = answer.json()["details"]
    return str(detail["code"])


class TestSignTask:
    """
    when the transaction is what the task asks for   it is sent as it is, whatever its type
    when its data, target, value or chain differ     it is refused and nothing is kept
    when its bytes are no transaction                it is refused
    when the nonce is used, or leaves a gap          it says which nonce to use
    when the signer cannot pay                       it says so
    when the contract would revert                   its custom error comes back
    when it was sent already                         it is a look at the task
    when another one of the task is on its way       it conflicts, unless it replaces that one
    when the task is unknown                         it is not found
    """

    @pytest.mark.parametrize("fields", [{}, LEGACY, ACCESS_LIST], ids=["1559", "legacy", "2930"])
    def test_it_is_sent_when_it_is_what_the_task_asks_for(
        self, world: World, fields: dict[str, Any]
    ) -> None:
        task = world.post("/projects", documents.forest()).json()
        raw = world.signed(DEVELOPER, task["to_sign"], **fields)
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (answer.status_code, answer.json()["state"]) == (202, "broadcast")
        sent = world.node.rpc("eth_getTransactionByHash", answer.json()["transaction_hash"])
        assert sent["input"] == task["to_sign"]["data"]
        world.mine()
        world.task(task["id"], "indexed")

    @pytest.mark.parametrize(
        ("changed", "named"),
        [
            ({"data": "0x12345678"}, "data"),
            ({"to": "0x" + "11" * 20}, "to"),
            ({"value": 1}, "value"),
            ({"chainId": 1}, "chain_id"),
        ],
    )
    def test_it_is_refused_when_it_differs(
        self, world: World, changed: dict[str, Any], named: str
    ) -> None:
        task = world.post("/projects", documents.forest()).json()
        raw = world.signed(DEVELOPER, task["to_sign"], **changed)
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (answer.status_code, code(answer)) == (422, "NOT_WHAT_THE_TASK_ASKS")
        assert f"Its “{named}” is not" in answer.json()["message"]
        assert world.task(task["id"], "awaiting_signature")["transaction_hash"] is None

    @pytest.mark.parametrize("raw", ["0x00", "0x02c0", "0xc0", "0x04aa", "0xf8" + "00" * 60])
    def test_it_is_refused_when_it_is_no_transaction(self, world: World, raw: str) -> None:
        task = world.post("/projects", documents.forest()).json()
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (answer.status_code, code(answer)) == (422, "INVALID_TRANSACTION")

    def test_it_names_the_nonce_when_that_is_wrong(self, world: World) -> None:
        world.register(documents.forest("first", east=1.0))
        task = world.post("/projects", documents.forest()).json()
        for nonce, expected in ((0, "NONCE_TOO_LOW"), (9, "NONCE_TOO_HIGH")):
            raw = world.signed(DEVELOPER, task["to_sign"], nonce=nonce)
            answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
            assert (answer.status_code, code(answer)) == (409, expected)
            assert "sign with 1" in answer.json()["message"]

    def test_it_says_so_when_the_signer_cannot_pay(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        raw = world.signed(DEVELOPER, task["to_sign"], maxFeePerGas=10**25)
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (answer.status_code, code(answer)) == (409, "INSUFFICIENT_FUNDS")

    def test_it_says_so_when_the_gas_is_too_low(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        for gas in (21_000, 60_000):
            raw = world.signed(DEVELOPER, task["to_sign"], gas=gas)
            answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
            assert (answer.status_code, code(answer)) == (422, "GAS_TOO_LOW")

    def test_the_contract_answers_when_it_would_revert(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        raw = world.signed(STRANGER, task["to_sign"])
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (answer.status_code, code(answer)) == (403, "AccessManagedUnauthorized")
        world.task(task["id"], "awaiting_signature")

    def test_it_is_a_look_when_it_was_sent_already(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        body = {"signed_transaction": world.signed(DEVELOPER, task["to_sign"])}
        first, second = (world.post(f"/tasks/{task['id']}", body) for _ in range(2))
        assert first.json() == second.json()
        world.mine()
        assert world.post(f"/tasks/{task['id']}", body).json()["state"] == "indexed"

    def test_it_conflicts_when_another_is_on_its_way(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        path = f"/tasks/{task['id']}"
        world.sign(DEVELOPER, world.post("/projects", documents.forest()))
        other = {"signed_transaction": world.signed(OTHER_DEVELOPER, task["to_sign"])}
        assert world.post(path, other).status_code == 409
        better = {"nonce": 0, "maxFeePerGas": 2 * PRICE, "maxPriorityFeePerGas": 2 * 10**9}
        faster = {"signed_transaction": world.signed(DEVELOPER, task["to_sign"], **better)}
        assert world.post(path, faster).status_code == 202
        world.mine()
        world.task(task["id"], "indexed")

    def test_a_worse_replacement_leaves_the_first_on_its_way(self, world: World) -> None:
        task = world.sign(DEVELOPER, world.post("/projects", documents.forest())).json()
        worse = {"nonce": 0, "maxFeePerGas": PRICE, "maxPriorityFeePerGas": 10**9 + 1}
        raw = world.signed(DEVELOPER, task["to_sign"], **worse)
        answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
        assert (answer.status_code, code(answer)) == (409, "REPLACEMENT_UNDERPRICED")
        kept = world.task(task["id"], "broadcast")
        assert kept["transaction_hash"] == task["transaction_hash"]
        world.mine()
        world.task(task["id"], "indexed")

    def test_it_is_not_found_when_the_task_is_unknown(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        raw = world.signed(DEVELOPER, task["to_sign"])
        assert world.post("/tasks/unknown", {"signed_transaction": raw}).status_code == 404
        assert world.get("/tasks/unknown").status_code == 404


class TestRelay:
    """
    when a registration comes with its document     it is checked as POST /projects would, and sent
    when its arguments are not those of the PDD     it is refused, naming each
    when a document is missing, foreign or faulty   it is refused
    when it is for another chain or contract        it is refused
    when the function is unknown or only reads      it is refused
    when it carries value or trailing bytes         it is refused
    when the decision is another one                it is refused
    when it comes again                             it is the same task
    when another project is on that ground          it conflicts, also for submitProject
    """

    def test_it_is_sent_when_the_document_comes_along(self, world: World) -> None:
        pdd = documents.forest()
        raw = world.signed(DEVELOPER, self._registration(world, pdd))
        body = {"signed_transaction": raw, "documents": [pdd]}
        answer = world.post("/relay", body)
        assert (answer.status_code, answer.json()["state"]) == (202, "broadcast")
        assert answer.json()["kind"] == "project_registration"
        world.mine()
        assert world.project(pdd["id"])["properties"]["ogcr:document_status"] == "held"
        again = world.post("/relay", body)
        assert again.json()["id"] == answer.json()["id"]

    def test_it_is_refused_when_the_arguments_are_not_those_of_the_pdd(self, world: World) -> None:
        pdd = documents.forest()
        call = self._registration(world, pdd, startDay=1, projectType="afforestation")
        answer = world.post(
            "/relay", {"signed_transaction": world.signed(DEVELOPER, call), "documents": [pdd]}
        )
        assert answer.status_code == 422
        assert {d["code"] for d in answer.json()["details"]} == {"ARGUMENT_MISMATCH"}
        assert len(answer.json()["details"]) == 2

    def test_it_is_refused_when_a_document_does_not_fit(self, world: World) -> None:
        pdd = documents.forest()
        raw = world.signed(DEVELOPER, self._registration(world, pdd))
        missing = world.post("/relay", {"signed_transaction": raw})
        assert (missing.status_code, code(missing)) == (422, "DOCUMENT_MISSING")
        foreign = world.post(
            "/relay", {"signed_transaction": raw, "documents": [pdd, documents.report()]}
        )
        assert (foreign.status_code, code(foreign)) == (422, "NOT_ANCHORED")
        faulty = documents.forest("Harz 2")
        raw = world.signed(DEVELOPER, self._registration(world, faulty))
        answer = world.post("/relay", {"signed_transaction": raw, "documents": [faulty]})
        assert answer.json()["details"][0]["field"] == "/documents/0/id"

    def test_it_is_refused_when_it_is_not_for_us(self, world: World) -> None:
        call = world.call("CRU", "pause")
        for changed, expected in (
            ({"chainId": 1}, "WRONG_CHAIN"),
            ({"to": "0x" + "11" * 20}, "UNKNOWN_CONTRACT"),
            ({"value": 1}, "VALUE_NOT_ZERO"),
            ({"data": "0x12345678"}, "UNKNOWN_CALL"),
            ({"data": call["data"] + "00" * 32}, "UNKNOWN_CALL"),
            ({"data": world.call("CRU", "name")["data"]}, "UNKNOWN_CALL"),
            ({"data": "0x"}, "UNKNOWN_CALL"),
        ):
            raw = world.signed(STRANGER, call, **changed)
            answer = world.post("/relay", {"signed_transaction": raw})
            assert (answer.status_code, code(answer)) == (422, expected)

    def test_it_is_refused_when_the_decision_is_another_one(self, world: World) -> None:
        pdd = documents.forest()
        world.register(pdd)
        world.review(pdd)
        key = project_id(pdd["id"])
        decision = documents.rejected(pdd)
        hashes = (content_hash(pdd), content_hash(decision))
        call = world.call("ProjectRegistry", "validateProject", key, *hashes, "https://x.example")
        raw = world.signed(VALIDATOR, call)
        answer = world.post("/relay", {"signed_transaction": raw, "documents": [decision]})
        assert (answer.status_code, code(answer)) == (422, "OUTCOME_NOT_POSSIBLE")

    def test_it_conflicts_when_the_ground_is_taken(self, world: World) -> None:
        draft = documents.forest()
        world.done(DEVELOPER, world.post("/projects", draft, draft="true"))
        world.register(documents.forest("rival", east=0.001), OTHER_DEVELOPER)
        call = world.call(
            "ProjectRegistry", "submitProject", project_id(draft["id"]), content_hash(draft)
        )
        answer = world.post("/relay", {"signed_transaction": world.signed(DEVELOPER, call)})
        assert (answer.status_code, code(answer)) == (409, "GEOMETRY_OVERLAP")

    def test_the_contract_answers_when_it_would_revert(self, world: World) -> None:
        call = world.call("ProjectRegistry", "archiveProject", project_id("nowhere"), "Why not")
        answer = world.post("/relay", {"signed_transaction": world.signed(OPERATOR, call)})
        assert answer.status_code == 409
        assert code(answer) == "ProjectRegistryUnexpectedStatus"

    def _registration(self, world: World, pdd: dict[str, Any], **changed: Any) -> dict[str, Any]:
        values = _pdd(world, pdd) | changed
        return world.call("ProjectRegistry", "registerProject", pdd["id"], values)


class TestManyAtOnce:
    """
    when many signers send many at once   each call is on chain once, and each task knows it
    """

    def test_none_is_lost_or_doubled(self, each_world: World) -> None:
        world, count = each_world, 6

        def send_all(who: int) -> list[str]:
            ids = []
            for number in range(count):
                pdd = documents.forest(f"harz-{who}-{number}", east=who + number * 0.05)
                task = world.post("/projects", pdd).json()
                raw = world.signed(who, task["to_sign"], nonce=number)
                body = {"signed_transaction": raw}
                answers = [world.post(f"/tasks/{task['id']}", body) for _ in range(2)]
                assert {answer.status_code for answer in answers} == {202}
                ids.append(task["id"])
            return ids

        signers = (DEVELOPER, OTHER_DEVELOPER, 4)
        with ThreadPoolExecutor(len(signers)) as pool:
            tasks = [task for ids in pool.map(send_all, signers) for task in ids]
        world.mine()
        assert len({world.task(task, "indexed")["transaction_hash"] for task in tasks}) == len(
            tasks
        )
        assert world.get("/projects").json()["numberMatched"] == count * len(signers)


class TestDirect:
    """
    when a wallet sends without this API   the project appears, its document is asked for and taken
    when the wrong document is supplied    it is refused
    """

    def test_it_appears_when_a_wallet_sends_it(self, world: World) -> None:
        pdd = documents.forest()
        world.direct(DEVELOPER, "ProjectRegistry", "registerProject", pdd["id"], _pdd(world, pdd))
        project = world.project(pdd["id"])
        assert project["geometry"] is None
        assert project["properties"]["ogcr:document_status"] == "missing"
        path = f"/documents/{content_hash(pdd)}"
        assert path in project["properties"]["ogcr:how_to_supply"]
        assert world.get(path).status_code == 404
        other = world.put(path, documents.forest(east=1.0))
        assert (other.status_code, code(other)) == (422, "HASH_MISMATCH")
        assert world.put(path, project | {"geometry": pdd["geometry"]}).status_code == 422
        assert world.put(path, pdd).status_code == 201
        assert world.put(path, pdd).status_code == 200
        project = world.project(pdd["id"])
        assert project["properties"]["ogcr:document_status"] == "held"
        assert content_hash(project) == content_hash(pdd)

    def test_it_is_refused_when_nothing_anchors_it(self, world: World) -> None:
        pdd = documents.forest()
        answer = world.put(f"/documents/{content_hash(pdd)}", pdd)
        assert answer.status_code == 409

    def test_it_is_unfit_when_the_hash_is_of_another_document(self, world: World) -> None:
        mrv = documents.report()
        values = _pdd(world, documents.forest()) | {"pddHash": content_hash(mrv)}
        world.direct(DEVELOPER, "ProjectRegistry", "registerProject", "stray", values)
        world.keep(mrv)
        assert world.project("stray")["properties"]["ogcr:document_status"] == "unfit"
        assert world.get("/projects").status_code == 200
        assert world.put(f"/documents/{content_hash(mrv)}", mrv).status_code == 422

    def test_both_show_the_conflict_when_a_wallet_claims_taken_ground(self, world: World) -> None:
        world.register(documents.forest())
        rival = documents.forest("rival", east=0.005)
        values = _pdd(world, rival)
        world.direct(OTHER_DEVELOPER, "ProjectRegistry", "registerProject", "rival", values)
        assert world.project("rival")["ogcr:record"]["conflicts"] == []
        world.put(f"/documents/{content_hash(rival)}", rival)
        for name, other in (("rival", "harz-mixed-forest"), ("harz-mixed-forest", "rival")):
            (conflict,) = world.project(name)["ogcr:record"]["conflicts"]
            assert conflict["project_id"] == other
            assert conflict["overlap_m2"] > 500_000


def _pdd(world: World, pdd: dict[str, Any]) -> dict[str, Any]:
    key = world.get("/methodologies/OGCR-REF-01").json()["key"]
    return {
        "pddHash": content_hash(pdd),
        "methodologyKey": key,
        "projectType": pdd["properties"]["project_type"],
        "startDay": 20148,
        "endDay": 31104,
        "uri": "",
    }

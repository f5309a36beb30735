"""A world for the API's tests: a chain, an indexer, an API, and people who sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.address import to_checksum_address
from fastapi.testclient import TestClient
from httpx import Response

from api.access.keys import OPERATOR as OPERATOR_OF_KEYS
from api.access.keys import Wanted, make
from api.access.proofs import require_proven, statement
from api.access.scopes import SCOPES
from api.main import create_app
from api.settings import ApiSettings
from indexer.documents import DocumentStore
from indexer.errands.rounds import Rounds
from indexer.follower import Follower
from indexer.identity import methodology_key, project_id
from indexer.models import Checkpoint
from schemas import content_bytes, content_hash

from ..indexer.stage import MANIFEST, Registry  # noqa: TID252
from . import documents

Account.enable_unaudited_hdwallet_features()
_WORDS = "test test test test test test test test test test test junk"
_NO_LIMIT = "1000000/second"
_LIMITED = ("reads", "writes", "checks", "signing_in", "wrong_credentials")
#: Nobody is told anything by itself, and receivers are on this machine.
_HOOKS: dict[str, Any] = {
    "hooks": False,
    "hooks_allow": ("127.0.0.1",),
    "hooks_http": True,
    "hooks_seconds": 0.05,
    "hooks_retry_seconds": 0.05,
}
GAS = 8_000_000
PRICE = 10**11

#: All that the people of the tests do between them; who may administer is tried apart.
EVERYTHING = frozenset(SCOPES) - {"admin:*", "admin:keys", "admin:clients"}

OPERATOR, DEVELOPER, OTHER_DEVELOPER, VALIDATOR, VERIFIER, BUYER, STRANGER = 1, 2, 3, 6, 7, 8, 9


class Shown(httpx.Auth):
    """Shows a key where a request shows nothing itself and is none of OAuth's, whose clients have
    credentials of their own."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
        shows = {"authorization", "x-api-key"} & set(request.headers)
        if not shows and not request.url.path.startswith("/oauth/"):
            request.headers.update(self._headers)
        yield request


class World:
    """Everything that runs, and the levers to move it. Nothing is mined or indexed by itself."""

    def __init__(self, registry: Registry, database_url: str, folder: Path, **more: Any) -> None:
        registry.save(folder / "deployments")
        self.registry = registry
        self.node = registry.node
        self.settings = ApiSettings(
            database_url=database_url,
            rpc_urls=(self.node.url,),
            deployments=folder / "deployments",
            documents=folder / "documents",
            seal_key_file=folder / "api.key",
            artifacts=MANIFEST,
            track_seconds=more.pop("track_seconds", 3600),
            public_url="https://registry.example",
            **{f"rate_{kind}": _NO_LIMIT for kind in _LIMITED} | _HOOKS | more,
        )
        self.keep(documents.methodology())
        self.follower = Follower(self.settings)
        self.follower.catch_up()
        self.app = create_app(self.settings)
        self.client = TestClient(self.app, raise_server_exceptions=True)
        self.client.__enter__()
        self.keys = published_keys()
        # What every client of the tests shows, unless a test is about who may do what.
        self.show(self.api_key(*range(10)))

    def close(self) -> None:
        """End everything but the chain."""
        self.client.__exit__(None, None, None)
        self.follower.close()

    def address(self, who: int) -> str:
        """The lower-case address of one of the people."""
        return str(self.keys[who].address).lower()

    def api_key(
        self,
        *people: int,
        scopes: Iterable[str] = EVERYTHING,
        accounts: Mapping[str, int] | None = None,
        **more: Any,
    ) -> str:
        """A key, made on the machine, of an organization whose wallets are these people's, and the
        smart `accounts` that they own."""
        registry, organization = self.app.state.registry, "Example Co"
        owners = {self.address(who): who for who in people} | dict(accounts or {})
        proofs = {a: self._proof(a, who, organization) for a, who in owners.items()}
        values = {"owner": OPERATOR_OF_KEYS, "name": "tests", "organization": organization}
        wanted = Wanted(proofs=proofs, scopes=frozenset(scopes), **values | more)
        with registry.transaction() as session:
            return make(session, wanted)[1]

    def show(self, key: str) -> None:
        """Let the client of the tests show another key from now on."""
        self.shown = {"Authorization": f"Bearer {key}"}
        self.client.auth = Shown(self.shown)

    def _proof(self, address: str, who: int, organization: str) -> str:
        registry = self.app.state.registry
        message = encode_defunct(text=statement(registry, organization, address))
        signature = "0x" + self.keys[who].sign_message(message).signature.hex()
        return require_proven(registry, organization, address, signature)

    def mine(self, blocks: int = 1) -> None:
        """Put what is sent into a block, and index it."""
        self.node.mine(blocks)
        self.follower.catch_up()

    def lose_blocks(self, depth: int) -> Checkpoint:
        """Index blocks that the chain then takes back; gives where the index stood with them.

        The first one holds a transaction: two empty blocks may be the same block.
        """
        self.node.send(self.address(STRANGER), self.address(STRANGER), "0x")
        self.mine(depth)
        lost = self.follower.checkpoint
        self.node.reorganise(depth)
        return lost

    def errands(self, **changes: Any) -> None:
        """Let the indexer look for failed calls and examine documents, until nothing is left."""
        wanted = {"failed_calls": True, **changes}
        with Rounds(self.settings.model_copy(update=wanted)) as rounds:
            while rounds.run():
                pass

    def get(self, path: str, **parameters: Any) -> Response:
        return self.client.get(path, params=parameters or None)

    def post(self, path: str, body: Any, **parameters: Any) -> Response:
        return self.client.post(path, json=body, params=parameters or None)

    def put(self, path: str, body: Any, **parameters: Any) -> Response:
        return self.client.put(path, json=body, params=parameters or None)

    def signed(self, who: int, to_sign: Mapping[str, Any], **fields: Any) -> str:
        """A raw transaction of what is to be signed, as any wallet would make it."""
        pending = self.node.rpc("eth_getTransactionCount", self.address(who), "pending")
        transaction = {
            "type": 2,
            "chainId": to_sign["chain_id"],
            "to": to_checksum_address(to_sign["to"]),
            "data": to_sign["data"],
            "value": 0,
            "nonce": int(pending, 16),
            "gas": GAS,
            "maxFeePerGas": PRICE,
            "maxPriorityFeePerGas": 10**9,
            **fields,
        }
        if "gasPrice" in fields:
            for name in ("maxFeePerGas", "maxPriorityFeePerGas", "type"):
                transaction.pop(name)
            transaction |= {k: v for k, v in fields.items() if k == "type"}
        return "0x" + self.keys[who].sign_transaction(transaction).raw_transaction.hex()

    def call(self, contract: str, function: str, *arguments: Any) -> dict[str, Any]:
        """What a wallet that never asks the API would sign."""
        data = self.registry.abi.encode_call(contract, function, list(arguments))
        return {"chain_id": 31337, "to": self.registry.address(contract), "data": data}

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        """What a view of one of our contracts answers now."""
        call = self.call(contract, function, *arguments)
        answer = self.node.rpc("eth_call", {"to": call["to"], "data": call["data"]}, "latest")
        return self.registry.abi.decode_result(contract, function, answer)

    def sign(self, who: int, answer: Response, **fields: Any) -> Response:
        """Sign the task of an answer and hand the signature in."""
        assert answer.status_code == 202, answer.text
        task = answer.json()
        raw = self.signed(who, task["to_sign"], **fields)
        return self.post(f"/tasks/{task['id']}", {"signed_transaction": raw})

    def done(self, who: int, answer: Response) -> dict[str, Any]:
        """Sign a task, mine and index it; gives the task."""
        sent = self.sign(who, answer)
        assert sent.status_code == 202, sent.text
        self.mine()
        return self.task(sent.json()["id"], "indexed")

    def task(self, task_id: str, state: str) -> dict[str, Any]:
        """A task, which must be in a state."""
        task: dict[str, Any] = self.get(f"/tasks/{task_id}").json()
        assert task["state"] == state, task
        return task

    def relay(
        self, who: int, contract: str, function: str, *arguments: Any, along: Sequence[Any] = ()
    ) -> dict[str, Any]:
        """Sign a call of one of our contracts, relay, mine and index it; gives the task."""
        raw = self.signed(who, self.call(contract, function, *arguments))
        sent = self.post("/relay", {"signed_transaction": raw, "documents": list(along)})
        assert sent.status_code == 202, sent.text
        self.mine()
        return self.task(sent.json()["id"], "indexed")

    def direct(self, who: int, contract: str, function: str, *arguments: Any) -> None:
        """Send a call without the API, mine and index it."""
        raw = self.signed(who, self.call(contract, function, *arguments))
        self.node.rpc("eth_sendRawTransaction", raw)
        self.mine()

    def add_methodology(self, document: Mapping[str, Any]) -> None:
        """Register and activate another methodology."""
        self.keep(document)
        activate(self.registry, document)
        self.follower.catch_up()

    def keep(self, document: Any) -> None:
        """Put a document into the store, as if it had been handed in before."""
        DocumentStore(self.settings.documents).put(content_bytes(document))

    def register(self, document: Mapping[str, Any], who: int = DEVELOPER) -> dict[str, Any]:
        """Register a project; gives its Feature."""
        self.done(who, self.post("/projects", document))
        return self.project(document["id"])

    def project(self, name: str) -> dict[str, Any]:
        found = self.get(f"/projects/{name}")
        assert found.status_code == 200, found.text
        feature: dict[str, Any] = found.json()
        return feature

    def review(self, document: Mapping[str, Any]) -> None:
        """Assign the validator."""
        key, validator = project_id(document["id"]), self.address(VALIDATOR)
        self.relay(OPERATOR, "ProjectRegistry", "assignValidator", key, validator)

    def validate(self, document: dict[str, Any], *, reviewed: bool = False) -> str:
        """Let the validator approve a submitted project; gives its hashed id."""
        if not reviewed:
            self.review(document)
        key, decision = project_id(document["id"]), documents.validated(document)
        hashes = (content_hash(document), content_hash(decision))
        arguments = (key, *hashes, "https://registry.example/decision")
        self.relay(VALIDATOR, "ProjectRegistry", "validateProject", *arguments, along=[decision])
        return key

    def report(self, document: dict[str, Any], who: int = DEVELOPER) -> str:
        """Submit a report and assign the verifier; gives its hashed id."""
        project = document["properties"]["project_id"]
        path = f"/projects/{project}/monitoring"
        self.done(who, self.post(path, document))
        key = str(self.get(f"{path}/{document['id']}").json()["ogcr:record"]["report_id"])
        self.relay(OPERATOR, "MRVRegistry", "assignVerifier", key, self.address(VERIFIER))
        return key

    def verify(self, document: dict[str, Any], tonnes: float = 1000.0) -> None:
        """Let the verifier confirm a report."""
        project = document["properties"]["project_id"]
        path = f"/projects/{project}/monitoring/{document['id']}/verify"
        self.done(VERIFIER, self.post(path, documents.verified(document, tonnes)))


def activate(registry: Registry, document: Mapping[str, Any]) -> None:
    """Register and activate a methodology, straight on chain."""
    words = registry.abi.enum_words("ProjectType")
    terms = (
        document["unit_type"],
        document["granularity_kg"],
        document["buffer_rate_bps"],
        document["automatic_issuance"],
        document["expires"],
        document["durability_years"],
        sum(1 << words.index(word) for word in document["project_types"]),
    )
    name, version = document["id"], document["version"]
    arguments = (name, version, content_hash(document), "https://registry.example", terms)
    contract, key = "MethodologyRegistry", methodology_key(name, version)
    registry.send(registry.operator, contract, "registerMethodology", *arguments)
    registry.send(registry.operator, contract, "activateMethodology", key)
    registry.node.mine()


@cache
def published_keys() -> list[Any]:
    """The development accounts that every anvil begins with; everybody knows their keys."""
    paths = [f"m/44'/60'/0'/0/{number}" for number in range(10)]
    return [Account.from_mnemonic(_WORDS, account_path=path) for path in paths]

"""Everything that runs around a test of the API, and what its clients show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
from eth_account.messages import encode_defunct
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
from indexer.models import Checkpoint
from schemas import content_bytes

from ..indexer.stage import MANIFEST, Registry  # noqa: TID252
from . import documents
from .people import STRANGER, published_keys

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

#: All that the people of the tests do between them; who may administer is tried apart.
EVERYTHING = frozenset(SCOPES) - {"admin:*", "admin:keys", "admin:clients"}


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


class Running:
    """A chain, an indexer and an API; nothing is mined or indexed by itself."""

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

    @classmethod
    @contextmanager
    def opened(
        cls, registry: Registry, folder: Path, database_url: str | None = None, **more: Any
    ) -> Iterator[Self]:
        """One on a chain that others use after it: at its end, what happened in it is undone.

        Its database is a file in the folder, if no other one is named.
        """
        mark = registry.node.snapshot()
        made = cls(registry, database_url or f"sqlite:///{folder}/index.db", folder, **more)
        try:
            yield made
        finally:
            made.close()
            registry.node.revert(mark)

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

    def keep(self, document: Any) -> None:
        """Put a document into the store, as if it had been handed in before."""
        DocumentStore(self.settings.documents).put(content_bytes(document))

    def get(self, path: str, **parameters: Any) -> Response:
        return self.client.get(path, params=parameters or None)

    def post(self, path: str, body: Any, **parameters: Any) -> Response:
        return self.client.post(path, json=body, params=parameters or None)

    def put(self, path: str, body: Any, **parameters: Any) -> Response:
        return self.client.put(path, json=body, params=parameters or None)

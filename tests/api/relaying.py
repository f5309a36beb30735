"""A world with a relayer, and people who sign typed data with whatever wallet they have."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from httpx import Response
from sqlmodel import select

from api.dispatch import dispatch
from api.tables import RelayDelivery, RelayTransaction

from ..indexer.stage import Registry  # noqa: TID252
from .people import published_keys
from .world import World

RELAYER = 5
PASSPHRASE = "correct horse"


def keyfile(folder: Path, who: int = RELAYER) -> dict[str, Path]:
    """The two files of a relayer, as settings name them."""
    folder.mkdir(parents=True, exist_ok=True)
    key, passphrase = folder / "relayer.json", folder / "relayer.pass"
    # Few rounds: the tests are not to wait for what only keeps thieves busy.
    content = Account.encrypt(published_keys()[who].key, PASSPHRASE, kdf="pbkdf2", iterations=2)
    key.write_text(json.dumps(content))
    passphrase.write_text(PASSPHRASE + "\n")
    return {"relayer_keyfile": key, "relayer_passphrase_file": passphrase}


class RelayWorld(World):
    """The world, with an account that pays."""

    def __init__(self, registry: Registry, database_url: str, folder: Path, **more: Any) -> None:
        super().__init__(registry, database_url, folder, **keyfile(folder), **more)

    @property
    def parts(self) -> Any:
        """The parts of the API's process."""
        return self.app.state.registry

    def dispatch(self) -> None:
        """Let the relayer look after its transactions, as its thread does."""
        dispatch(self.parts)

    def mine(self, blocks: int = 1) -> None:
        super().mine(blocks)
        self.dispatch()

    def signature(self, who: int, typed: Mapping[str, Any]) -> str:
        """What a wallet gives for typed data."""
        signable = encode_typed_data(full_message=dict(typed))
        return "0x" + self.keys[who].sign_message(signable).signature.hex()

    def proposed(self, who: int, path: str, body: Any) -> dict[str, Any]:
        """Hand a write in for a sender; gives its task."""
        answer = self.post(path, body, sender=self.address(who))
        assert answer.status_code == 202, answer.text
        task: dict[str, Any] = answer.json()
        return task

    def hand_in(self, who: int, task: Mapping[str, Any], **more: Any) -> Response:
        """Sign the typed data of a task and hand the signature in."""
        signature = self.signature(who, task["to_sign"]["typed_data"])
        return self.post(f"/tasks/{task['id']}", {"signature": signature, **more})

    def deliveries(self) -> list[RelayDelivery]:
        """The relayer's nonces, the first one first."""
        with self.parts.transaction() as session:
            return sorted(session.exec(select(RelayDelivery)), key=lambda d: d.nonce)

    def transactions(self) -> list[RelayTransaction]:
        """The relayer's transactions, the first one first."""
        with self.parts.transaction() as session:
            return sorted(session.exec(select(RelayTransaction)), key=lambda t: t.created_at)


def forwarded(
    world: RelayWorld, who: int, call: dict[str, Any], nonce: int = 0, gas: int = 600_000
) -> dict[str, Any]:
    """What somebody hands in who signs from a published file, without asking the API."""
    contract = world.registry.deployments.name_of(call["to"]) or ""
    (file,) = (
        found
        for path in Path("schemas/typed-data").glob(f"{contract}.*.json")
        if (found := json.loads(path.read_text()))["selector"] == call["data"][:10]
    )
    decoded = world.registry.abi.decode_call(contract, call["data"])
    words = world.registry.abi.enum_words("ProjectType")
    arguments = json.loads(json.dumps(decoded.arguments))
    if "pdd" in arguments:
        arguments["pdd"]["projectType"] = words.index(arguments["pdd"]["projectType"])
    terms = {"nonce": str(nonce), "deadline": int(time.time()) + 3600, "gas": gas}
    message = {"signer": world.address(who), "contractAddress": call["to"], **arguments, **terms}
    place = {"chainId": 31337, "verifyingContract": world.registry.record["forwarder"]}
    typed = {**file, "domain": {**file["domain"], **place}, "message": message}
    request = {"signer": world.address(who), "to": call["to"], "data": call["data"], **terms}
    return {"request": request, "signature": world.signature(who, typed)}

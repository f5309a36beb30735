"""A world with a relayer, and people who sign typed data with whatever wallet they have."""

from __future__ import annotations

import json
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
from .world import World, published_keys

RELAYER = 5
PASSPHRASE = "correct horse"


def keyfile(folder: Path, who: int = RELAYER) -> dict[str, Path]:
    """The two files of a relayer, as settings name them."""
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

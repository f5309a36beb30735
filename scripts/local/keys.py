"""API keys of the people on a local chain: each proves its account and gets a key of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from ape import accounts
from ape.api import AccountAPI
from eth_account.messages import encode_defunct
from sqlmodel import Session

from api.access.keys import OPERATOR, Wanted, make, revoke
from api.access.proofs import require_proven, statement
from api.access.scopes import SCOPES
from api.queries.keys import named
from api.registry import Registry
from api.settings import ApiSettings

#: Of an organization on this machine alone; roles and ownership are asked with every call.
_ORGANIZATION, _NAME = "This machine", "scripts/up"
_SCOPES = frozenset(SCOPES) - {scope for scope in SCOPES if scope.startswith("admin:")}


def make_keys(path: Path) -> None:
    """Write a key of each test account by its address to a file that nobody else may read; those
    of earlier runs end. Raises what the database and the node raise."""
    registry = Registry(ApiSettings())
    try:
        with registry.transaction() as session:
            for row in named(session, _NAME):
                revoke(row, OPERATOR)
            keys = dict(_made(session, registry, accounts.test_accounts))
    finally:
        registry.close()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(keys, file, indent=2)


def _made(
    session: Session, registry: Registry, people: Iterable[AccountAPI]
) -> Iterable[tuple[str, str]]:
    for account in people:
        address = str(account.address).lower()
        wanted = Wanted(
            name=_NAME,
            organization=_ORGANIZATION,
            scopes=_SCOPES | {"admin:registry"},
            proofs={address: _proof(registry, account)},
            owner=OPERATOR,
        )
        yield address, make(session, wanted)[1]


def _proof(registry: Registry, account: AccountAPI) -> str:
    address = str(account.address).lower()
    signed = account.sign_message(encode_defunct(text=statement(registry, _ORGANIZATION, address)))
    signature = "0x" + bytes(signed.encode_rsv()).hex() if signed else "0x"
    return require_proven(registry, _ORGANIZATION, address, signature)

"""Wallets: which ones a principal may sign for, and what their roles let it be given."""

from __future__ import annotations

import time
from collections.abc import Iterable

from sqlmodel import Session

from api.errors import UnavailableError
from api.oauth.scopes import takes_role, withheld
from api.oauth.tables import GrantRow
from api.queries import oauth as queries
from api.queries.positions import snapshot_at
from api.queries.roles import roles_of


def principal_id(chain_id: int, wallet: str) -> str:
    """The principal that a wallet is (CAIP-10)."""
    return f"eip155:{chain_id}:{wallet.lower()}"


def wallets_of(session: Session, grant: GrantRow) -> frozenset[str]:
    """The wallet that signed in, and those that let its principal act for them."""
    if grant.wallet is None:
        return frozenset()
    linked = queries.linked_wallets(session, grant.principal)
    return frozenset({grant.wallet, *(link.wallet for link in linked)})


def kept_back(session: Session, wallets: Iterable[str], scopes: Iterable[str]) -> dict[str, str]:
    """Of these scopes, those that no role of the wallets allows now, and why."""
    wanted = sorted(scope for scope in set(scopes) if takes_role(scope))
    return withheld(wanted, _roles(session, wallets)) if wanted else {}


def allowed_to(session: Session, wallets: Iterable[str], scopes: Iterable[str]) -> list[str]:
    """Of these scopes, those that the roles of the wallets allow now."""
    wanted = sorted(set(scopes))
    kept = kept_back(session, wallets, wanted)
    return [scope for scope in wanted if scope not in kept]


def _roles(session: Session, wallets: Iterable[str]) -> set[str]:
    try:
        snapshot = snapshot_at(session, None)
    except UnavailableError:
        # Nobody is known to hold a role while nothing is indexed.
        return set()
    return roles_of(snapshot, wallets, snapshot.position.block_time or int(time.time()))

"""Queries: requests for the forwarder, the relayer's transactions, and what the index saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, select

from api.queries.statements import (
    Blocks,
    Deliveries,
    Invalidations,
    RelayedCalls,
    RelayItems,
    RelayTransactions,
    Requests,
    Tasks,
)
from api.tables import ForwardRequest, RelayDelivery, RelayTransaction


@dataclass(frozen=True)
class Seen:
    """What the index saw of a request: where, and why it failed."""

    transaction_hash: str
    block_number: int
    block_hash: str | None
    reason: str | None = None


def request(session: Session, request_id: str | None) -> ForwardRequest | None:
    """A request by its id."""
    return session.get(Requests, request_id) if request_id else None


def requests_of(session: Session, task_id: str) -> Sequence[ForwardRequest]:
    """Every request of a task, the newest first."""
    query = select(Requests).where(Requests.task_id == task_id)
    return session.exec(query.order_by(Requests.created_at.desc())).all()


def held_nonces(session: Session, signer: str, now: float, since: float) -> set[int]:
    """A signer's nonces that something signed, or proposed after `since`, may still use."""
    query = select(Requests.nonce).where(
        Requests.signer == signer,
        Requests.deadline >= now,
        or_(Requests.signature.is_not(None), Requests.created_at > since),
    )
    return {int(nonce, 16) for nonce in session.exec(query)}


def other_holder(session: Session, wanted: ForwardRequest) -> str | None:
    """The task whose signed request, still under way, has the same signer and nonce."""
    query = (
        select(Requests.task_id)
        .join(Tasks, Tasks.request_id == Requests.id)
        .where(
            Requests.signer == wanted.signer,
            Requests.nonce == wanted.nonce,
            Requests.id != wanted.id,
            Requests.signature.is_not(None),
            Tasks.state.in_(("broadcast", "mined", "indexed", "final")),
        )
    )
    return session.exec(query.limit(1)).first()


_WAITS = and_(
    Requests.signature.is_not(None),
    Requests.delivery_id.is_(None),
    Tasks.request_id == Requests.id,
    Tasks.state == "broadcast",
)


def waiting(session: Session, limit: int) -> Sequence[ForwardRequest]:
    """Signed requests that no transaction carries, the oldest first."""
    query = select(Requests).join(Tasks, Tasks.id == Requests.task_id).where(_WAITS)
    return session.exec(query.order_by(Requests.created_at).limit(limit)).all()


def count_waiting(session: Session, signer: str) -> int:
    """How many requests of a signer wait."""
    query = select(func.count()).select_from(Requests).join(Tasks, Tasks.id == Requests.task_id)
    return int(session.exec(query.where(_WAITS, Requests.signer == signer)).one())


def deliveries(session: Session) -> Sequence[RelayDelivery]:
    """Deliveries of which something can still come, the lowest nonce first."""
    query = select(Deliveries).where(Deliveries.settled.is_(False))
    return session.exec(query.order_by(Deliveries.nonce)).all()


def carried(session: Session, delivery_id: str) -> Sequence[ForwardRequest]:
    """The requests that a delivery carries."""
    query = select(Requests).join(RelayItems, RelayItems.request_id == Requests.id)
    return session.exec(query.where(RelayItems.delivery_id == delivery_id)).all()


def transactions_of(session: Session, delivery_id: str) -> Sequence[RelayTransaction]:
    """Every transaction of a delivery, the newest first."""
    query = select(RelayTransactions).where(RelayTransactions.delivery_id == delivery_id)
    return session.exec(query.order_by(RelayTransactions.created_at.desc())).all()


def hashes_of(session: Session, request_id: str) -> Sequence[str]:
    """The transactions of ours that carried a request, the newest first."""
    query = select(RelayTransactions.hash).join(
        RelayItems, RelayItems.delivery_id == RelayTransactions.delivery_id
    )
    query = query.where(RelayItems.request_id == request_id)
    found: Sequence[str] = session.exec(query.order_by(RelayTransactions.created_at.desc())).all()
    return found


def executed(session: Session, wanted: ForwardRequest) -> Seen | None:
    """Where a request of that signer and nonce succeeded."""
    return _seen(session, wanted, RelayedCalls.succeeded.is_(True))


def failed(session: Session, wanted: ForwardRequest, hashes: Sequence[str]) -> Seen | None:
    """Where it failed last in one of these transactions."""
    ours = and_(RelayedCalls.succeeded.is_(False), RelayedCalls.tx_hash.in_(hashes))
    return _seen(session, wanted, ours)


def is_given_up(session: Session, wanted: ForwardRequest) -> bool:
    """True when the signer invalidated the nonce."""
    nonce = int(wanted.nonce, 16)
    query = select(Invalidations.bits).where(
        Invalidations.valid_to.is_(None),
        Invalidations.signer == wanted.signer,
        Invalidations.word == f"0x{nonce >> 8:064x}",
    )
    return any(int(bits, 16) >> (nonce & 255) & 1 for bits in session.exec(query))


def _seen(session: Session, wanted: ForwardRequest, condition: ColumnElement[bool]) -> Seen | None:
    query = (
        select(RelayedCalls, Blocks.hash)
        .outerjoin(Blocks, Blocks.number == RelayedCalls.valid_from)
        .where(
            RelayedCalls.valid_to.is_(None),
            RelayedCalls.signer == wanted.signer,
            RelayedCalls.nonce == wanted.nonce,
            condition,
        )
    )
    found = session.exec(query.order_by(RelayedCalls.valid_from.desc()).limit(1)).first()
    if found is None:
        return None
    call, block_hash = found
    return Seen(call.tx_hash, call.valid_from, block_hash, call.reason)

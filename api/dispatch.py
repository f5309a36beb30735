"""Dispatch: carries what was signed for the relayer to the chain, and looks after it there.

The relayer's transactions are its own: they may be replaced by one with higher fees, sent again
after a reorganisation, or given up when another one took their nonce. What was signed is never
altered, and delivering it twice cannot make it happen twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import text
from sqlmodel import Session

from api.errors import ApiError
from api.forwarding import Forward, SignedForward, batch
from api.node import Fees
from api.queries import forwarding as queries
from api.queries.positions import newest
from api.queries.tasks import task as task_of
from api.registry import Registry
from api.relay import hand_over
from api.relayer import Relayer
from api.tables import ForwardRequest, RelayDelivery, RelayItem, RelayTransaction, Task
from indexer import database
from indexer.errors import TryLater

log = logging.getLogger("api")

#: Any constant will do, as long as every process takes the same one.
_DISPATCH_LOCK = 0x4F474446
#: How many requests one transaction carries at most.
_BATCH = 50
#: As contracts/RegistryForwarder.sol lets a batch check each request, and what surrounds them.
_CHECKING_GAS, _CHECKING_GAS_PER_BYTE, _FRAME_GAS = 250_000, 32, 100_000
#: Nodes replace a transaction when both fees rise by a tenth.
_RAISE = 9, 8


@dataclass(frozen=True)
class _Parcel:
    """A request and the call that it is."""

    row: ForwardRequest
    signed: SignedForward

    @property
    def gas(self) -> int:
        """Gas for which the batch lets it run."""
        signed = self.signed.forward.gas
        return signed * 64 // 63 + _CHECKING_GAS + _CHECKING_GAS_PER_BYTE * self.length

    @property
    def length(self) -> int:
        """Bytes that it takes in a transaction, at most."""
        return (len(self.signed.forward.data) + len(self.signed.signature)) // 2 + 512


def dispatch(registry: Registry) -> None:
    """Look after the relayer's transactions, then send what waits; a node in trouble is asked
    later."""
    relayer = registry.relayer
    if relayer is None or registry.forwarder is None:
        return
    try:
        for delivery in _unsettled(registry):
            _look_after(registry, relayer, delivery)
        while (sent := _next(registry, relayer)) is not None:
            _send(registry, sent)
    except TryLater as error:
        log.info("the relayer waits: %s", error)


def signed_forward(task: Task, row: ForwardRequest) -> SignedForward:
    """The call that a stored request is."""
    forward = Forward(
        task.chain_id, row.signer, task.to, task.calldata, int(row.nonce, 16), row.deadline, row.gas
    )
    return SignedForward(forward, row.signature or "0x")


def _unsettled(registry: Registry) -> Sequence[RelayDelivery]:
    with database.snapshot(registry.engine) as session:
        return queries.deliveries(session)


def _next(registry: Registry, relayer: Relayer) -> RelayTransaction | None:
    """Keep the next batch as a signed transaction; None when nothing waits or enough is under
    way."""
    account, fees = registry.node.account(relayer.address), registry.node.fees()
    with registry.transaction() as session:
        enter_alone(session)
        under_way = [d for d in queries.deliveries(session) if d.state == "sent"]
        parcels = _parcels(session, registry)
        if not parcels or len(under_way) >= registry.settings.relayer_pending:
            return None
        known = [d.nonce + 1 for d in queries.deliveries(session) if d.relayer == relayer.address]
        nonce = max([account.mined_nonce, *known])
        delivery = RelayDelivery(
            id=uuid4().hex,
            relayer=relayer.address,
            nonce=nonce,
            data=batch(registry, [parcel.signed for parcel in parcels]),
            gas=_batch_gas(parcels),
            state="sent",
            created_at=time.time(),
        )
        session.add(delivery)
        session.flush()
        for parcel in parcels:
            parcel.row.delivery_id = delivery.id
            session.add(RelayItem(delivery_id=delivery.id, request_id=parcel.row.id))
        return _signed(session, registry, relayer, delivery, fees)


def _parcels(session: Session, registry: Registry) -> list[_Parcel]:
    found: list[_Parcel] = []
    for row in queries.waiting(session, _BATCH):
        task = task_of(session, row.task_id)
        if task is None or row.deadline < time.time():
            continue
        parcel = _Parcel(row, signed_forward(task, row))
        if found and _batch_gas([*found, parcel]) > registry.settings.relayer_batch_gas:
            break
        found.append(parcel)
    return found


def _batch_gas(parcels: Sequence[_Parcel]) -> int:
    # EIP-150 keeps a 64th at each of two depths; 16 gas for every byte of the transaction.
    inside = sum(parcel.gas for parcel in parcels)
    size = sum(parcel.length for parcel in parcels)
    return inside * 65 // 63 + 16 * size + _FRAME_GAS


def _signed(
    session: Session, registry: Registry, relayer: Relayer, delivery: RelayDelivery, fees: Fees
) -> RelayTransaction:
    limit = registry.settings.relayer_max_fee
    fee = min(fees.max_fee, limit)
    raw, digest = relayer.sign(
        {
            "chainId": registry.chain_id,
            "nonce": delivery.nonce,
            "to": registry.forwarder,
            "data": delivery.data,
            "gas": delivery.gas,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": min(fees.priority_fee, fee),
        }
    )
    made = RelayTransaction(
        hash=digest,
        delivery_id=delivery.id,
        raw=raw,
        max_fee=fee,
        priority_fee=min(fees.priority_fee, fee),
        created_at=time.time(),
    )
    session.add(made)
    return made


def _send(registry: Registry, transaction: RelayTransaction) -> None:
    refused = hand_over(registry, transaction.hash, transaction.raw)
    if refused is not None:
        # It stays kept; the next look finds out whether its nonce is gone or its fees too low.
        log.warning("the node refuses %s of the relayer: %s", transaction.hash, refused.message)
    with registry.transaction() as session:
        kept = session.get(RelayTransaction, transaction.hash)
        if kept is not None:
            kept.sent_at = time.time()


def _look_after(registry: Registry, relayer: Relayer, delivery: RelayDelivery) -> None:
    with database.snapshot(registry.engine) as session:
        sent = queries.transactions_of(session, delivery.id)
    receipts = registry.node.receipts([entry.hash for entry in sent])
    mined = next((receipts[entry.hash] for entry in sent if entry.hash in receipts), None)
    if mined is not None:
        _note(registry, delivery, "mined", mined.block_number, mined.block_hash)
    elif registry.node.account(delivery.relayer).mined_nonce > delivery.nonce:
        _give_up(registry, delivery)
    else:
        _push(registry, relayer, delivery, sent[0])


def _note(
    registry: Registry, seen: RelayDelivery, state: str, block: int | None, digest: str | None
) -> None:
    with registry.transaction() as session:
        delivery = session.get(RelayDelivery, seen.id)
        if delivery is None:
            return
        delivery.state, delivery.block_number, delivery.block_hash = state, block, digest
        delivery.settled = block is not None and _is_final(session, block)


def _give_up(registry: Registry, seen: RelayDelivery) -> None:
    """Another transaction of the account took the nonce: what this one carried waits again."""
    log.warning("the relayer's nonce %s was used by a transaction that is not ours", seen.nonce)
    with registry.transaction() as session:
        delivery = session.get(RelayDelivery, seen.id)
        if delivery is None or delivery.settled:
            return
        delivery.state, delivery.settled = "lost", True
        for row in queries.carried(session, delivery.id):
            if row.delivery_id == delivery.id:
                row.delivery_id = None


def _push(
    registry: Registry, relayer: Relayer, delivery: RelayDelivery, newest_one: RelayTransaction
) -> None:
    """Send it again when its block was taken away or the node may have forgotten it, and with
    higher fees when it has waited too long."""
    settings, now = registry.settings, time.time()
    was_mined, waited = delivery.state == "mined", now - newest_one.created_at
    if was_mined:
        _note(registry, delivery, "sent", None, None)
    is_stuck = waited > settings.relayer_stuck_seconds and delivery.relayer == relayer.address
    if is_stuck and newest_one.max_fee < settings.relayer_max_fee and not was_mined:
        _send(registry, _raised(registry, relayer, delivery, newest_one))
    elif was_mined or now - (newest_one.sent_at or 0.0) > settings.resend_seconds:
        _send(registry, newest_one)


def _raised(
    registry: Registry, relayer: Relayer, delivery: RelayDelivery, before: RelayTransaction
) -> RelayTransaction:
    known = registry.node.fees()
    numerator, denominator = _RAISE
    fees = Fees(
        max(known.max_fee, before.max_fee * numerator // denominator + 1),
        max(known.priority_fee, before.priority_fee * numerator // denominator + 1),
    )
    with registry.transaction() as session:
        return _signed(session, registry, relayer, delivery, fees)


def _is_final(session: Session, block: int) -> bool:
    try:
        return newest(session).finality_of(block) == "finalized"
    except ApiError:
        return False


def enter_alone(session: Session) -> None:
    """Hold requests and deliveries to oneself until the transaction ends."""
    # On SQLite the transaction holds the only write lock already.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DISPATCH_LOCK})

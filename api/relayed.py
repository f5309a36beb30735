"""Relayed tasks: what became of a request, whoever delivered it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlmodel import Session

from api.errors import ApiError, contract_error
from api.outcomes import Outcome, apply
from api.queries import forwarding as queries
from api.queries.forwarding import Seen
from api.queries.names import document_names
from api.queries.positions import newest
from api.registry import Registry
from api.snapshot import Position
from api.tables import ForwardRequest, RelayDelivery, Task
from indexer import database

#: After its deadline nothing new can come of a request; what a late reorganisation brings, in
#: seconds, still can.
_AFTERMATH = 86_400


def refresh_relayed(registry: Registry, task: Task) -> None:
    """Bring a task whose request the relayer delivers up to what the index says of it.

    Raises `TryLater` when the node must be asked and does not answer.
    """
    with database.snapshot(registry.engine) as session:
        request = queries.request(session, task.request_id)
        if request is None:
            return
        position, ours = _position(session), queries.hashes_of(session, request.id)
        delivery = session.get(RelayDelivery, request.delivery_id or "")
        current = [t.hash for t in queries.transactions_of(session, request.delivery_id or "")]
        executed = queries.executed(session, request)
        # One that was handed in again after a failure is under way again.
        failed = queries.failed(session, request, current)
        given_up = queries.is_given_up(session, request)
    if executed is not None:
        outcome = _of_execution(registry, request, executed, position, ours)
    elif given_up:
        outcome = _dropped("NONCE_USED", _USED, settled=False)
    elif failed is not None:
        outcome = _of_failure(registry, failed, position)
    else:
        outcome = _under_way(request, delivery, next(iter(current), None))
    apply(registry, task, outcome)


_USED = "The nonce was used or given up by its signer; ask for a new task."
_LATE = "Nobody delivered it before its deadline; sign again with a later one."


def _of_execution(
    registry: Registry,
    request: ForwardRequest,
    seen: Seen,
    position: Position | None,
    ours: Sequence[str],
) -> Outcome:
    final = _is_final(position, seen.block_number)
    if seen.transaction_hash not in ours and not _carries(registry, seen, request):
        # The signer signed two requests with one nonce, and the other one was delivered.
        return _dropped("NONCE_USED", _USED, settled=final)
    place = (seen.transaction_hash, seen.block_number, seen.block_hash)
    return Outcome("final" if final else "indexed", *place, settled=final)


def _carries(registry: Registry, seen: Seen, request: ForwardRequest) -> bool:
    signature = (request.signature or "").removeprefix("0x").lower()
    return signature in registry.node.input(seen.transaction_hash)


def _of_failure(registry: Registry, seen: Seen, position: Position | None) -> Outcome:
    refused = registry.abi.decode_error(seen.reason or "0x")
    if refused is None:
        message = "The contract refused the call without saying why."
        error: dict[str, object] = {"code": "REVERTED", "message": message}
    else:
        answer = contract_error(refused, document_names(registry.engine, refused.arguments))
        details = [detail.as_json() for detail in answer.details]
        error = {"code": answer.code, "message": answer.message, "details": details}
    final = _is_final(position, seen.block_number)
    place = (seen.transaction_hash, seen.block_number, seen.block_hash)
    return Outcome("reverted", *place, settled=final, error=error)


def _under_way(
    request: ForwardRequest, delivery: RelayDelivery | None, carrier: str | None
) -> Outcome:
    if delivery is not None and delivery.state == "mined":
        return Outcome("mined", carrier, delivery.block_number, delivery.block_hash)
    late = time.time() - request.deadline
    if late > 0 and delivery is None:
        return _dropped("DEADLINE_OVER", _LATE, settled=late > _AFTERMATH)
    return Outcome("broadcast", carrier)


def _dropped(code: str, message: str, *, settled: bool) -> Outcome:
    error: dict[str, object] = {"code": code, "message": message}
    return Outcome("dropped", None, settled=settled, error=error)


def _position(session: Session) -> Position | None:
    try:
        return newest(session)
    except ApiError:
        return None


def _is_final(position: Position | None, block: int) -> bool:
    return position is not None and position.finality_of(block) == "finalized"

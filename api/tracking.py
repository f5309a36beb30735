"""Tracking: what became of the transactions that were sent, reorganisations included."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from api.cancelling import expire
from api.dispatch import dispatch
from api.errors import ApiError, contract_error
from api.outcomes import Outcome, apply
from api.queries import tasks as task_queries
from api.queries.names import document_names
from api.queries.positions import newest
from api.registry import Registry
from api.relay import same_slot, send_again
from api.relayed import refresh_relayed
from api.simulation import decoded
from api.snapshot import Position
from api.tables import Task, TaskTransaction
from indexer import database
from indexer.errors import TryLater
from indexer.rpc import RpcError

log = logging.getLogger("api")


class Tracker:
    """A thread that looks after every unsettled task, beside the looks that readers cause."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._seen: Position | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the task at hand."""
        self._stop.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stop.wait(self._registry.settings.track_seconds):
            try:
                expire(self._registry)
                dispatch(self._registry)
                self._seen = refresh_all(self._registry, self._seen, self._stop)
            except Exception as error:
                # The next round tries again; one that never ends would be seen here every time.
                log.warning("tasks could not be refreshed: %s", error)


def refresh_all(
    registry: Registry, seen: Position | None = None, stop: threading.Event | None = None
) -> Position | None:
    """Look after every task for which there can be news since the index was at `seen`; gives
    where the index is now."""
    with database.snapshot(registry.engine) as session:
        position = _position(session)
        waiting = task_queries.tasks_with_news(session, position, moved=position != seen)
    for task_id in waiting:
        if stop is not None and stop.is_set():
            return seen
        refresh(registry, task_id)
    return position


def refresh(registry: Registry, task_id: str) -> None:
    """Bring one task up to what index and node say of it; a node in trouble is asked later."""
    with database.snapshot(registry.engine) as session:
        task = task_queries.task(session, task_id)
    if task is None or task.settled:
        return
    try:
        if task.request_id is not None:
            refresh_relayed(registry, task)
        elif task.transaction_hash is not None:
            _refresh_sent(registry, task)
    except TryLater as error:
        log.info("task %s: %s", task_id, error)


def _refresh_sent(registry: Registry, task: Task) -> None:
    with database.snapshot(registry.engine) as session:
        sent = task_queries.transactions_of(session, task.id)
        position = _position(session)
        outcome = _in_index(session, sent, position)
    outcome = outcome or _on_chain(registry, task, sent, position)
    if outcome.state == "reverted" and task.state != "reverted":
        outcome = replace(outcome, error=_why_reverted(registry, task, outcome))
    apply(registry, task, outcome)
    if outcome.resend:
        current = _current(task, sent)
        send_again(registry, current.hash, current.raw)


def _position(session: Session) -> Position | None:
    try:
        return newest(session)
    except ApiError:
        return None


def _in_index(
    session: Session, sent: Sequence[TaskTransaction], position: Position | None
) -> Outcome | None:
    if position is None:
        return None
    for entry in sent:
        seen = task_queries.seen_in_block(session, entry.hash)
        if seen is not None:
            final = _is_final(position, seen[0])
            return Outcome("final" if final else "indexed", entry.hash, *seen, settled=final)
    return None


def _on_chain(
    registry: Registry, task: Task, sent: Sequence[TaskTransaction], position: Position | None
) -> Outcome:
    found = _in_block(registry, task, sent, position)
    if found is not None:
        return found
    current = _current(task, sent)
    account = registry.node.account(current.sender)
    if account.mined_nonce > current.nonce:
        # It may have been mined between the two questions.
        return _in_block(registry, task, sent, position) or _dropped(registry, task, position)
    late = time.time() - (current.sent_at or 0.0) > registry.settings.resend_seconds
    resend = task.state != "broadcast" or late
    return Outcome("broadcast", current.hash, resend=resend)


def _in_block(
    registry: Registry, task: Task, sent: Sequence[TaskTransaction], position: Position | None
) -> Outcome | None:
    receipts = registry.node.receipts([entry.hash for entry in sent])
    found = [(entry, receipts[entry.hash]) for entry in sent if entry.hash in receipts]
    for entry, receipt in found:
        if receipt.succeeded:
            place = (receipt.block_number, receipt.block_hash)
            return _succeeded(registry, entry.hash, place, position)
    current = _current(task, sent)
    for entry, receipt in found:
        # An earlier attempt that was reverted says nothing of a later one with its own nonce.
        if same_slot(entry, current):
            final = _is_final(position, receipt.block_number)
            place = (receipt.block_number, receipt.block_hash)
            return Outcome("reverted", entry.hash, *place, settled=final)
    return None


def _current(task: Task, sent: Sequence[TaskTransaction]) -> TaskTransaction:
    return next(entry for entry in sent if entry.hash == task.transaction_hash)


def _is_final(position: Position | None, block: int) -> bool:
    return position is not None and position.finality_of(block) == "finalized"


def _succeeded(
    registry: Registry, digest: str, place: tuple[int, str], position: Position | None
) -> Outcome:
    # A call that changed nothing leaves no event: that its block is final, or that the index has
    # come through it, is all that can be said then.
    if _is_final(position, place[0]):
        return Outcome("final", digest, *place, settled=True)
    with database.snapshot(registry.engine) as session:
        followed = task_queries.is_followed(session, *place)
    return Outcome("indexed" if followed else "mined", digest, *place)


def _dropped(registry: Registry, task: Task, position: Position | None) -> Outcome:
    # The other transaction may itself be taken back, until its block is final.
    since = task.block_number if task.state == "dropped" else registry.node.head()
    settled = position is not None and since is not None and position.finalized_number >= since
    error: dict[str, object] = {
        "code": "NONCE_USED",
        "message": "Another transaction of the signer used the nonce; ask for a new task.",
    }
    return Outcome("dropped", task.transaction_hash or "", since, None, settled, error)


def _why_reverted(registry: Registry, task: Task, outcome: Outcome) -> dict[str, object]:
    with database.snapshot(registry.engine) as session:
        sent = task_queries.transactions_of(session, task.id)
        sender = next(entry.sender for entry in sent if entry.hash == outcome.transaction_hash)
    call = {"from": sender, "to": task.to, "data": task.calldata}
    try:
        answer = registry.node.replay(call, outcome.block_number or 0)
    except TryLater:
        answer = None
    refused = decoded(registry, answer) if isinstance(answer, RpcError) else None
    if refused is None:
        message = "The contract reverted the transaction; its reason can no longer be found."
        return {"code": "REVERTED", "message": message}
    error = contract_error(refused, document_names(registry.engine, refused.arguments))
    details = [detail.as_json() for detail in error.details]
    return {"code": error.code, "message": error.message, "details": details}

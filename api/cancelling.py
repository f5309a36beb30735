"""Cancelling: a write that nobody delivered yet is given up, and what it held is free again."""

from __future__ import annotations

import time
from typing import Any

from sqlmodel import Session

from api.access.authorization import has_scope
from api.access.principals import Principal
from api.access.scopes import ADMIN
from api.dispatch import enter_alone
from api.errors import ConflictError, Detail, MissingError, PermissionsError
from api.queries import tasks as queries
from api.registry import Registry
from api.tables import ForwardRequest, RelayDelivery, Task, TaskTransaction
from api.tasks import ENDED, belongs_to, end
from indexer.deployments import FORWARDER

_CANCELLED = "given up by whom it was made for"
_EXPIRED = "nobody signed it in time"


def cancel(registry: Registry, task_id: str, principal: Principal) -> None:
    """Give a task up. Cancelled already, it stays so.

    Raises `MissingError`, `PermissionsError` for somebody else's unless an administrator asks, and
    `ConflictError` that says what to do instead once it was delivered.
    """
    is_allowed = has_scope(registry, principal, ADMIN)
    with registry.transaction() as session:
        # Whoever carries requests reads them under this lock.
        enter_alone(session)
        task = queries.locked_task(session, task_id)
        if task is None:
            raise MissingError(f"There is no task {task_id}.")
        if not (is_allowed or belongs_to(task, principal)):
            raise PermissionsError("The task is somebody else's; only who asked for it cancels it.")
        if task.state in ENDED:
            return
        request = _request_to_forget(session, registry, task)
        if request is not None:
            # Nobody is to find a signature here that its signer takes for forgotten.
            request.signature = None
        end(session, task, "cancelled", _CANCELLED)


def expire(registry: Registry) -> None:
    """End what nobody signed in time."""
    now = time.time()
    with registry.transaction() as session:
        for task_id in queries.overdue(session, now):
            task = queries.locked_task(session, task_id)
            if task is not None and queries.is_overdue(task, now):
                end(session, task, "expired", _EXPIRED)


def _request_to_forget(session: Session, registry: Registry, task: Task) -> ForwardRequest | None:
    """The signed request that nothing carries yet; raises `ConflictError` for what is under way."""
    if task.state == "awaiting_signature":
        return None
    if task.state != "broadcast":
        raise _refused(f"The task is {task.state}: what the chain has decided stays.", {})
    if task.request_id is None:
        raise _sent(session, task)
    request = session.get(ForwardRequest, task.request_id)
    if request is not None and request.delivery_id is not None:
        raise _carried(session, registry, request)
    return request


def _sent(session: Session, task: Task) -> ConflictError:
    sent = session.get(TaskTransaction, task.transaction_hash or "")
    if sent is None:
        return _refused("The task is under way; look again in a moment.", {})
    return _refused(
        f"The transaction is signed and waits for a block: to stop it, let {sent.sender} sign "
        f"another one with the nonce {sent.nonce}, such as a transfer of nothing to itself, both "
        "fees at least a tenth higher. Whichever comes first counts; this task is dropped then.",
        {"signer": sent.sender, "nonce": sent.nonce, "transaction_hash": sent.hash},
    )


def _carried(session: Session, registry: Registry, request: ForwardRequest) -> ConflictError:
    delivery = session.get(RelayDelivery, request.delivery_id)
    nonce = int(request.nonce, 16)
    word, bits = nonce >> 8, 1 << (nonce & 255)
    held = registry.deployments.contracts.get(FORWARDER)
    extra = {
        "signer": request.signer,
        "nonce": str(nonce),
        "delivery": delivery.state if delivery else None,
        "contract": held.address if held else None,
        "call": {"function": "invalidateNonces", "word": str(word), "bits": str(bits)},
    }
    return _refused(
        f"A transaction carries the request already: to stop it, let {request.signer} call "
        f"invalidateNonces({word}, {bits}) of {FORWARDER}. Whichever comes first counts; this task "
        "is dropped then.",
        extra,
    )


def _refused(message: str, extra: dict[str, Any]) -> ConflictError:
    return ConflictError(message, [Detail("", "TOO_LATE_TO_CANCEL", message, extra, conflict=True)])

"""Tasks: one write from its request to its finality, and every state in between.

awaiting_signature → broadcast → mined → indexed → final
                         └──────────┴─→ reverted | dropped
A reorg moves a task back to broadcast, and it is sent again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from api.access.principals import Principal
from api.encoding import moment_text
from api.tables import Submission, Task, TaskTransaction
from api.transactions import SignedTransaction

#: In these states a task waits for something that can still come.
PENDING = ("awaiting_signature", "broadcast", "mined")
#: A signed submission holds its ground until the chain has decided.
FOREVER = 2**53


def new_task(write: Any, call: Any, arguments: Mapping[str, Any], principal: Principal) -> Task:
    """A task that waits for a signature, for a `Write` and its encoded call."""
    now = time.time()
    return Task(
        id=uuid4().hex,
        fingerprint=call.fingerprint,
        kind=write.kind,
        state="awaiting_signature",
        resource=write.resource,
        chain_id=call.chain_id,
        to=call.to,
        contract=write.contract,
        function=write.function,
        arguments=dict(arguments),
        calldata=call.data,
        documents=write.hashes,
        history=[_step("awaiting_signature", now, None)],
        created_at=now,
        principal=principal.id,
        wallets=sorted(principal.wallets),
    )


def belongs_to(task: Task, principal: Principal) -> bool:
    """Whether a principal asked for a task, or has proven a wallet that asked for it or signed."""
    if principal.is_anonymous:
        return False
    return task.principal == principal.id or bool(principal.wallets & set(task.wallets or ()))


def signed_by(task: Task, wallet: str) -> None:
    """Let the signer of a task see it, whoever hands the signature in."""
    known = task.wallets or []
    if wallet not in known:
        task.wallets = sorted([*known, wallet])


def move(task: Task, state: str, note: str | None = None) -> None:
    """Put a task in a state and remember when; the same state again is not a step."""
    if task.state != state:
        task.state = state
        task.history = [*task.history, _step(state, time.time(), note)]


def sign(session: Session, task: Task, transaction: SignedTransaction) -> None:
    """Keep a signed transaction as the task's current one: from here on nothing can be lost."""
    session.merge(
        TaskTransaction(
            hash=transaction.hash,
            task_id=task.id,
            raw=transaction.raw,
            sender=transaction.sender,
            nonce=transaction.nonce,
            created_at=time.time(),
        )
    )
    task.transaction_hash, task.request_id = transaction.hash, None
    task.block_number = task.block_hash = task.error = None
    task.settled = False
    signed_by(task, transaction.sender)
    move(task, "broadcast", f"signed by {transaction.sender}")
    hold(session, task, FOREVER)


def hold(session: Session, task: Task, until: int) -> None:
    """Let the task's submission hold its ground until then, UNIX seconds."""
    held = session.get(Submission, task.id)
    if held is not None:
        held.expires_at = until


def release(session: Session, task: Task) -> None:
    """Let go of the ground that the task's submission held."""
    held = session.get(Submission, task.id)
    if held is not None:
        session.delete(held)


def task_json(task: Task, link: Any) -> dict[str, Any]:
    """A task as the API shows it; `link` makes a path absolute."""
    return {
        "id": task.id,
        "kind": task.kind,
        "state": task.state,
        "history": [{**step, "at": moment_text(int(step["at"]))} for step in task.history],
        "resource": task.resource,
        "to_sign": to_sign(task),
        "documents": task.documents,
        "transaction_hash": task.transaction_hash,
        "block_number": task.block_number,
        "block_hash": task.block_hash,
        "error": task.error,
        "links": _links(task, link),
    }


def to_sign(task: Task) -> dict[str, Any]:
    """What a wallet needs to make the transaction; nonce, gas and fees are its own choice."""
    return {
        "chain_id": task.chain_id,
        "to": task.to,
        "contract": task.contract,
        "function": task.function,
        "arguments": task.arguments,
        "data": task.calldata,
        "value": "0x0",
        "typed_data": None,
    }


def _step(state: str, at: float, note: str | None) -> dict[str, Any]:
    return {"state": state, "at": at, **({"note": note} if note else {})}


def _links(task: Task, link: Any) -> list[dict[str, str]]:
    found = [{"rel": "self", "href": link(f"/tasks/{task.id}")}]
    if task.resource:
        found.append({"rel": "related", "href": link(task.resource)})
    found += [{"rel": "describes", "href": link(f"/documents/{d}")} for d in task.documents]
    return found

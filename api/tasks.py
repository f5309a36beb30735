"""Tasks: one write from its request to its finality, and every state in between.

awaiting_signature → broadcast → mined → indexed → final
         │               └──────────┴─→ reverted | dropped
         └─→ cancelled | expired
A reorg moves a task back to broadcast, and it is sent again. A request that no transaction of the
relayer carries yet may be cancelled as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from api.access.principals import Principal
from api.encoding import moment_text
from api.errors import ConflictError, Detail
from api.tables import Submission, Task, TaskHolder, TaskStep, TaskTransaction
from api.transactions import SignedTransaction

#: In these states a task waits for something that can still come.
PENDING = ("awaiting_signature", "broadcast", "mined")
#: Nothing comes after these; asking for the same again makes another task.
ENDED = ("cancelled", "expired")
#: Nothing has come of the write after these, nor will unless it is signed again.
FAILED = ("reverted", "dropped", *ENDED)
#: The way of a write on which everything goes well.
WAY = ("awaiting_signature", "broadcast", "mined", "indexed", "final")
#: Seconds after which to look again, by state.
LOOK_AGAIN = {"awaiting_signature": 15, "broadcast": 2, "mined": 2, "indexed": 15}
#: A signed submission holds its ground until the chain has decided.
FOREVER = 2**53


def new_task(write: Any, call: Any, arguments: Mapping[str, Any], principal: Principal) -> Task:
    """A task that waits for a signature, for a `Write` and its encoded call; who keeps it
    says until when."""
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


def hold_for(session: Session, task: Task, holders: Iterable[str | None]) -> None:
    """Let the task stand in the lists of principals and wallets."""
    for holder in holders:
        if holder is not None:
            session.merge(TaskHolder(task_id=task.id, holder=holder))


def signed_by(session: Session, task: Task, wallet: str) -> None:
    """Let the signer of a task see it, whoever hands the signature in."""
    hold_for(session, task, [wallet])
    known = task.wallets or []
    if wallet not in known:
        task.wallets = sorted([*known, wallet])


def move(session: Session, task: Task, state: str, note: str | None = None) -> None:
    """Put a task in a state and remember when; the same state again is not a step."""
    if task.state == state:
        return
    now, place = time.time(), len(task.history)
    task.state = state
    task.history = [*task.history, _step(state, now, note)]
    session.add(TaskStep(task_id=task.id, place=place, state=state, note=note, at=now))


def refuse_ended(task: Task) -> None:
    """Raise `ConflictError` for a task that nobody can sign any more."""
    if task.state in ENDED:
        message = f"The task is {task.state}; ask for the write again to have another one."
        detail = Detail("", f"TASK_{task.state.upper()}", message, conflict=True)
        raise ConflictError(message, [detail])


def end(session: Session, task: Task, state: str, note: str) -> None:
    """End a task that was never delivered: nothing can come of it, and its ground is free."""
    task.settled = True
    move(session, task, state, note)
    release(session, task)


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
    signed_by(session, task, transaction.sender)
    move(session, task, "broadcast", f"signed by {transaction.sender}")
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
        "progress": progress(task),
        "history": [{**step, "at": moment_text(int(step["at"]))} for step in task.history],
        "created_at": moment_text(int(task.created_at)),
        "expires_at": _expiry(task),
        "resource": task.resource,
        "to_sign": to_sign(task),
        "documents": task.documents,
        "transaction_hash": task.transaction_hash,
        "block_number": task.block_number,
        "block_hash": task.block_hash,
        "error": task.error,
        "links": task_links(task, link),
    }


def progress(task: Task) -> dict[str, Any]:
    """How far the write has come: the steps of its way with the times of those it stands behind,
    and its outcome once that is known."""
    way = [step["state"] for step in task.history if step["state"] in WAY]
    reached = WAY.index(task.state if task.state in WAY else way[-1]) + 1
    at = {step["state"]: moment_text(int(step["at"])) for step in task.history}
    steps = [{"state": s, "at": at.get(s) if n < reached else None} for n, s in enumerate(WAY)]
    return {"done": reached, "of": len(WAY), "steps": steps, "outcome": _outcome(task)}


def _outcome(task: Task) -> str | None:
    if task.state in ("indexed", "final"):
        return "succeeded"
    return "failed" if task.state in ("reverted", "dropped") else _given_up(task)


def _given_up(task: Task) -> str | None:
    return task.state if task.state in ENDED else None


def _expiry(task: Task) -> str | None:
    if task.state != "awaiting_signature" or task.expires_at is None:
        return None
    return moment_text(int(task.expires_at))


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


def task_links(task: Task, link: Any) -> list[dict[str, str]]:
    """Links to the task, to what is written to, and to its documents."""
    found = [{"rel": "self", "href": link(f"/tasks/{task.id}")}]
    if task.resource:
        found.append({"rel": "related", "href": link(task.resource)})
    found += [{"rel": "describes", "href": link(f"/documents/{d}")} for d in task.documents]
    return found

"""Outcomes: what is known of a task, and how it becomes the task's state."""

from __future__ import annotations

from dataclasses import dataclass

from api.queries import tasks as task_queries
from api.registry import Registry
from api.tables import Task
from api.tasks import move, release


@dataclass(frozen=True)
class Outcome:
    """What is known of a task now; `resend` asks that its transaction be handed to the node."""

    state: str
    transaction_hash: str | None
    block_number: int | None = None
    block_hash: str | None = None
    settled: bool = False
    error: dict[str, object] | None = None
    resend: bool = False


def apply(registry: Registry, seen: Task, outcome: Outcome) -> None:
    """Bring a task that was seen so to what is known now, unless somebody else was faster."""
    if _is_known(seen, outcome):
        return
    with registry.transaction() as session:
        task = task_queries.locked_task(session, seen.id)
        if task is None or task.transaction_hash != seen.transaction_hash:
            return
        known = task.error if task.state == outcome.state else None
        for state in _steps(task.state, outcome.state):
            move(session, task, state, _note(task.state, state))
        task.transaction_hash = outcome.transaction_hash
        task.block_number, task.block_hash = outcome.block_number, outcome.block_hash
        task.settled = outcome.settled
        task.error = outcome.error or known if outcome.state in ("reverted", "dropped") else None
        if outcome.settled:
            release(session, task)


def _is_known(task: Task, outcome: Outcome) -> bool:
    return (
        task.state,
        task.transaction_hash,
        task.block_number,
        task.block_hash,
        task.settled,
    ) == (
        outcome.state,
        outcome.transaction_hash,
        outcome.block_number,
        outcome.block_hash,
        outcome.settled,
    )


_WAY = ("broadcast", "mined", "indexed", "final")


def _steps(before: str, after: str) -> tuple[str, ...]:
    if before in _WAY and after in _WAY and _WAY.index(before) < _WAY.index(after):
        return _WAY[_WAY.index(before) + 1 : _WAY.index(after) + 1]
    return (after,)


def _note(before: str, after: str) -> str | None:
    if after == "broadcast" and before != "awaiting_signature":
        return "a reorganisation took its block away; it is sent again"
    return None

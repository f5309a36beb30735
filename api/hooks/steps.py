"""Steps: the order in which the steps of tasks are told, whichever process made them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete

from api.queries.hooks import last_step, steps_without_cursor
from api.registry import Registry
from api.tables import TaskStep
from indexer import database

#: Then a step is told nobody any more.
KEPT_SECONDS = 30 * 86_400


def number_steps(registry: Registry) -> None:
    """Give the steps that have none yet their cursors. To be called by one process at a time: so a
    cursor that can be read has all the lower ones before it."""
    with database.snapshot(registry.engine) as session:
        if not steps_without_cursor(session):
            return
    with registry.transaction() as session:
        cursor = last_step(session)
        for step in _in_order(steps_without_cursor(session)):
            cursor += 1
            step.cursor = cursor
        old = TaskStep.__table__.c.at < time.time() - KEPT_SECONDS  # type: ignore[attr-defined]
        # The last cursor stays, or the numbers would begin anew.
        newest = TaskStep.__table__.c.cursor < cursor  # type: ignore[attr-defined]
        session.execute(delete(TaskStep).where(old, newest))


def _in_order(steps: Sequence[TaskStep]) -> Sequence[TaskStep]:
    """By time, and the steps of one task in its own order, whatever the clocks of processes say."""
    of_task: dict[str, list[TaskStep]] = defaultdict(list)
    for step in sorted(steps, key=lambda one: one.place, reverse=True):
        of_task[step.task_id].append(step)
    return [of_task[step.task_id].pop() for step in steps]

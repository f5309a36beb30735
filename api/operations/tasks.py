"""Tasks: writes on their way, and signed calls that are relayed."""

from __future__ import annotations

from api import requests
from api.models.tasks import Task, TaskPage
from api.operations.operation import ANY_CALL, ANY_WRITE, LIST, OWN_TASKS, WRITE, Operation, write

_SIGNED = tuple(sorted({*WRITE, 412}))

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/tasks"): Operation(
        "A page of tasks.",
        TaskPage,
        "tasks",
        derived=False,
        errors=LIST,
        scopes=OWN_TASKS,
    ),
    ("delete", "/tasks/{id}"): Operation(
        "The task, cancelled, or left to the others who hold it.",
        Task,
        "task-cancelled",
        derived=False,
        errors=(400, 403, 404, 405, 409, 500, 503),
        scopes=ANY_CALL,
    ),
    ("get", "/tasks/{id}"): Operation(
        "The task.",
        Task,
        "task-final",
        derived=False,
        errors=(400, 403, 404, 405, 409, 422, 500, 503),
        scopes=OWN_TASKS,
    ),
    ("post", "/tasks/{id}"): write(
        "What was signed is kept and on its way.",
        requests.SignatureRequest,
        ("signature", "typed-signature"),
        "task-broadcast",
        _SIGNED,
        scopes=ANY_WRITE,
    ),
    ("post", "/relay"): write(
        "What was signed is kept and on its way.",
        requests.RelayRequest,
        ("relay", "forward"),
        "task-relayed",
        scopes=ANY_CALL,
    ),
}

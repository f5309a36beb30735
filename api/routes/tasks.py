"""Routes of tasks: what became of a write, and the signature that it waits for."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.access.authorization import has_scope, require_scope, require_signer
from api.access.calls import rule_of
from api.access.scopes import ADMIN
from api.bodies import modelled
from api.cancelling import cancel
from api.dependencies import JsonBody, OfPrincipal, OfRegistry
from api.encoding import dumps
from api.filters import TaskFilters
from api.links import link_header
from api.parameters import Sender
from api.queries.tasks import listed_tasks
from api.registry import Registry
from api.relay import deliver
from api.relaying import deliver_signature
from api.requests import SignatureRequest
from api.responses import paging
from api.tasks import FAILED, task_json
from api.tracking import refresh
from api.transactions import signed_transaction
from api.writes.taking import current_task, own_task, task_answer
from indexer import database

router = APIRouter(tags=["tasks"], prefix="/tasks")

_ENDS = ("indexed", "final", *FAILED)
TaskId = Annotated[str, Path(alias="id", max_length=100, description="Id of the task.")]


class Waiting(Sender):
    """How long to wait for news."""

    wait: float = Field(
        default=0,
        ge=0,
        le=30,
        description="Seconds to wait for the state to change, unless it is indexed or has failed.",
    )


@router.get("", summary="List tasks")
def list_tasks(
    request: Request,
    registry: OfRegistry,
    principal: OfPrincipal,
    filters: Annotated[TaskFilters, Query()],
) -> Response:
    """The writes that the principal asked for, or that a wallet of its own signed, the newest first
    and with their progress; an administrator sees everybody's."""
    is_everybodys = has_scope(registry, principal, "admin:audit")
    holders = None if is_everybodys else {principal.id, *principal.wallets}
    with database.snapshot(registry.engine) as session:
        page = listed_tasks(session, filters, holders)
        content = {
            "tasks": [task_json(task, registry.link) for task in page.rows],
            **paging(request, registry, page),
        }
    headers = {"Cache-Control": "no-store", **link_header(content["links"])}
    return Response(dumps(content), headers=headers, media_type="application/json")


@router.get("/{id}", summary="Read a task")
async def read_task(
    registry: OfRegistry,
    principal: OfPrincipal,
    task_id: TaskId,
    query: Annotated[Waiting, Query()],
) -> Response:
    """State, history and result of a write; `wait` answers as soon as there is news."""
    require_signer(principal, query.sender)
    until = time.monotonic() + query.wait
    await run_in_threadpool(own_task, registry, principal, task_id)
    state = await run_in_threadpool(_state_now, registry, task_id)
    before = state
    while state == before and state not in _ENDS and time.monotonic() < until:
        await asyncio.sleep(0.1)
        state = await run_in_threadpool(_state_now, registry, task_id)
    return await run_in_threadpool(task_answer, registry, task_id, sender=query.sender)


@router.post("/{id}", status_code=202, summary="Sign a task")
def sign_task(
    registry: OfRegistry, principal: OfPrincipal, task_id: TaskId, body: JsonBody
) -> Response:
    """Hand in the signed transaction of a task, or the signature of its typed data; it is checked,
    tried, kept and sent."""
    wanted = modelled(SignatureRequest, body)
    task = own_task(registry, principal, task_id)
    require_scope(registry, principal, (rule_of(task.contract, task.function).scope,))
    if wanted.signed_transaction is not None:
        transaction = signed_transaction(wanted.signed_transaction)
        require_signer(principal, transaction.sender)
        deliver(registry, task, transaction)
    if wanted.signature is not None:
        deliver_signature(registry, principal, task, wanted.signature, wanted.request)
    refresh(registry, task.id)
    return task_answer(registry, task.id, status=202)


@router.delete("/{id}", summary="Cancel a task")
def cancel_task(registry: OfRegistry, principal: OfPrincipal, task_id: TaskId) -> Response:
    """Give up a write that nobody signed, or whose signature no transaction carries yet: the ground
    that it held is free again. What was delivered can only be overtaken; the answer says how."""
    task = own_task(registry, principal, task_id)
    require_scope(registry, principal, (rule_of(task.contract, task.function).scope, ADMIN))
    cancel(registry, task_id, principal)
    return task_answer(registry, task_id)


def _state_now(registry: Registry, task_id: str) -> str:
    refresh(registry, task_id)
    return current_task(registry, task_id).state

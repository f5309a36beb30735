"""Taking: a checked proposal as the 202 answer with its task, signed at once when it came so."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from api.access.authorization import has_scope, require_call, require_signer
from api.access.principals import Principal
from api.encoding import dumps
from api.errors import MissingError
from api.queries.tasks import task as task_of_id
from api.registry import Registry
from api.relay import account_of, deliver
from api.relaying import proposal
from api.simulation import node_error
from api.tables import Task
from api.tasks import LOOK_AGAIN, belongs_to, task_json
from api.tracking import refresh
from api.transactions import signed_transaction
from api.writes.proposals import Proposal, accept
from indexer import database
from indexer.rpc import RpcError


def taken(
    registry: Registry,
    principal: Principal,
    wanted: Proposal,
    signed: str | None,
    sender: str | None,
    **more: Any,
) -> Response:
    """Accept a proposal and give its task; with a signed transaction, relay that as well.

    Raises `PermissionsError` when the principal may not make this call, or not for that signer.
    """
    require_signer(principal, sender)
    require_call(registry, principal, wanted.write)
    transaction = signed_transaction(signed) if signed else None
    if transaction is not None:
        require_signer(principal, transaction.sender)
    task = accept(registry, principal, wanted, sender and sender.lower())
    if transaction is not None:
        deliver(registry, task, transaction)
        refresh(registry, task.id)
    return task_answer(registry, task.id, sender=sender, status=202, **more)


def task_answer(
    registry: Registry, task_id: str, *, sender: str | None = None, status: int = 200, **more: Any
) -> Response:
    """A task as it is now; for a `sender`, with nonce, gas and fees of the transaction to sign, and
    with the typed data that it may sign instead."""
    task = current_task(registry, task_id)
    content = {**task_json(task, registry.link), **more}
    if sender:
        fields = transaction_fields(registry, task, sender)
        content["to_sign"] = {**content["to_sign"], **fields}
        content["to_sign"]["typed_data"] = proposal(registry, task, sender.lower())
    headers = {"Location": f"/tasks/{task.id}", "Cache-Control": "no-store"}
    if task.state in LOOK_AGAIN:
        headers["Retry-After"] = str(LOOK_AGAIN[task.state])
    return Response(dumps(content), status, headers, "application/json")


def current_task(registry: Registry, task_id: str) -> Task:
    """The stored task; raises `MissingError`."""
    with database.snapshot(registry.engine) as session:
        task = task_of_id(session, task_id)
    if task is None:
        raise MissingError(f"There is no task {task_id}.")
    return task


def own_task(registry: Registry, principal: Principal, task_id: str) -> Task:
    """The stored task of a principal; raises `MissingError` for that of somebody else as well, so
    that nobody learns of it. Administrators see all (`admin:audit`)."""
    task = current_task(registry, task_id)
    if not belongs_to(task, principal) and not has_scope(registry, principal, "admin:audit"):
        raise MissingError(f"There is no task {task_id}.")
    return task


def transaction_fields(registry: Registry, task: Task, sender: str) -> dict[str, str]:
    """What a wallet of `sender` would fill in, numbers as hex; raises the contract's refusal."""
    call = {"from": sender.lower(), "to": task.to, "data": task.calldata}
    gas = registry.node.gas(call)
    if isinstance(gas, RpcError):
        raise node_error(registry, gas)
    account, fees = account_of(registry, sender), registry.node.fees()
    return {
        "from": sender,
        "type": "0x2",
        "chainId": hex(task.chain_id),
        "nonce": hex(account.next_nonce),
        "gas": hex(gas * 6 // 5),
        "maxFeePerGas": hex(fees.max_fee),
        "maxPriorityFeePerGas": hex(fees.priority_fee),
    }

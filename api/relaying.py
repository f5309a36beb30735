"""Relaying: proposes what to sign for the relayer, and takes what was signed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from api.access.authorization import require_paid_for, require_signer
from api.access.principals import Principal
from api.dispatch import dispatch, signed_forward
from api.errors import ApiError, ConflictError, Detail, MissingError, ValidationError
from api.forwarding import Forward, SignedForward, execution, identifier, is_signed, to_sign
from api.queries import forwarding as queries
from api.queries import tasks as task_queries
from api.registry import Registry
from api.requests import ForwardTerms
from api.simulation import check_call, node_error
from api.tables import ForwardRequest, Task
from api.tasks import hold, move, refuse_ended, signed_by
from api.writes.proposals import refuse_claims
from api.writes.unchanged import refuse_changed
from indexer import database
from indexer.deployments import FORWARDER
from indexer.errors import TryLater
from indexer.rpc import RpcError

#: In these states a task may be signed, in either way.
_OPEN = ("awaiting_signature", "reverted", "dropped")
#: A signed submission holds its ground until the chain has decided.
_FOREVER = 2**53
#: A request whose deadline is nearer than this, in seconds, would hardly be delivered.
_SOON = 30


def proposal(registry: Registry, task: Task, signer: str) -> dict[str, Any] | None:
    """The typed data that a signer may sign instead of a transaction; None when nobody would
    deliver it, or the call is no action.

    The same signer is proposed the same again while that is good. Raises the contract's refusal.
    """
    if registry.relayer is None or registry.forwarder is None or task.state not in _OPEN:
        return None
    known = _standing_proposal(registry, task, signer)
    if known is not None:
        return to_sign(registry, signed_forward(task, known).forward)
    gas = registry.node.gas({"from": signer, "to": task.to, "data": task.calldata})
    if isinstance(gas, RpcError):
        raise node_error(registry, gas)
    deadline = int(time.time()) + registry.settings.request_seconds
    nonce = _free_nonce(registry, signer)
    terms = (nonce, deadline, min(gas * 6 // 5, registry.settings.relayer_request_gas))
    typed = to_sign(registry, Forward(task.chain_id, signer, task.to, task.calldata, *terms))
    if typed is not None:
        with registry.transaction() as session:
            session.merge(_row(identifier(typed), task, signer, terms))
    return typed


def deliver_signature(
    registry: Registry,
    principal: Principal,
    task: Task,
    signature: str,
    terms: ForwardTerms | None,
) -> None:
    """Check a signature against its task, keep it, and let the relayer deliver it. Idempotent.

    Without `terms` it is of what was proposed. Raises what speaks against it; nothing is kept then.
    """
    if registry.relayer is None or registry.forwarder is None:
        message = "This registry pays for nobody's calls; hand in a signed transaction."
        raise ConflictError(message, [Detail("/signature", "NO_RELAYER", message, conflict=True)])
    row, signed = _meant(registry, task, signature.lower(), terms)
    require_signer(principal, row.signer)
    if not _is_under_way(registry, row):
        refuse_changed(registry, task)
        _check_terms(registry, signed)
        _check_call(registry, task, signed)
        require_paid_for(registry, row.signer)
        _keep(registry, row)
    dispatch(registry)


def request_of(registry: Registry, forward: Forward) -> tuple[str, str | None]:
    """The id of a request, and its task when it is known; raises `ValidationError` for a call that
    is no action."""
    typed = to_sign(registry, forward)
    if typed is None:
        raise _refused("NO_ACTION", "The call is no action that can be signed for a relayer.")
    request_id = identifier(typed)
    with database.snapshot(registry.engine) as session:
        known = queries.request(session, request_id)
    return request_id, known.task_id if known else None


def _standing_proposal(registry: Registry, task: Task, signer: str) -> ForwardRequest | None:
    now = time.time()
    with database.snapshot(registry.engine) as session:
        for row in queries.requests_of(session, task.id):
            stands = row.created_at > now - registry.settings.submission_seconds
            if row.signer == signer and row.signature is None and row.deadline > now and stands:
                return None if queries.is_given_up(session, row) else row
    return None


def _free_nonce(registry: Registry, signer: str) -> int:
    now = time.time()
    with database.snapshot(registry.engine) as session:
        since = now - registry.settings.submission_seconds
        held = queries.held_nonces(session, signer, now, since)
    nonce = _view(registry, "nonces", signer)
    while nonce in held or _view(registry, "usedNonces", signer, nonce >> 8) >> (nonce & 255) & 1:
        nonce += 1
    return nonce


def _view(registry: Registry, function: str, *arguments: Any) -> int:
    data = registry.abi.encode_call(FORWARDER, function, list(arguments))
    answer = registry.node.view(registry.forwarder or "", data)
    if isinstance(answer, RpcError):
        raise TryLater(f"The node does not answer for the forwarder ({answer.message}).")
    return int(answer, 16)


def _meant(
    registry: Registry, task: Task, signature: str, terms: ForwardTerms | None
) -> tuple[ForwardRequest, SignedForward]:
    """What a signature is of."""
    if terms is None:
        with database.snapshot(registry.engine) as session:
            candidates = list(queries.requests_of(session, task.id))
    else:
        values = (int(terms.nonce), terms.deadline, terms.gas)
        forward = Forward(task.chain_id, terms.signer, task.to, task.calldata, *values)
        candidates = [_row(request_of(registry, forward)[0], task, terms.signer, values)]
    for row in candidates:
        row.signature = signature
        signed = signed_forward(task, row)
        typed = to_sign(registry, signed.forward)
        if typed is not None and is_signed(registry, typed, signed):
            return row, signed
    raise _refused(
        "NOT_WHAT_THE_TASK_ASKS",
        "It signs none of what this task proposed; sign “typed_data” as it is, or name the terms "
        "that were signed in “request”.",
    )


def _row(request_id: str, task: Task, signer: str, terms: tuple[int, int, int]) -> ForwardRequest:
    nonce, deadline, gas = terms
    return ForwardRequest(
        id=request_id,
        task_id=task.id,
        signer=signer,
        nonce=f"0x{nonce:064x}",
        deadline=deadline,
        gas=gas,
        created_at=time.time(),
    )


def _check_terms(registry: Registry, signed: SignedForward) -> None:
    forward, most = signed.forward, registry.settings.relayer_request_gas
    if forward.gas > most:
        raise _refused("GAS_TOO_HIGH", f"The relayer pays for at most {most:,} gas a request.")
    if forward.deadline < time.time() + _SOON:
        message = "The deadline is over or too near; sign again with a later one."
        raise _refused("DEADLINE_TOO_NEAR", message)


def _check_call(registry: Registry, task: Task, signed: SignedForward) -> None:
    relayer, data = registry.relayer, execution(registry, signed)
    sender = relayer.address if relayer else ""
    try:
        check_call(registry, {"from": sender, "to": registry.forwarder or "", "data": data})
    except ApiError as error:
        # The attempt is the signer's, not that of the account that would have paid.
        if error.refused is not None:
            whose = {"sender": signed.forward.signer, "contract": task.contract}
            error.refused = replace(error.refused, **whose, function=task.function)
        raise


def _is_under_way(registry: Registry, row: ForwardRequest) -> bool:
    with database.snapshot(registry.engine) as session:
        task = task_queries.task(session, row.task_id)
        known = queries.request(session, row.id)
    signed = known is not None and known.signature is not None
    return signed and task is not None and task.request_id == row.id and task.state not in _OPEN


def _keep(registry: Registry, row: ForwardRequest) -> None:
    with registry.transaction() as session:
        task = task_queries.locked_task(session, row.task_id)
        if task is None:
            raise MissingError(f"There is no task {row.task_id}.")
        refuse_ended(task)
        if task.state not in _OPEN:
            raise ConflictError("Another signature of this task is on its way; wait for its end.")
        if queries.other_holder(session, row) is not None:
            message = "The signer signed another action with that nonce; sign with another one."
            detail = Detail("/signature", "NONCE_TAKEN", message, conflict=True)
            raise ConflictError(message, [detail])
        if queries.count_waiting(session, row.signer) >= registry.settings.relayer_waiting:
            message = "Too many requests of this signer wait already; try again in a moment."
            raise ConflictError(message, [Detail("/signature", "TOO_MANY_WAITING", message)])
        refuse_claims(session, task)
        row.delivery_id = None
        session.merge(row)
        task.request_id, task.transaction_hash = row.id, None
        task.block_number = task.block_hash = task.error = None
        task.settled = False
        signed_by(session, task, row.signer)
        move(session, task, "broadcast", f"signed by {row.signer}, for the relayer to deliver")
        hold(session, task, _FOREVER)


def _refused(code: str, message: str) -> ValidationError:
    return ValidationError(message, [Detail("/signature", code, message)])

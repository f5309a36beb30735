"""The route of the relay: any signed call of the registry's contracts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.access.authorization import require_call, require_signer
from api.access.principals import Principal
from api.bodies import modelled
from api.deliveries import delivery
from api.dependencies import JsonBody, OfPrincipal, OfRegistry
from api.forwarding import Forward
from api.queries.tasks import task_of_transaction
from api.registry import Registry
from api.relay import deliver
from api.relaying import deliver_signature, request_of
from api.requests import ForwardCall, RelayRequest
from api.tracking import refresh
from api.transactions import SignedTransaction, signed_transaction
from api.writes.proposals import accept
from api.writes.taking import current_task, task_answer
from indexer import database

router = APIRouter(tags=["relay"])


@router.post("/relay", status_code=202, summary="Relay a signed transaction")
def relay_transaction(registry: OfRegistry, principal: OfPrincipal, body: JsonBody) -> Response:
    """Check a signed call and the documents that it anchors, then deliver it as it is: a raw
    transaction, or a request and the signature of its typed data. Idempotent."""
    wanted = modelled(RelayRequest, body)
    if wanted.request is not None and wanted.signature is not None:
        return _forwarded(registry, principal, wanted.request, wanted.signature, wanted.documents)
    transaction = signed_transaction(wanted.signed_transaction or "")
    require_signer(principal, transaction.sender)
    task_id = _known_task(registry, transaction)
    if task_id is None:
        with registry.snapshot() as snapshot:
            proposal = delivery(registry, snapshot, transaction, wanted.documents)
        require_call(registry, principal, proposal.write)
        task_id = accept(registry, principal, proposal).id
    deliver(registry, current_task(registry, task_id), transaction)
    refresh(registry, task_id)
    return task_answer(registry, task_id, status=202)


def _forwarded(
    registry: Registry,
    principal: Principal,
    wanted: ForwardCall,
    signature: str,
    documents: list[Any],
) -> Response:
    require_signer(principal, wanted.signer)
    terms = (int(wanted.nonce), wanted.deadline, wanted.gas)
    data = wanted.data.lower()
    forward = Forward(registry.chain_id, wanted.signer, wanted.to, data, *terms)
    with registry.snapshot() as snapshot:
        proposal = delivery(registry, snapshot, forward, documents)
    require_call(registry, principal, proposal.write)
    _, task_id = request_of(registry, forward)
    if task_id is None:
        task_id = accept(registry, principal, proposal).id
    task = current_task(registry, task_id)
    deliver_signature(registry, principal, task, signature, wanted)
    refresh(registry, task_id)
    return task_answer(registry, task_id, status=202)


def _known_task(registry: Registry, transaction: SignedTransaction) -> str | None:
    with database.snapshot(registry.engine) as session:
        return task_of_transaction(session, transaction.hash)

"""The route of the relay: any signed call of the registry's contracts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.bodies import modelled
from api.deliveries import delivery
from api.dependencies import JsonBody, OfRegistry
from api.queries.tasks import task_of_transaction
from api.registry import Registry
from api.relay import deliver
from api.requests import RelayRequest
from api.tracking import refresh
from api.transactions import SignedTransaction, signed_transaction
from api.writes.proposals import accept
from api.writes.taking import current_task, task_answer
from indexer import database

router = APIRouter(tags=["relay"])


@router.post("/relay", status_code=202, summary="Relay a signed transaction")
def relay_transaction(registry: OfRegistry, body: JsonBody) -> Response:
    """Check a signed call and the documents that it anchors, then send it as it is. Idempotent."""
    wanted = modelled(RelayRequest, body)
    transaction = signed_transaction(wanted.signed_transaction)
    task_id = _known_task(registry, transaction)
    if task_id is None:
        with registry.snapshot() as snapshot:
            proposal = delivery(registry, snapshot, transaction, wanted.documents)
        task_id = accept(registry, proposal).id
    deliver(registry, current_task(registry, task_id), transaction)
    refresh(registry, task_id)
    return task_answer(registry, task_id, status=202)


def _known_task(registry: Registry, transaction: SignedTransaction) -> str | None:
    with database.snapshot(registry.engine) as session:
        return task_of_transaction(session, transaction.hash)

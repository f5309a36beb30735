"""The route of failed calls: what the contracts refused, and why (OGCR 5.4)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.encoding import moment_text
from api.filters import FailedCallFilters
from api.queries.failed_calls import failed_calls, searched_to
from api.refusals import refusal_of
from api.responses import answer, paging
from api.snapshot import Snapshot
from indexer.abi import ContractError
from indexer.models import FailedCall

router = APIRouter(tags=["failed calls"], prefix="/failed-calls")


@router.get("", summary="List failed calls")
def list_failed_calls(
    request: Request, registry: OfRegistry, filters: Annotated[FailedCallFilters, Query()]
) -> Response:
    """Calls of the registry's contracts that were reverted, the newest first: who, what, why. A
    reverted transaction leaves no event; the indexer looks for them where `OGCR_FAILED_CALLS` is
    set. Without `searched_to_block` it does not; later blocks are not searched yet."""
    with registry.listing(filters) as snapshot:
        page = failed_calls(snapshot, filters)
        content = {
            "failed_calls": [_view(snapshot, row) for row in page.rows],
            "searched_to_block": searched_to(snapshot),
            **paging(request, registry, page),
        }
        return answer(content, snapshot.position)


def _view(snapshot: Snapshot, row: FailedCall) -> dict[str, Any]:
    return {
        "transaction_hash": row.tx_hash,
        "block_number": row.block_number,
        "block_hash": row.block_hash,
        "time": moment_text(row.timestamp),
        "finality": snapshot.position.finality_of(row.block_number),
        "sender": row.sender,
        "origin": row.origin,
        "through": row.through,
        "contract": row.contract,
        "function": row.function,
        "arguments": row.arguments,
        "error": _error(row),
    }


def _error(row: FailedCall) -> dict[str, Any]:
    said = None
    if row.error is not None:
        said = refusal_of(ContractError(row.error, row.error_arguments or {}), {}).sentence
    return {
        "name": row.error,
        "arguments": row.error_arguments,
        "message": said,
        "data": row.error_data,
        "source": row.error_source,
    }

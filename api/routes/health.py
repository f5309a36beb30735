"""Routes about the service itself: whether it is well."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.encoding import dumps
from api.errors import ApiError, as_api_error
from api.features.reorganisations import repairs_summary
from api.queries.reorganisations import repairs
from api.registry import Registry
from api.snapshot import Position
from indexer.errors import IndexerError

log = logging.getLogger("api")

router = APIRouter(tags=["service"])


@router.get("/health", summary="Is the registry well?")
def read_health(registry: OfRegistry) -> Response:
    """Chain, index position, lag and finality; 503 when something is broken. An index that is
    behind and comes nearer is not broken: its `status` is `behind`, its answers are of the past."""
    content, position = _condition(registry)
    return _answer(content, position, content["status"] != "broken")


@router.get("/ready", summary="Is the registry up to date?")
def read_readiness(registry: OfRegistry) -> Response:
    """The same, but 503 also while the index is behind: for a balancer in front of several."""
    content, position = _condition(registry)
    return _answer(content, position, content["status"] == "ok")


def _condition(registry: Registry) -> tuple[dict[str, Any], Position | None]:
    content: dict[str, Any] = {"status": "ok", "faults": []}
    position = _index_part(registry, content)
    _node_part(registry, content, position)
    if content["faults"]:
        content["status"] = "broken"
    elif content["lag_blocks"] > registry.settings.behind_blocks:
        content["status"] = "behind"
        content["faults"].append(f"The index is {content['lag_blocks']} blocks behind.")
    return content, position


def _answer(content: dict[str, Any], position: Position | None, is_good: bool) -> Response:
    headers = {"Cache-Control": "no-store", **(position.headers() if position else {})}
    return Response(dumps(content), 200 if is_good else 503, headers, "application/json")


def _index_part(registry: Registry, content: dict[str, Any]) -> Position | None:
    try:
        with registry.snapshot() as snapshot:
            content["index"] = snapshot.position.as_json()
            content["chain_id"] = snapshot.position.chain_id
            content["finalized_block"] = snapshot.position.finalized_number
            content["safe_block"] = snapshot.position.safe_number
            content["reorganisations"] = repairs_summary(repairs(snapshot.session))
            return snapshot.position
    except Exception as error:
        content["index"] = None
        content["faults"].append(_sentence(error))
        return None


def _node_part(registry: Registry, content: dict[str, Any], position: Position | None) -> None:
    try:
        head = registry.node.head()
        contracts = registry.deployments.contracts
    except IndexerError as error:
        content["node"] = None
        content["faults"].append(_sentence(error))
        return
    content["node"] = {"chain_id": registry.chain_id, "head_block": head}
    content["contracts"] = {name: contract.address for name, contract in contracts.items()}
    if position is not None:
        content["lag_blocks"] = max(0, head - position.block_number)
        content["faults"] += _index_faults(registry, head, position)


def _index_faults(registry: Registry, head: int, position: Position) -> list[str]:
    found = []
    if position.chain_id != registry.chain_id:
        found.append(
            f"The index is of chain {position.chain_id}, the node of chain {registry.chain_id}; "
            "point both at one chain."
        )
    # An indexer at work has seen the head, however much it still has to read.
    if head - position.head_number > registry.settings.finality_depth:
        lag = head - position.block_number
        found.append(f"The index is {lag} blocks behind; see whether the indexer runs.")
    return found


def _sentence(error: Exception) -> str:
    """What everybody may know; the log has the rest."""
    log.warning("not well: %s: %s", type(error).__name__, error)
    answer: ApiError = as_api_error(error)
    return answer.message

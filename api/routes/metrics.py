"""The route of this process's metrics, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import OfRegistry

router = APIRouter(tags=["service"])


@router.get("/metrics", summary="Read the metrics of this process")
def read_metrics(request: Request, registry: OfRegistry) -> Response:
    """Requests by route and status with their times, writes on their way, memory and processor of
    the process that answers, in Prometheus' text form or, where `Accept` asks, OpenMetrics."""
    content, media_type = registry.metrics.exposition(request.headers.get("accept", ""))
    return Response(content, headers={"Cache-Control": "no-store"}, media_type=media_type)

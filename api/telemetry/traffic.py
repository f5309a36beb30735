"""Traffic: each request is counted, timed, traced, and told of in one line of the log."""

from __future__ import annotations

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.secrets import without_secrets
from api.telemetry.metrics import Metrics
from api.telemetry.traces import Traces, tell

log = structlog.get_logger("api.traffic")

#: What is asked so often, and says so little, that no line is written of it.
_SILENT = {"/health", "/ready", "/metrics"}
_UNKNOWN = "(no route)"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}


class Traffic:
    """ASGI middleware around all that answers; the envelope has given the request its id.

    Of a request the log has method, route, path, status, milliseconds, id and principal. It has
    no query string, no header and no address of a machine.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, traces: Traces) -> None:
        self.app, self.metrics, self.traces = app, metrics, traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = str(scope["state"]["request_id"])
        answer, began = _Answer(send), time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        with self.metrics.in_flight.track_inprogress(), self.traces.request(scope) as span:
            try:
                await self.app(scope, receive, answer)
            finally:
                route = route_of(scope)
                tell(span, method_of(scope), route, answer.status, request_id)
                self._count(scope, route, answer.status, time.perf_counter() - began)

    def _count(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        method = method_of(scope)
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        if scope["path"] not in _SILENT:
            log.info(
                "request",
                method=method,
                route=route,
                path=without_secrets(scope["path"]),
                status=status,
                milliseconds=round(1000 * seconds, 1),
                principal=_principal(scope),
            )


class _Answer:
    """The sender of one answer, which remembers its status; 500 until there is one."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        await self.send(message)


def method_of(scope: Scope) -> str:
    """The method, or one name for all that are made up: each would be kept for ever."""
    method = str(scope["method"])
    return method if method in _METHODS else "_OTHER"


def route_of(scope: Scope) -> str:
    """The template of the route that answered."""
    found = scope.get("route")
    return str(getattr(found, "path", None) or _UNKNOWN)


def _principal(scope: Scope) -> Any:
    found = scope["state"].get("principal")
    return getattr(found, "id", None)

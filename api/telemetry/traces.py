"""Traces: one span a request, and below it one a statement and one a question to the node.

OpenTelemetry's names of attributes; no address of a machine, no query string, no value of a
statement leaves this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import NoOpTracerProvider, Span, SpanKind, Status, StatusCode, Tracer
from sqlalchemy import Engine, event
from starlette.datastructures import Headers
from starlette.types import Scope

from indexer.rpc import Request, Rpc

_SPAN = "ogcr_span"


class Traces:
    """The spans of one API process, sent to a collector, or made by nobody where there is none."""

    def __init__(self, engine: Engine, exporter: SpanExporter | None) -> None:
        self._engine = engine
        self._provider: TracerProvider | None = None
        self.tracer: Tracer = NoOpTracerProvider().get_tracer("api")
        if exporter is not None:
            resource = Resource.create({"service.name": "ogcr-api"})
            self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
            self._provider.add_span_processor(BatchSpanProcessor(exporter))
            self.tracer = self._provider.get_tracer("api")
            self._begin()

    def _begin(self) -> None:
        event.listen(self._engine, "before_cursor_execute", self._before)
        event.listen(self._engine, "after_cursor_execute", self._after)
        event.listen(self._engine, "handle_error", self._failed)

    def request(self, scope: Scope) -> AbstractContextManager[Span]:
        """The span of a request, a child of the one that `traceparent` names."""
        method = str(scope["method"])
        return self.tracer.start_as_current_span(
            method,
            context=extract(Headers(scope=scope)),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scope["scheme"]},
        )

    def close(self) -> None:
        """Send what was not sent yet."""
        if self._provider is None:
            return
        event.remove(self._engine, "before_cursor_execute", self._before)
        event.remove(self._engine, "after_cursor_execute", self._after)
        event.remove(self._engine, "handle_error", self._failed)
        self._provider.shutdown()

    def _before(self, _connection: Any, _cursor: Any, statement: str, *rest: Any) -> None:
        context = rest[1]
        if context is None:
            return
        span = self.tracer.start_span(statement.split(maxsplit=1)[0], kind=SpanKind.CLIENT)
        span.set_attribute("db.system.name", self._engine.dialect.name)
        span.set_attribute("db.query.text", statement)
        setattr(context, _SPAN, span)

    def _after(self, _connection: Any, _cursor: Any, _statement: str, *rest: Any) -> None:
        _end(rest[1])

    def _failed(self, failure: Any) -> None:
        _end(failure.execution_context, type(failure.original_exception).__name__)


class TracedRpc(Rpc):
    """The endpoints of a chain, with one span for what is asked of them at once."""

    def __init__(self, urls: Sequence[str], timeout: float, tracer: Tracer) -> None:
        super().__init__(urls, timeout)
        self._tracer = tracer

    def batch(self, requests: Sequence[Request], most_bytes: int | None = None) -> list[Any]:
        """As `Rpc.batch`; the span names the methods and the host, whose path may hold a key."""
        methods = [method for method, _ in requests]
        attributes = {
            "rpc.system": "jsonrpc",
            "rpc.method": methods,
            "server.address": self.endpoint,
        }
        name = methods[0] if len(set(methods)) == 1 else "JSON-RPC"
        with self._tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes):
            return super().batch(requests, most_bytes)


def tell(span: Span, method: str, route: str, status: int, request_id: str) -> None:
    """Name a request's span when its answer is known."""
    span.update_name(f"{method} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("ogcr.request_id", request_id)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def exporter_to(url: str) -> SpanExporter | None:
    """The exporter to a collector's OTLP address over HTTP; none without an address."""
    return OTLPSpanExporter(endpoint=url) if url else None


def _end(context: Any, error: str | None = None) -> None:
    span = getattr(context, _SPAN, None)
    if span is None:
        return
    if error is not None:
        span.set_status(Status(StatusCode.ERROR))
        span.set_attribute("error.type", error)
    span.end()

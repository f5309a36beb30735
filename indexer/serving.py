"""The indexer's own small server: /metrics for Prometheus, /health and /ready for supervisors."""

import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import orjson
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from indexer.condition import Report


class Server:
    """Answers on an address of this machine while it is entered; a port of 0 is chosen freely."""

    def __init__(
        self, host: str, port: int, registry: CollectorRegistry, report: Callable[[], Report]
    ) -> None:
        handler = partial(_Handler, registry, report)
        self._server = ThreadingHTTPServer((host, port), handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_port)

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, name="serving", daemon=True).start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(
        self, registry: CollectorRegistry, report: Callable[[], Report], *arguments: Any
    ) -> None:
        self._registry = registry
        self._report = report
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/metrics":
            encode, kind = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, encode(self._registry), kind)
        elif path in ("/health", "/ready"):
            report = self._report()
            is_good = report.is_healthy if path == "/health" else report.is_ready
            content = orjson.dumps(report.as_json())
            self._answer(200 if is_good else 503, content, "application/json")
        else:
            self._answer(404, b"/metrics, /health, /ready\n", "text/plain")

    def _answer(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Scrapes are no news."""

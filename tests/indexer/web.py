"""A web server of the tests' own: documents, and everything that a hostile one may answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Page:
    """What a path answers: `redirect` to elsewhere, and `slowly` with a pause between bytes."""

    content: bytes = b""
    status: int = 200
    redirect: str | None = None
    slowly: float = 0.0


@dataclass
class Web:
    """A server on this machine; `asked` are the paths that were asked for, in order."""

    url: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def web() -> Iterator[Web]:
    """A server while it is entered."""
    made = Web("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            made.headers.append(dict(self.headers))
            page = made.pages.get(self.path, Page(status=404))
            self.send_response(302 if page.redirect else page.status)
            if page.redirect:
                self.send_header("Location", page.redirect)
            self.send_header("Content-Length", str(len(page.content)))
            self.end_headers()
            self._send(page)

        def _send(self, page: Page) -> None:
            try:
                if not page.slowly:
                    self.wfile.write(page.content)
                    return
                for byte in page.content:
                    self.wfile.write(bytes([byte]))
                    time.sleep(page.slowly)
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()

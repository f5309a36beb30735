"""A JSON-RPC endpoint that passes on what the real node says, twisted as the test wants it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

#: Takes the requests and the node's replies, each a list; gives replies, raw bytes, a status, or
#: None for a connection that ends in the middle of the answer.
Twist = Callable[[list[dict[str, Any]], list[dict[str, Any]]], Any]


@contextmanager
def liar(url: str, twist: Twist) -> Iterator[str]:
    """The URL of an endpoint before the node at `url` that lies as `twist` says."""
    client = httpx.Client(timeout=30, headers={"Content-Type": "application/json"})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests = json.loads(body)
            is_batch = isinstance(requests, list)
            replies = client.post(url, content=body).json()
            answer = twist(requests if is_batch else [requests], replies if is_batch else [replies])
            self._answer(answer, is_batch)

        def _answer(self, answer: Any, is_batch: bool) -> None:
            if answer is None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{")
                self.close_connection = True
                return
            status = answer if isinstance(answer, int) else 200
            if isinstance(answer, list) and not is_batch:
                answer = answer[0]
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        client.close()

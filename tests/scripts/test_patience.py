"""Patience: what a server refuses for coming too often is asked again when it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from scripts.patience import Patient


class Busy(BaseHTTPRequestHandler):
    """Refuses the first two requests of each path, with the wait that the path names."""

    asked: dict[str, int]

    def do_GET(self) -> None:
        self.asked[self.path] = self.asked.get(self.path, 0) + 1
        refused = self.asked[self.path] <= 2
        self.send_response(429 if refused else 200)
        if refused:
            self.send_header("Retry-After", self.path.strip("/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[str]:
    Busy.asked = {}
    server = HTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestPatient:
    """
    when the server says when    it waits that long and asks again
    when it says nothing usable  it waits a second
    """

    @pytest.mark.parametrize(("wait", "seconds"), [("0", 0), ("1", 2), ("soon", 2)])
    def test_asks_again_when_the_server_says(self, busy: str, wait: str, seconds: int) -> None:
        began = time.monotonic()
        with httpx.Client(transport=Patient()) as client:
            assert client.get(f"{busy}/{wait}").status_code == 200
        assert Busy.asked == {f"/{wait}": 3}
        assert time.monotonic() - began >= seconds

"""The API as a client waits for it that has just started it."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.lifecycle import registry_api
from scripts.lifecycle.registry_api import Broken, RegistryApi, TooSlow

from ..ports import free_port  # noqa: TID252


class Empty(BaseHTTPRequestHandler):
    """Knows of nothing."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class TestStart:
    """
    given an API that takes longer to start than one may be away   it is waited for
    given one that never answers                                   it says so at the deadline
    """

    def test_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry_api, "PATIENCE_SECONDS", 0)
        port = free_port()
        api = RegistryApi(f"http://127.0.0.1:{port}")
        with pytest.raises(Broken, match="does not answer GET /health"):
            api.wait_until_indexed(1, lambda _: None)

        def serve() -> None:
            time.sleep(0.3)
            with HTTPServer(("127.0.0.1", port), Empty) as server:
                server.handle_request()

        starting = threading.Thread(target=serve)
        starting.start()
        api.wait_until_up(lambda _: None)
        starting.join()

    def test_says_so_at_the_deadline(self) -> None:
        url = f"http://127.0.0.1:{free_port()}"
        with pytest.raises(TooSlow, match=f"waited . s for {url} to answer: look whether"):
            RegistryApi(url, deadline=0.1).wait_until_up(lambda _: None)

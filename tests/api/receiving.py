"""A receiver of webhooks: a real server that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from api.hooks.events import TABLES
from api.hooks.worker import Teller

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from .world import World

#: A filter for everything that the feed tells.
CHANGES = [f"{table}.*" for table in TABLES]


@dataclass
class Heard:
    """One request: its headers in lower case, and the body."""

    headers: dict[str, str]
    body: str

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Where messages arrive; `answers` gives status, headers and a pause for the n-th of them."""

    url: str = ""
    messages: list[Heard] = field(default_factory=list)
    answers: Callable[[int], tuple[int, dict[str, str], float]] = lambda _: (204, {}, 0.0)

    def types(self) -> list[str]:
        """The types of what arrived."""
        return [message.content["type"] for message in self.messages]

    def wait(self, until: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for something to arrive."""
        ends = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < ends, self.types()
            time.sleep(0.02)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver while it is entered."""
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.messages.append(Heard(headers, body))
            status, more, pause = made.answers(len(made.messages))
            time.sleep(pause)
            try:
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/hooks"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def told(world: World) -> Iterator[Teller]:
    """The worker at its work meanwhile, in this process."""
    parts = world.app.state.registry
    settings = parts.settings
    parts.settings = settings.model_copy(update={"hooks": True})
    teller = Teller(parts)
    teller.start()
    try:
        yield teller
    finally:
        teller.stop()
        parts.settings = settings


def subscribed(world: World, url: str, **wishes: Any) -> dict[str, Any]:
    """Subscribe as the developer; gives what was made, with its secret."""
    answer = world.post("/webhooks", {"url": url, **wishes})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def changes(world: World, **parameters: Any) -> list[dict[str, Any]]:
    """The feed's changes from its beginning."""
    found: list[dict[str, Any]] = world.get("/changes", limit=1000, **parameters).json()["changes"]
    return found


def cursors(heard: Receiver) -> list[int]:
    """The cursors of the changes that arrived, each once, in their order."""
    found = [m.content["data"]["cursor"] for m in heard.messages if "-c" in m.id]
    return list(dict.fromkeys(found))

"""What a node announces by itself: a WebSocket subscription to new heads, where there is one.

An announcement only says that it is time to look. What is indexed comes from answers to questions,
and polling goes on beside it: a lost or lying subscription costs time, never truth.
"""

import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import orjson
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

LOOK_SECONDS = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
_SUBSCRIBE = orjson.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
).decode()
_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def announcing_url(rpc_url: str) -> str:
    """Where the endpoint of an HTTP URL would announce its heads: the same place over WebSocket."""
    parts = urlsplit(rpc_url)
    return parts._replace(scheme=_SCHEMES.get(parts.scheme, "ws")).geturl()


class Heads:
    """Listens in a thread of its own to one endpoint after another, calling `on_head` each time."""

    def __init__(self, rpc_urls: Sequence[str], on_head: Callable[[], None]) -> None:
        self._urls = [announcing_url(url) for url in rpc_urls]
        self._on_head = on_head
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="heads", daemon=True)
        #: True while a node has confirmed the subscription.
        self.is_subscribed = False

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _listen(self) -> None:
        pause, place = FIRST_PAUSE, 0
        while not self._stop.is_set():
            try:
                self._follow(self._urls[place])
                pause = FIRST_PAUSE
            except (OSError, WebSocketException, ValueError):
                place = (place + 1) % len(self._urls)
            self._stop.wait(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)

    def _follow(self, url: str) -> None:
        with connect(url, open_timeout=5, close_timeout=1) as socket:
            socket.send(_SUBSCRIBE)
            try:
                self._hear(socket)
            finally:
                self.is_subscribed = False

    def _hear(self, socket: Connection) -> None:
        while not self._stop.is_set():
            try:
                message = orjson.loads(socket.recv(LOOK_SECONDS))
            except TimeoutError:
                continue
            if not isinstance(message, dict) or "error" in message:
                raise ValueError("The node does not announce its heads.")
            self.is_subscribed = True
            self._on_head()

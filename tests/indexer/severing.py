"""A way to PostgreSQL that breaks at a COMMIT: before it arrives, or after it was done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, make_url

COMMIT = b"COMMIT\0"


class Severing:
    """Passes bytes on between clients and the server's socket; `plan` says what befalls the next
    commits: `pass`, `before` (it never arrives) or `after` (its answer never does)."""

    def __init__(self, server: str) -> None:
        self.plan: list[str] = []
        self.severed = 0
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more clients."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                for work in (self._ask, self._answer):
                    threading.Thread(target=work, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while part := client.recv(1 << 16):
                fate = self.plan.pop(0) if COMMIT in part and self.plan else "pass"
                if fate == "pass":
                    server.sendall(part)
                    continue
                self.severed += 1
                _end(client)
                if fate == "after":
                    server.sendall(part)
                break
        # Told that no more comes, the server still does what it was told before.
        _end(client)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while part := server.recv(1 << 16):
                client.sendall(part)
        _end(client)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def severing(url: str) -> Iterator[tuple[Severing, str]]:
    """The way, and the URL of the database by it."""
    target = make_url(url)
    folder = str(target.query["host"])
    way = Severing(str(next(Path(folder).glob(".s.PGSQL.[0-9]*[0-9]"))))
    plain = URL.create(
        "postgresql+psycopg",
        username=target.username,
        host="127.0.0.1",
        port=way.port,
        database=target.database,
        query={"sslmode": "disable", "gssencmode": "disable"},
    )
    try:
        yield way, plain.render_as_string(hide_password=False)
    finally:
        way.close()

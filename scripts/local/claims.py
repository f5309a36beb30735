"""What only one `scripts/up` may have: this clone's data, and its ports."""

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT_PATIENCE_SECONDS = 5.0


class Claimed(Exception):
    """Somebody else has it; the message says what to do."""


@contextmanager
def sole_user(path: Path) -> Iterator[None]:
    """Hold a lock that ends with this process; raises Claimed when another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Claimed(
                f"Another scripts/up (process {file.read().strip() or 'unknown'}) runs in this "
                "clone: use that one, or stop it with Ctrl-C first."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def require_free(port: int, option: str, purpose: str) -> None:
    """Raises Claimed when a TCP port of 127.0.0.1 stays taken.

    Waits a few seconds: a run that was killed a moment ago still holds it.
    """
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise Claimed(
                f"Port {port}, meant for {purpose}, is in use by another program: stop that, or "
                f"give another port with {option}."
            )
        time.sleep(0.2)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

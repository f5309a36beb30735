"""Ports for the servers that the tests start as processes of their own."""

import socket
import sys
import time

from .patience import PATIENCE_SECONDS

#: Bound, never listening: the kernel gives these ports to nobody who asks for any free one, while
#: a server that names one of them gets it, as every server here sets SO_REUSEADDR.
_held: list[socket.socket] = []


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody else on this machine is given until this process ends.

    A server may come to listen long after: the API of `scripts/up` only once the contracts stand.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port: int = held.getsockname()[1]
    # Elsewhere a port that is bound already is refused to the server, too.
    if sys.platform == "linux":
        _held.append(held)
    else:
        held.close()
    return port


def wait_for_port(port: int) -> None:
    """Return once somebody listens on a port of 127.0.0.1."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Nobody listens on {port}.")

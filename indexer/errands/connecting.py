"""Connecting to where a stranger says: only to an address that was judged, by that very address."""

from collections.abc import Iterable
from typing import Any

import httpcore

from indexer.errands.addresses import AddressRefused, Allowance


class GuardedBackend(httpcore.SyncBackend):
    """Connects to the address that was judged; the certificate is still that of the host's name."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = self._allowance.resolve(host, port)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        raise AddressRefused("A socket of this machine is no address on the internet")

"""Sending: one message to where a subscriber says; briefly, and never to the inside."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore

from api.settings import ApiSettings
from indexer.errands.addresses import AddressRefused, Allowance
from indexer.errands.connecting import GuardedBackend

_LIMIT_BYTES = 65_536
_GONE = 410
_PORTS = {"https": 443, "http": 80}
_INSIDE = "the host leads to no address on the internet"


class UrlRefused(Exception):
    """Nothing is sent to such a URL; the message says what is wrong with it."""


@dataclass(frozen=True)
class Sent:
    """What came of an attempt: an HTTP status, or an error that names nothing of the inside.

    `retry_after` are the seconds that the receiver asked for.
    """

    status: int | None
    error: str | None
    milliseconds: int
    retry_after: float | None = None

    @property
    def is_delivered(self) -> bool:
        """The receiver took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_unwanted(self) -> bool:
        """The receiver says that it will never take anything again (410 Gone)."""
        return self.status == _GONE


class Sender:
    """Posts by https (http where the settings allow it) to hosts of the internet, without following
    redirections: what is signed is for the one URL that was named."""

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._allowance = Allowance(settings.hooks_allow, "OGCR_HOOKS_ALLOW")

    def check(self, url: str) -> None:
        """Raise `UrlRefused` for a URL that nothing would be sent to as things are now."""
        schemes = ("https", "http") if self._settings.hooks_http else ("https",)
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError as error:
            raise UrlRefused("it is no URL") from error
        if parts.scheme not in schemes or not host:
            raise UrlRefused(f"it must begin with {' or '.join(schemes)}:// and name a host")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise UrlRefused("it must hold neither a user nor a password nor a fragment")
        try:
            self._allowance.resolve(host, port)
        except AddressRefused as error:
            raise UrlRefused(_INSIDE) from error
        except UnicodeError as error:
            raise UrlRefused("its host is no name") from error
        except OSError:
            # Its name may be known tomorrow; every attempt judges anew.
            return

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Sent:
        """Send once; whatever goes wrong is an outcome."""
        began = time.monotonic()
        ends = began + self._settings.hooks_timeout
        try:
            status, retry_after = self._posted(url, headers, body, ends)
            error = None if 200 <= status < 300 else f"it answered HTTP {status}"
        except AddressRefused:
            status, retry_after, error = None, None, _INSIDE
        except (httpcore.TimeoutException, TimeoutError):
            seconds = self._settings.hooks_timeout
            status, retry_after, error = None, None, f"it took longer than {seconds:g} seconds"
        except (*_TROUBLES, ssl.SSLError, OSError, ValueError) as trouble:
            reason = str(trouble).strip().split("\n")[0][:200] or type(trouble).__name__
            status, retry_after, error = None, None, f"it cannot be reached ({reason})"
        took = round((time.monotonic() - began) * 1000)
        return Sent(status, error, took, retry_after)

    def _posted(
        self, url: str, headers: Mapping[str, str], body: str, ends: float
    ) -> tuple[int, float | None]:
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._settings.hooks_timeout)
        sent = {**headers, "Content-Type": "application/json", "User-Agent": "ogcr-registry"}
        pairs = [(name.encode("ascii"), value.encode("ascii")) for name, value in sent.items()]
        with (
            httpcore.ConnectionPool(network_backend=_Timed(self._allowance, ends)) as pool,
            pool.stream(
                "POST",
                url,
                headers=pairs,
                content=body.encode(),
                extensions={"timeout": timeout},
            ) as reply,
        ):
            read = 0
            # Whoever is cut off in the middle of its answer might take it for a failure.
            for chunk in reply.iter_stream():
                read += len(chunk)
                if read > _LIMIT_BYTES:
                    break
            return reply.status, _retry_after(reply.headers)


class _Timed(GuardedBackend):
    """Connections that end at a moment, however slowly the other side goes on."""

    def __init__(self, allowance: Allowance, ends: float) -> None:
        super().__init__(allowance)
        self._ends = ends

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._ends)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _TimedStream(stream, self._ends)


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._ends))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._ends))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._ends)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


_TROUBLES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    for name, value in headers:
        if name.lower() == b"retry-after" and value.strip().isdigit() and len(value) < 8:
            return float(value)
    return None

"""Fetching a document from a URI that a stranger wrote: little, briefly, and never from inside."""

import re
import time
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

import httpcore

import schemas
from indexer.documents import hash_of
from indexer.errands.addresses import AddressRefused, Allowance
from indexer.errands.connecting import GuardedBackend
from indexer.settings import IndexerSettings

_REDIRECTS = (301, 302, 303, 307, 308)
_IPFS = re.compile(r"ipfs://(?:ipfs/)?([A-Za-z0-9]{46,100})((?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*)")
_HEADERS = [
    (b"User-Agent", b"ogcr-registry"),
    (b"Accept", b"application/geo+json, application/json"),
    # What is unpacked can be far larger than what is sent.
    (b"Accept-Encoding", b"identity"),
]


class NotFetched(Exception):
    """The document could not be had; the message says why, for the operator and for readers."""


class Fetcher:
    """Gets bytes by https (http where allowed) and through an IPFS gateway, within limits."""

    def __init__(self, settings: IndexerSettings) -> None:
        self._settings = settings
        self._backend = GuardedBackend(Allowance(settings.fetch_allow))

    def document(self, digest: str, uri: str) -> bytes:
        """Content bytes of the document of that hash; raises `NotFetched`."""
        raw = self._bytes(self._url(uri))
        if hash_of(raw) == digest:
            return raw
        try:
            content = schemas.content_bytes(schemas.parse(raw))
        except schemas.DocumentError as error:
            raise NotFetched(f"What is at {_shown(uri)} is no I-JSON document.") from error
        if hash_of(content) != digest:
            raise NotFetched(f"What is at {_shown(uri)} hashes to {hash_of(content)}.")
        return content

    def _url(self, uri: str) -> str:
        found = _IPFS.fullmatch(uri)
        if found is None:
            return uri
        gateway = self._settings.ipfs_gateway.rstrip("/")
        if not gateway:
            raise NotFetched("The document is on IPFS: name a gateway with OGCR_IPFS_GATEWAY.")
        return f"{gateway}/ipfs/{found[1]}{found[2]}"

    def _bytes(self, url: str) -> bytes:
        ends = time.monotonic() + self._settings.fetch_seconds
        for _ in range(self._settings.fetch_redirects + 1):
            self._require_scheme(url)
            content, location = self._request(url, ends)
            if location is None:
                return content
            url = urljoin(url, location)
        turns = self._settings.fetch_redirects
        raise NotFetched(f"{_shown(url)} is behind more than {turns} redirections.")

    def _request(self, url: str, ends: float) -> tuple[bytes, str | None]:
        """The bytes, or where else they are."""
        left = ends - time.monotonic()
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), max(left, 0.001))
        try:
            with (
                httpcore.ConnectionPool(network_backend=self._backend) as pool,
                pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": timeout}) as reply,
            ):
                if reply.status in _REDIRECTS:
                    return b"", _location(reply.headers, url)
                if reply.status != 200:
                    raise NotFetched(f"{_shown(url)} answers HTTP {reply.status}.")
                return self._limited(reply.iter_stream(), url, ends), None
        except AddressRefused as refused:
            raise NotFetched(f"{refused}.") from refused
        except (*_TROUBLES, OSError, ValueError) as error:
            raise NotFetched(f"{_shown(url)} cannot be reached ({_reason(error)}).") from error

    def _limited(self, chunks: Iterable[bytes], url: str, ends: float) -> bytes:
        found = bytearray()
        for chunk in chunks:
            found += chunk
            if len(found) > self._settings.fetch_bytes:
                raise NotFetched(f"{_shown(url)} has more than {self._settings.fetch_bytes} bytes.")
            if time.monotonic() > ends:
                seconds = self._settings.fetch_seconds
                raise NotFetched(f"{_shown(url)} took longer than {seconds:g} seconds.")
        return bytes(found)

    def _require_scheme(self, url: str) -> None:
        schemes = ("https", "http") if self._settings.fetch_http else ("https",)
        try:
            parts = urlsplit(url)
            usable = parts.scheme in schemes and bool(parts.hostname) and parts.username is None
        except ValueError:
            usable = False
        if not usable:
            raise NotFetched(f"{_shown(url)} cannot be fetched: only https and ipfs can.")


_TROUBLES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


def _location(headers: Sequence[tuple[bytes, bytes]], url: str) -> str:
    for name, value in headers:
        if name.lower() == b"location":
            return value.decode("ascii", "replace")
    raise NotFetched(f"{_shown(url)} redirects to nowhere.")


def _reason(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


def _shown(url: str) -> str:
    """An address as a sentence names it: short, and without what could steer a terminal."""
    text = "".join(c if c.isprintable() else "�" for c in url)
    return text if len(text) <= 200 else f"{text[:200]}…"

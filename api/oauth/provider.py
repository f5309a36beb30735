"""The OpenID provider of the settings: where it keeps its keys, fetched seldom and with limits."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.oauth.addresses import is_safe_address

log = logging.getLogger("api")

_DISCOVERY = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
_SECONDS, _MOST_BYTES = 5.0, 200_000
#: An unknown key or a failure leads to another look, but not more often than this.
_PAUSE = 10.0


class ProviderError(Exception):
    """The provider does not answer as it should; says what is wrong."""


class Provider:
    """Keys of one issuer; those that were read last serve on while it does not answer."""

    def __init__(self, issuer: str, cache_seconds: float) -> None:
        self.issuer = issuer
        self._cache_seconds = cache_seconds
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._read_at = self._tried_at = float("-inf")

    def keys(self, kid: str | None) -> KeySet:
        """Its public keys, read again when they are old or do not hold `kid`.

        Raises `ProviderError` when they were never read.
        """
        with self._lock:
            if self._is_due(kid):
                self._look()
            if self._keys is None:
                raise ProviderError("its keys cannot be read")
            return self._keys

    def _is_due(self, kid: str | None) -> bool:
        now = time.monotonic()
        if now - self._tried_at < _PAUSE and self._tried_at > self._read_at:
            return False
        if self._keys is None or now - self._read_at > self._cache_seconds:
            return True
        is_known = kid is None or any(key.kid == kid for key in self._keys)
        return not is_known and now - self._read_at > _PAUSE

    def _look(self) -> None:
        self._tried_at = time.monotonic()
        try:
            self._keys = _public_keys(self.issuer)
            self._read_at = time.monotonic()
        except (ProviderError, httpx.HTTPError, OSError, JoseError, ValueError) as error:
            log.warning("the keys of %s cannot be read: %s", self.issuer, error)


def _public_keys(issuer: str) -> KeySet:
    with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
        about = _discovered(client, issuer)
        place = about.get("jwks_uri")
        if about.get("issuer") != issuer:
            raise ProviderError("its discovery document names another issuer")
        if not isinstance(place, str) or not is_safe_address(place):
            raise ProviderError("its discovery document names no safe jwks_uri")
        held = _fetched(client, place)
    keys = KeySet.import_key_set(held or {})  # type: ignore[arg-type]
    return KeySet([key for key in keys if key.key_type != "oct"])


def _discovered(client: httpx.Client, issuer: str) -> dict[str, Any]:
    for path in _DISCOVERY:
        found = _fetched(client, issuer.rstrip("/") + path)
        if found is not None:
            return found
    raise ProviderError("it has no discovery document")


def _fetched(client: httpx.Client, address: str) -> dict[str, Any] | None:
    """A JSON object, None where there is none; never more than the limit."""
    deadline, body = time.monotonic() + 2 * _SECONDS, b""
    with client.stream("GET", address) as answer:
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise ProviderError(f"it answers {answer.status_code}")
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                raise ProviderError("its answer is too long")
    found = httpx.Response(200, content=body).json()
    if not isinstance(found, dict):
        raise ProviderError("it does not answer with a JSON object")
    return found

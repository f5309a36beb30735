"""Rates: how often a client may ask, by what it asks for (OGCR 4.5.4)."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import RateLimitError
from api.problems import problem_response
from api.settings import ApiSettings

log = logging.getLogger("api")

#: Whoever watches the service asks as often as it takes.
UNLIMITED = ("/health", "/ready", "/metrics")
_MEMORY = "async+memory://"
_CHECKS = ("/validate",)


@dataclass(frozen=True)
class Allowance:
    """What is left to a client, of how many, and the seconds until there are all of them again."""

    is_kept: bool
    limit: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """As the answer tells it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.seconds),
        }


class Counter:
    """Counts what clients ask for, in this process or in a Redis that several processes share.

    A Redis that does not answer is replaced by the process's own count until it answers again.
    """

    def __init__(self, storage: str) -> None:
        shared = storage_from_string(_asynchronous(storage), **_options(storage))
        self._shared = SlidingWindowCounterRateLimiter(shared)
        own = storage_from_string(_MEMORY)
        self._own = SlidingWindowCounterRateLimiter(own)

    async def take(self, limits: Sequence[RateLimitItem], *names: str) -> Allowance:
        """Count one request against every limit; the scarcest of them is what is left."""
        try:
            return await _take(self._shared, limits, names)
        except (StorageError, OSError) as error:
            log.warning("the rate limits are counted by this process alone: %s", error)
            return await _take(self._own, limits, names)


class Rates:
    """ASGI middleware: 429 with `Retry-After` for a client that asks too often."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self.app = app
        self._proxies = settings.trusted_proxies
        self._counter = Counter(settings.rate_storage)
        self._limits = {
            "reads": parse_many(settings.rate_reads),
            "writes": parse_many(settings.rate_writes),
            "checks": parse_many(settings.rate_checks),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_unlimited(scope):
            await self.app(scope, receive, send)
            return
        kind = _kind(scope)
        allowance = await self._counter.take(
            self._limits[kind], kind, client_of(scope, self._proxies)
        )
        telling = _Telling(send, allowance)
        refusal = scope["state"].get("refusal")
        if allowance.is_kept and refusal is not None:
            await problem_response(Request(scope, receive), refusal)(scope, receive, telling)
            return
        if allowance.is_kept:
            await self.app(scope, receive, telling)
            return
        message = (
            f"Too many requests ({allowance.limit} are allowed for {kind}); try again in "
            f"{allowance.seconds} seconds."
        )
        error = RateLimitError(message, headers={"Retry-After": str(allowance.seconds)})
        await problem_response(Request(scope, receive), error)(scope, receive, telling)


def client_of(scope: Scope, proxies: int) -> str:
    """Who asks, as the limits count: of IPv6 the network, since a host has as many addresses as it
    likes."""
    address = address_of(scope, proxies)
    if ":" not in address:
        return address
    return str(ip_network((address, 64), strict=False))


def address_of(scope: Scope, proxies: int) -> str:
    """The address of the peer, or what the outermost of our own proxies saw; `unknown` when that is
    none."""
    seen = [part.strip() for part in Headers(scope=scope).get("x-forwarded-for", "").split(",")]
    address = (scope.get("client") or ("", 0))[0]
    if proxies and len(seen) >= proxies and seen[-proxies]:
        address = seen[-proxies]
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    mapped = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    return str(mapped or known)


class _Telling:
    """The sender of one answer, which adds what is left to the client."""

    def __init__(self, send: Send, allowance: Allowance) -> None:
        self.send = send
        self.allowance = allowance

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(self.allowance.headers())
        await self.send(message)


async def _take(
    counter: SlidingWindowCounterRateLimiter, limits: Sequence[RateLimitItem], names: Sequence[str]
) -> Allowance:
    is_kept = True
    for limit in limits:
        is_kept = await counter.hit(limit, *names) and is_kept
    left = [(limit, await counter.get_window_stats(limit, *names)) for limit in limits]
    limit, stats = min(left, key=lambda one: one[1].remaining)
    seconds = max(1, math.ceil(stats.reset_time - time.time()))
    return Allowance(is_kept, limit.amount, stats.remaining, seconds)


def _is_unlimited(scope: Scope) -> bool:
    return scope["path"] in UNLIMITED or scope["method"] == "OPTIONS"


def _kind(scope: Scope) -> str:
    if scope["path"] in _CHECKS:
        return "checks"
    return "reads" if scope["method"] in ("GET", "HEAD") else "writes"


def _asynchronous(storage: str) -> str:
    return storage if storage.startswith("async+") else f"async+{storage}"


def _options(storage: str) -> dict[str, str | bool]:
    of_redis = {"implementation": "redispy"} if storage.partition("://")[0] != "memory" else {}
    return {"wrap_exceptions": True, **of_redis}

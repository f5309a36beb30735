"""Rates: how often a client may ask, by what it asks for (OGCR 4.5.4)."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.principals import ANONYMOUS
from api.access.tiers import ANYBODY, MEMBER, OFFICER, Tiers
from api.errors import RateLimitError
from api.problems import problem_response
from api.settings import ApiSettings

log = logging.getLogger("api")

#: Whoever watches the service asks as often as it takes.
UNLIMITED = ("/health", "/ready", "/metrics")
_MEMORY = "async+memory://"
#: Addresses of machines that are told from what is none without being read again.
_REMEMBERED = 1000
_CHECKS = ("/validate",)
_SIGNING_IN = "/oauth/"


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

    def __init__(self, app: ASGIApp, settings: ApiSettings, tiers: Tiers) -> None:
        self.app = app
        self._proxies, self._tiers = settings.trusted_proxies, tiers
        self._counter = Counter(settings.rate_storage)
        self._limits = {
            kind: parse_many(getattr(settings, f"rate_{kind}"))
            for kind in ("reads", "writes", "checks", "signing_in", "wrong_credentials")
        }
        self._times = {ANYBODY: 1, MEMBER: settings.rate_member, OFFICER: settings.rate_officer}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = scope["state"].get("refusal")
        if _is_unlimited(scope) and refusal is None:
            await self.app(scope, receive, send)
            return
        kind, limits, client = await self._measure(scope, refusal is not None)
        allowance = await self._counter.take(limits, kind, client)
        telling = _Telling(send, allowance)
        if not allowance.is_kept:
            refusal = _too_many(kind, allowance)
        if refusal is None:
            await self.app(scope, receive, telling)
        else:
            await problem_response(Request(scope, receive), refusal)(scope, receive, telling)

    async def _measure(
        self, scope: Scope, is_refused: bool
    ) -> tuple[str, Sequence[RateLimitItem], str]:
        """What is asked for, how often that may be, and by whom: a principal wherever it comes
        from, else an address."""
        principal = scope["state"].get("principal", ANONYMOUS)
        kind = "wrong_credentials" if is_refused else _kind(scope)
        if principal.is_anonymous:
            return kind, self._limits[kind], client_of(scope, self._proxies)
        if principal.rate is not None:
            return "requests", parse_many(principal.rate), principal.id
        times = self._times[await self._tiers.of(principal)]
        return kind, [_often(limit, times) for limit in self._limits[kind]], principal.id


def _too_many(kind: str, allowance: Allowance) -> RateLimitError:
    message = (
        f"Too many requests ({allowance.limit} are allowed for {kind.replace('_', ' ')}); try "
        f"again in {allowance.seconds} seconds."
    )
    return RateLimitError(message, headers={"Retry-After": str(allowance.seconds)})


def _often(limit: RateLimitItem, times: int) -> RateLimitItem:
    return type(limit)(limit.amount * times, limit.multiples, limit.namespace)


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
    address = (scope.get("client") or ("", 0))[0]
    if proxies:
        told = Headers(scope=scope).get("x-forwarded-for", "").split(",")
        seen = [part.strip() for part in told]
        if len(seen) >= proxies and seen[-proxies]:
            address = seen[-proxies]
    return _address(address)


@lru_cache(_REMEMBERED)
def _address(text: str) -> str:
    try:
        known = ip_address(text)
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
    if scope["path"].startswith(_SIGNING_IN):
        return "signing_in"
    return "reads" if scope["method"] in ("GET", "HEAD") else "writes"


def _asynchronous(storage: str) -> str:
    return storage if storage.startswith("async+") else f"async+{storage}"


def _options(storage: str) -> dict[str, str | bool]:
    of_redis = {"implementation": "redispy"} if storage.partition("://")[0] != "memory" else {}
    return {"wrap_exceptions": True, **of_redis}

"""Tiers: how often somebody may ask, by what they are to the registry (OGCR 4.5.4)."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.access.principals import Principal
from api.errors import ApiError
from api.queries.roles import roles_of
from api.registry import Registry

ANYBODY, MEMBER, OFFICER = "anybody", "member", "officer"
#: How long it is remembered who holds a role, in seconds, and of how many.
_REMEMBERED, _MOST = 60.0, 10_000


class Tiers:
    """`anybody` shows nothing, a `member` has a credential, an `officer` a wallet with a role on
    chain. Whether somebody may do a thing is never decided by this."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, tuple[float, str]] = {}

    async def of(self, principal: Principal) -> str:
        """The tier of who asks."""
        if principal.is_anonymous:
            return ANYBODY
        if not principal.wallets:
            return MEMBER
        until, tier = self._known.get(principal.id, (0.0, MEMBER))
        if until < time.monotonic():
            tier = await run_in_threadpool(self._asked, principal)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[principal.id] = (time.monotonic() + _REMEMBERED, tier)
        return tier

    def _asked(self, principal: Principal) -> str:
        try:
            with self._registry.snapshot() as snapshot:
                held = roles_of(snapshot, principal.wallets, int(time.time()))
        except (ApiError, SQLAlchemyError):
            return MEMBER
        return OFFICER if held else MEMBER

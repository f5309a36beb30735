"""The witness: sees every request and what became of it, and has it written down."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.links import Attempt, outcome_of
from api.access.principals import ANONYMOUS
from api.access.secrets import without_secrets
from api.access.trail import Trail
from api.errors import UnavailableError
from api.operations import template_of
from api.problems import problem_response
from api.rates import address_of

#: Whoever watches the service tries nothing.
_UNSEEN = ("/health", "/ready")
_READS = ("GET", "HEAD")
#: Reads of these are of what is secret or of others, and are written down before they are answered.
_GUARDED = ("/audit", "/keys", "/clients", "/grants", "/oauth/")
_PATIENCE = 10.0


class Witness:
    """ASGI middleware. Writes, refusals and what administrators read are in the log before they
    are answered; other reads a moment later, so that reading stays fast."""

    def __init__(self, app: ASGIApp, trail: Trail, proxies: int) -> None:
        self.app, self._trail, self._proxies = app, trail, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _UNSEEN:
            await self.app(scope, receive, send)
            return
        seen = _Seen(self._trail, scope, send, self._proxies)
        if scope["method"] not in _READS and self._trail.stuck_seconds() > _PATIENCE:
            error = UnavailableError("The audit log cannot be written; try again in a moment.")
            await problem_response(Request(scope, receive), error)(scope, receive, seen)
            return
        try:
            await self.app(scope, receive, seen)
        except Exception:
            await seen.told(500)
            raise


class _Seen:
    """The sender of one answer, which has it written down first."""

    def __init__(self, trail: Trail, scope: Scope, send: Send, proxies: int) -> None:
        self._trail, self._scope, self.send, self._proxies = trail, scope, send, proxies
        self._at = int(time.time() * 1000)
        self._is_told = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self.told(int(message["status"]))
        await self.send(message)

    async def told(self, status: int) -> None:
        """Have the attempt written down, once."""
        if self._is_told:
            return
        self._is_told = True
        at_once = self._is_guarded(status)
        done = self._trail.note(self._attempt(status), at_once=at_once)
        if at_once or self._trail.is_full:
            await _written(done)

    def _is_guarded(self, status: int) -> bool:
        if status == 429:
            return False
        is_write = self._scope["method"] not in _READS
        return is_write or status in (401, 403) or self._scope["path"].startswith(_GUARDED)

    def _attempt(self, status: int) -> Attempt:
        scope = self._scope
        principal = scope["state"].get("principal", ANONYMOUS)
        # Who is refused at the gate comes to no route, and is looked for by the same names.
        route = getattr(scope.get("route"), "path", None) or template_of(scope["path"])
        return Attempt(
            at=self._at,
            actor=principal.id,
            credential=principal.credential,
            operation=f"{scope['method']} {route or '(no route)'}",
            resource=without_secrets(scope["path"]),
            outcome=outcome_of(status),
            status=status,
            request_id=str(scope["state"].get("request_id", "")),
            address=address_of(scope, self._proxies),
            agent=without_secrets(Headers(scope=scope).get("user-agent", "")),
        )


async def _written(done: Future[None]) -> None:
    # What cannot be written now stays queued; from then on no write is taken.
    await asyncio.wait([asyncio.wrap_future(done)], timeout=_PATIENCE)

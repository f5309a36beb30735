"""Around every request: an id, the headers that protect readers, and no exception that escapes."""

from __future__ import annotations

import logging
import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.plain import plain
from api.problems import problem_response

log = logging.getLogger("api")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-cache",
}


class Envelope:
    """ASGI middleware: gives each request an id (its own `X-Request-ID` when usable), adds the
    headers above where the answer has none, answers HEAD as GET without a body, and turns what
    escapes into a problem. Where reading takes a credential, no shared cache may keep an answer."""

    def __init__(self, app: ASGIApp, *, for_everybody: bool = True) -> None:
        self.app, self.for_everybody = app, for_everybody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(
            send,
            _request_id(scope),
            without_body=scope["method"] == "HEAD",
            for_everybody=self.for_everybody,
        )
        scope = plain(scope)
        scope.setdefault("state", {})["request_id"] = answer.request_id
        if answer.without_body:
            scope = {**scope, "method": "GET"}
            scope["state"]["without_body"] = True
        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            log.exception("request %s failed", answer.request_id)
            if answer.started:
                raise
            request = Request(scope, receive)
            await problem_response(request, error)(scope, receive, answer)


class _Answer:
    """The sender of one answer, which completes its headers."""

    def __init__(
        self, send: Send, request_id: str, *, without_body: bool, for_everybody: bool
    ) -> None:
        self.send = send
        self.request_id = request_id
        self.without_body, self.for_everybody = without_body, for_everybody
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            for name, value in _PROTECTION.items():
                headers.setdefault(name, value)
            if not self.for_everybody:
                headers["Cache-Control"] = headers["Cache-Control"].replace("public", "private")
        elif self.without_body:
            message = {**message, "body": b""}
        await self.send(message)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex

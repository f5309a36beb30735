"""Conditional requests: an answer that the reader has already is not sent again (RFC 9110, 13)."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.entity_tags import known_as

#: What a 304 says of the answer that it stands for, beside the registry's own headers.
_OF_THE_BODY = ("content-length", "content-type")


class Conditional:
    """ASGI middleware: 304 for a read whose entity tag stands in `If-None-Match`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = Headers(scope=scope).get("if-none-match") if scope["type"] == "http" else None
        if known is None or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, _Answer(send, known))


class _Answer:
    """The sender of one answer, which leaves out a body that the reader has."""

    def __init__(self, send: Send, known: str) -> None:
        self.send = send
        self.known = known
        self.is_known = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(scope=message)
            tag = known_as(self.known, headers.get("etag"))
            if tag is not None:
                self.is_known = True
                headers["etag"] = tag
                for name in _OF_THE_BODY:
                    del headers[name]
                message = {**message, "status": 304, "headers": headers.raw}
        elif self.is_known and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self.send(message)

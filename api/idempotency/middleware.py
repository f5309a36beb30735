"""Around every write: its answer is kept under its key, and given again (IETF draft)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.asked import noting
from api.access.authorization import require_scope, require_still
from api.access.principals import ANONYMOUS, Principal
from api.errors import ApiError
from api.idempotency.keys import REPLAYED, fingerprint, key_of
from api.idempotency.store import Answer, Turn, begin, keep, release
from api.operations import OPERATIONS, operation_at
from api.operations.operation import Operation
from api.problems import problem_response
from api.registry import Registry

_WRITES = ("POST", "PUT", "PATCH", "DELETE")
#: Answers that are about who asks, or how often: another time they may be otherwise.
_OF_THE_MOMENT = (401, 403, 429)


class Idempotent:
    """ASGI middleware: whatever is no read, with `Idempotency-Key`, happens once for a principal.

    It stands around all routes, so none can forget it; what is not among the documented
    operations is passed on, and never kept. What the first request had to be allowed is asked
    again before its answer is given again.
    """

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WRITES:
            await self.app(scope, receive, send)
            return
        try:
            key = key_of(Headers(scope=scope))
            operation = operation_at(scope["method"], scope["path"])
            if key is None or operation is None:
                await self.app(scope, receive, send)
            else:
                await self._once(key, operation, scope, receive, send)
        except ApiError as error:
            await problem_response(Request(scope), error)(scope, receive, send)

    async def _once(
        self, key: str, operation: Operation, scope: Scope, receive: Receive, send: Send
    ) -> None:
        messages, body = await _read(receive, self._registry.settings.body_bytes)
        again = _Again(messages, receive)
        if body is None:
            # Too long for any route, or the client is gone: the answer is the route's to give.
            await self.app(scope, again, send)
            return
        target = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        wanted = fingerprint(scope["method"], target, Headers(scope=scope), body)
        begun = await run_in_threadpool(self._begun, _principal(scope), operation, key, wanted)
        if isinstance(begun, Turn):
            await _send(send, await self._answered(begun, scope, again), replayed=False)
        else:
            await _send(send, begun, replayed=True)

    def _begun(
        self, principal: Principal, operation: Operation, key: str, wanted: str
    ) -> Turn | Answer:
        """The turn to answer, or the answer that was given, to whom may still have it. Who may not
        ask at all learns nothing of keys."""
        require_scope(self._registry, principal, operation.scopes)
        begun = begin(self._registry, principal.id, key, wanted)
        if isinstance(begun, Turn):
            return begun
        require_still(self._registry, principal, begun.asked)
        return begun.answer(self._registry)

    async def _answered(self, turn: Turn, scope: Scope, receive: Receive) -> Answer:
        held = _Held()
        try:
            with noting() as asked:
                await self.app(scope, receive, held)
            answer = held.answer()
        except BaseException:
            await run_in_threadpool(release, self._registry, turn)
            raise
        operation = OPERATIONS.get(_operation(scope))
        if operation is None or answer.status >= 500 or answer.status in _OF_THE_MOMENT:
            await run_in_threadpool(release, self._registry, turn)
        else:
            is_secret = operation.secret and answer.status < 400
            await run_in_threadpool(keep, self._registry, turn, answer, asked, is_secret=is_secret)
        return answer


class _Again:
    """Gives messages that were read already, then whatever comes."""

    def __init__(self, messages: list[Message], receive: Receive) -> None:
        self._messages = messages
        self._receive = receive

    async def __call__(self) -> Message:
        return self._messages.pop(0) if self._messages else await self._receive()


class _Held:
    """The sender that keeps an answer back until it is known to be kept."""

    def __init__(self) -> None:
        self._start: Message = {}
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def answer(self) -> Answer:
        pairs = self._start["headers"]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]
        return Answer(self._start["status"], headers, bytes(self._body))


async def _read(receive: Receive, limit: int) -> tuple[list[Message], bytes | None]:
    """The messages of a request, and its body unless that is longer than the limit."""
    messages: list[Message] = []
    body = bytearray()
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or len(body) > limit:
            return messages, None
        if not message.get("more_body", False):
            return messages, bytes(body)


async def _send(send: Send, answer: Answer, *, replayed: bool) -> None:
    headers = [*answer.headers, *([(REPLAYED, "true")] if replayed else [])]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


def _operation(scope: Scope) -> tuple[str, str]:
    return scope["method"].lower(), getattr(scope.get("route"), "path", "")


def _principal(scope: Scope) -> Principal:
    found: Principal = scope["state"].get("principal", ANONYMOUS)
    return found

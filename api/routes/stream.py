"""The route of the event stream: the change feed, pushed as it grows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from api.access.authentication import authenticate, shows_nothing
from api.access.authorization import require_scope
from api.dependencies import OfRegistry
from api.encoding import dumps
from api.errors import ApiError, Detail, ParameterError, UnavailableError
from api.features.changes import change_record
from api.operations import OPERATIONS
from api.queries.changes import changes_after
from api.registry import Registry
from api.routes.changes import Following, require_kept, wanted_of
from api.streams import Mark, Streams

router = APIRouter(tags=["changes"])

_SIGN_OF_LIFE_SECONDS = 15.0
#: What a reader waits before it comes again, in milliseconds.
_RETRY = b"retry: 2000\n\n"
_EVENTS = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/changes/stream", summary="Be told every change as it happens")
async def stream_changes(
    request: Request, registry: OfRegistry, query: Annotated[Following, Query()]
) -> Response:
    """The feed of `GET /changes` as server-sent events (WHATWG): `id` is the cursor, `event` the
    kind, `data` the record. A reader that lost the connection goes on after its `Last-Event-ID`;
    what a reorganisation took back comes as `rolled_back` and `reorganised`."""
    known = _after(request, query)
    following = query.model_copy(update={"after": known})
    await run_in_threadpool(_news, registry, following)
    if getattr(request.state, "without_body", False):
        # Asked by HEAD, it would never end, and keep the connection and a reader's place.
        return Response(headers=_HEADERS, media_type=_EVENTS)
    streams: Streams = request.app.state.streams
    if not streams.begin():
        raise UnavailableError(
            f"This server tells {streams.most} readers at once already; try again later, or read "
            "GET /changes from time to time."
        )
    told = _told(streams, registry, following, request.headers)
    return StreamingResponse(told, headers=_HEADERS, media_type=_EVENTS)


async def _told(
    streams: Streams, registry: Registry, following: Following, headers: Headers
) -> AsyncIterator[bytes]:
    mark: Mark = ()
    try:
        yield _RETRY
        while True:
            after, events = await run_in_threadpool(_news, registry, following)
            following = following.model_copy(update={"after": after})
            if events:
                yield events
                continue
            known, mark = mark, await streams.wait(mark, _SIGN_OF_LIFE_SECONDS)
            await run_in_threadpool(_require_still, registry, headers)
            if mark == known:
                yield b": still here\n\n"
    except ApiError as error:
        yield b"event: error\ndata: " + dumps({"message": error.message}) + b"\n\n"
    finally:
        streams.end()


def _require_still(registry: Registry, headers: Headers) -> None:
    """Raise once the credential that was shown counts no more: a stream outlasts many of them."""
    if not shows_nothing(headers):
        scopes = OPERATIONS["get", "/changes/stream"].scopes
        require_scope(registry, authenticate(registry, headers), scopes)


def _news(registry: Registry, following: Following) -> tuple[int, bytes]:
    """The cursor that was reached, and the records up to it as events."""
    with registry.snapshot() as snapshot:
        part = changes_after(snapshot.session, wanted_of(following, snapshot.position))
        require_kept(following.after, part)
        events = [
            b"id: %d\nevent: %b\ndata: %b\n\n"
            % (record.cursor, record.kind.encode(), dumps(change_record(snapshot.position, record)))
            for record in part.records
        ]
    return part.next, b"".join(events)


def _after(request: Request, query: Following) -> int:
    known = request.headers.get("last-event-id", "")
    if not known:
        return query.after
    if not (known.isascii() and known.isdigit() and len(known) < 16):
        message = "Last-Event-ID is the id of the last event that was seen, a whole number."
        raise ParameterError(message, [Detail("Last-Event-ID", "INVALID_PARAMETER", message)])
    return int(known)

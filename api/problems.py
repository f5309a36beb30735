"""Problems: an exception as the one error envelope, `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.access.challenges import challenge
from api.encoding import dumps
from api.errors import ApiError, as_api_error
from api.operations import methods_of
from api.refused import note

log = logging.getLogger("api")


def problem_response(request: Request, error: Exception) -> Response:
    """The answer to an exception; what lies behind a 5xx goes to the log and is not shown."""
    answer = as_api_error(error)
    if answer.status >= 500:
        log.warning("request %s: %s: %s", request_id(request), type(error).__name__, error)
    note(request.app.state.registry.engine, answer, request_id(request))
    body = problem(answer, instance=request.url.path, request_id=request_id(request))
    asked = challenge(answer, request.app.state.registry.settings.address)
    headers = {**answer.headers, **asked, **_allowed(request, answer), "Cache-Control": "no-store"}
    return Response(dumps(body), answer.status, headers, "application/problem+json")


def _allowed(request: Request, answer: ApiError) -> dict[str, str]:
    if answer.status != 405:
        return {}
    return {"Allow": ", ".join(methods_of(request.scope["path"]))}


def problem(error: ApiError, *, instance: str, request_id: str) -> dict[str, Any]:
    """The envelope: RFC 9457 members beside `code`, `message`, `details`, `timestamp`."""
    return {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.message,
        "instance": instance,
        "code": error.code,
        "message": error.message,
        "details": [detail.as_json() for detail in error.details],
        "timestamp": now_text(),
        "request_id": request_id,
    }


def now_text() -> str:
    """The present moment in RFC 3339, UTC, with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def request_id(request: Request) -> str:
    """The id that the envelope gave the request."""
    return str(getattr(request.state, "request_id", ""))

"""The gate: finds out who asks before anything else is done, and holds each route to its scopes."""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.authentication import authenticate, shows_nothing
from api.access.authorization import require_scope
from api.access.principals import ANONYMOUS, Principal
from api.access.scopes import OPEN, is_admin
from api.access.secrets import refuse_in_query
from api.errors import ApiError, PermissionsError
from api.operations import OPEN_PAGES, OPERATIONS
from api.registry import Registry

#: Where clients show credentials of their own kind (RFC 6749, 2.3).
_OF_CLIENTS = "/oauth/"


class Gate:
    """ASGI middleware: puts the principal into the request's state, or why there is none."""

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["state"]
        try:
            state["principal"] = await self._principal(scope)
        except ApiError as error:
            # Told further in, where wrong credentials are counted as well.
            state["principal"], state["refusal"] = ANONYMOUS, error
        await self.app(scope, receive, send)

    async def _principal(self, scope: Scope) -> Principal:
        headers = Headers(scope=scope)
        if scope["path"].startswith(_OF_CLIENTS):
            return ANONYMOUS
        refuse_in_query(scope["query_string"].decode("latin-1"))
        if shows_nothing(headers):
            return authenticate(self._registry, headers)
        return await run_in_threadpool(authenticate, self._registry, headers)


async def require_access(request: Request) -> None:
    """Refuse who lacks every scope of the operation; a route that names none is closed to all."""
    path = request.scope["route"].path
    if path in OPEN_PAGES:
        return
    operation = OPERATIONS.get((_method(request), path))
    if operation is None or not operation.scopes:
        raise PermissionsError("Nobody was given access to this path; tell the operator.")
    if operation.scopes == OPEN:
        return
    registry, principal = request.app.state.registry, await principal_of(request)
    if any(is_admin(scope) for scope in operation.scopes):
        # Whether somebody is an administrator is asked of the database.
        await run_in_threadpool(require_scope, registry, principal, operation.scopes)
    else:
        require_scope(registry, principal, operation.scopes)


async def principal_of(request: Request) -> Principal:
    """Who asks."""
    found: Principal = request.state.principal
    return found


def _method(request: Request) -> str:
    method = request.method.lower()
    return "get" if method == "head" else method

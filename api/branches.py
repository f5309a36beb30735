"""Branches: routes found by the first segment of their paths, and nobody let in unasked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from api.dependencies import admit

_FOUND = "ogcr_route"


class Branches(BaseRoute):
    """Routes as one: of a hundred only those are tried that begin as the path does. Before any of
    them is asked, who may not ask it is refused."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self.routes = [route for route in routes if isinstance(route, APIRoute)]
        self._by_segment: dict[str, list[APIRoute]] = defaultdict(list)
        for route in self.routes:
            # Clients that are generated name their functions by it.
            route.operation_id = route.operation_id or route.name
            self._by_segment[_first(route.path)].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As a router finds them: the first that fits wholly, else the first of that path."""
        other: tuple[Match, Scope] = Match.NONE, {}
        if scope["type"] != "http":
            return other
        for route in self._by_segment.get(_first(scope["path"]), ()):
            match, child = route.matches(scope)
            if match == Match.FULL:
                return match, {**child, _FOUND: route}
            if match == Match.PARTIAL and other[0] == Match.NONE:
                other = match, {**child, _FOUND: route}
        return other

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer that was found, if the asker may ask it; one of another verb says
        so to anybody."""
        route: APIRoute = scope[_FOUND]
        if scope["method"] in (route.methods or ()):
            await admit(Request(scope, receive))
        await route.handle(scope, receive, send)


def routes_of(app: FastAPI) -> list[BaseRoute]:
    """Every route of an application, those of branches too."""
    return [
        each
        for route in app.routes
        for each in (route.routes if isinstance(route, Branches) else [route])
    ]


def _first(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else path

"""Routes: found by how their paths begin, as trying one after the other would find them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Match

from api.branches import Branches
from api.main import ROUTERS
from api.operations import OPERATIONS

ROUTES = [route for router in ROUTERS for route in router.routes]
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def paths() -> Iterator[str]:
    """A path of every operation, and some of none."""
    for _, template in OPERATIONS:
        yield re.sub(r"\{\w+\}", "1", template)
    yield from (
        "/",
        "//",
        "",
        "projects",
        "/nothing",
        "/projects/",
        "/projects//1",
        "/credits/1/2/3",
    )


class TestBranches:
    """
    when a path and a verb are asked   the route is that which comes first in the order of all
    """

    @pytest.mark.parametrize("verb", VERBS)
    def test_the_first_of_all_routes_is_found_when_it_is_asked(self, verb: str) -> None:
        branches, found = Branches(ROUTES), 0
        for path in paths():
            scope = {"type": "http", "method": verb, "path": path}
            expected = [(route.matches(scope)[0], route) for route in ROUTES]
            whole = [route for match, route in expected if match == Match.FULL]
            partly = [route for match, route in expected if match == Match.PARTIAL]
            match, child = branches.matches(scope)
            first = next(iter([*whole, *partly]), None)
            assert child.get("route") is first, path
            assert match == (Match.FULL if whole else Match.PARTIAL if partly else Match.NONE)
            found += bool(whole)
        assert found

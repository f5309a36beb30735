"""Links: where the neighbours of a page are, in the answer and in its header (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from api.cursors import START, Cursor, print_of
from api.parameters import MOST
from api.queries.pages import Page
from api.registry import Registry

#: The relations of pages, which stand in the header as well.
_IN_HEADER = ("self", "first", "prev", "next", "last")


def page_links(
    request: Request, registry: Registry, page: Page[Any], media_type: str
) -> list[dict[str, str]]:
    """Links to this page and its neighbours, and to both ends of the list."""
    given = dict(request.query_params)
    found = _by_cursor(request, page) if "cursor" in given else _by_offset(given, page)
    links = []
    for rel, moved in found:
        parameters = {**given, **moved}
        if "cursor" in moved:
            parameters.pop("offset", None)
        query = f"?{urlencode(parameters)}" if parameters else ""
        href = registry.link(request.url.path + query)
        links.append({"rel": rel, "href": href, "type": media_type})
    return links


def link_header(links: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The header `Link` of a page, nothing for what has no neighbours."""
    found = [link for link in links if link.get("rel") in _IN_HEADER]
    if not any(link["rel"] == "first" for link in found):
        return {}
    return {"Link": ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"' for link in found)}


def _by_offset(given: Mapping[str, str], page: Page[Any]) -> Iterator[tuple[str, dict[str, str]]]:
    offset, limit = int(given.get("offset", 0)), min(int(given.get("limit", 100)), MOST)
    yield "self", {}
    yield "first", {"offset": "0"}
    if offset > 0:
        yield "prev", {"offset": str(max(0, offset - limit))}
    if page.rows and offset + len(page.rows) < page.matched:
        yield "next", {"offset": str(offset + limit)}
    yield "last", {"offset": str(max(0, page.matched - 1) // limit * limit)}


def _by_cursor(request: Request, page: Page[Any]) -> Iterator[tuple[str, dict[str, str]]]:
    of_list = print_of(request.url.path, request.query_params.multi_items())

    def moved(cursor: Cursor) -> dict[str, str]:
        return {"cursor": str(replace(cursor, list_print=of_list))}

    yield "self", {}
    yield "first", {"cursor": START}
    for rel, cursor in (("prev", page.before), ("next", page.after), ("last", page.last)):
        if cursor is not None:
            yield rel, moved(cursor)

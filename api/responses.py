"""Responses: a Feature or a list with links, totals, and the block that the answer is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.encoding import dumps
from api.entity_tags import entity_tag
from api.links import link_header, page_links
from api.problems import now_text
from api.queries.pages import Page
from api.registry import Registry
from api.representations import GEOJSON, JSON, VARYING, negotiated, represented
from api.snapshot import Position, Snapshot

_LASTING = "public, max-age=3600, stale-while-revalidate=604800"
_FRESH = "no-cache"
#: Members of an answer that change while nothing of its content does.
_PASSING = ("timeStamp",)


def answer(
    content: Mapping[str, Any],
    position: Position,
    *,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    version: str | None = None,
) -> Response:
    """A derived answer: its content, what block it is about, and how sure that is.

    Its entity tag covers the content alone, so a reader who asks again learns that nothing but the
    block changed (OGCR 4.5.1); with a `version` it is strong, for a write to name. A past state
    that is final may be kept for an hour, because a document that was missing may still be
    supplied, and for a week more be shown while the cache asks anew (RFC 5861); anything else has
    to be asked for again.
    """
    lasting = {name: value for name, value in content.items() if name not in _PASSING}
    passing = {name: content[name] for name in _PASSING if name in content}
    body, more = dumps(lasting), dumps({**passing, "ogcr:index": position.as_json()})
    lasts = position.finality == "finalized" and position.is_past
    # The content is written once, for its entity tag and for the body.
    whole = body[:-1] + (b"," if lasting else b"") + more[1:]
    return Response(
        whole,
        headers={
            **position.headers(),
            "ETag": entity_tag(body, whole, media_type, version),
            "Cache-Control": _LASTING if lasts else _FRESH,
            **link_header(content.get("links", ())),
            **(headers or {}),
        },
        media_type=media_type,
    )


def feature(
    request: Request,
    registry: Registry,
    content: Mapping[str, Any],
    position: Position,
    version: str | None = None,
) -> Response:
    """A GeoJSON Feature or FeatureCollection, in the representation that the reader prefers; with a
    `version`, of a record that a write can name."""
    # What a write accepts is about its own answer.
    accepted = request.headers.get("accept") if request.method == "GET" else None
    kind = negotiated(accepted)
    shown = represented(registry, content, kind)
    return answer(shown, position, media_type=kind, headers=VARYING, version=version)


def collection(
    request: Request,
    registry: Registry,
    snapshot: Snapshot,
    page: Page[dict[str, Any]],
    **more: Any,
) -> Response:
    """A page of a list as a GeoJSON FeatureCollection (OGC API – Features names of members)."""
    content = {
        "type": "FeatureCollection",
        "features": page.rows,
        **paging(request, registry, page, GEOJSON),
        **more,
    }
    return feature(request, registry, content, snapshot.position)


def paging(
    request: Request, registry: Registry, page: Page[Any], media_type: str = JSON
) -> dict[str, Any]:
    """Totals, links to the neighbouring pages, and the moment of the answer."""
    return {
        "numberMatched": page.matched,
        "numberReturned": len(page.rows),
        "links": page_links(request, registry, page, media_type),
        "timeStamp": now_text(),
    }

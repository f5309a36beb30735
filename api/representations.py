"""Representations: GeoJSON as such, as plain JSON, or as linked data, as the reader prefers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from api.errors import NotAcceptableError
from api.registry import Registry

GEOJSON, JSON, JSONLD = "application/geo+json", "application/json", "application/ld+json"
HTML = "text/html"
#: What caches are told of whatever is also there in another representation.
VARYING = {"Vary": "Accept"}
#: In the order of preference of this API, where the reader has none.
REPRESENTATIONS = (GEOJSON, JSON, JSONLD)
CONTEXT_PATH = "/contexts/ogcr-1.jsonld"
_CONTEXT = Path(__file__).parent / "vocabulary" / "ogcr-1.jsonld"


def negotiated(accept: str | None, kinds: Sequence[str] = REPRESENTATIONS) -> str:
    """The media type to answer with by the header `Accept` (RFC 9110, 12.5.1), of several the first
    that is liked best.

    Raises `NotAcceptableError` when the reader takes none of what there is.
    """
    ranges = list(_ranges(accept or "*/*"))
    liked = {kind: _quality(kind, ranges) for kind in kinds}
    best = max(kinds, key=lambda kind: liked[kind])
    if liked[best] <= 0:
        raise NotAcceptableError(f"This is to be had as {', '.join(kinds)}; accept one.")
    return best


def wants_page(accept: str | None) -> bool:
    """Whether a page is liked better than JSON by the header `Accept`, as browsers do."""
    ranges = list(_ranges(accept or "*/*"))
    return _quality(HTML, ranges) > _quality(JSON, ranges)


def represented(registry: Registry, content: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """A Feature or FeatureCollection in a representation; linked data names what it is about."""
    if kind != JSONLD:
        return content
    named = {"@context": registry.link(CONTEXT_PATH), **_identified(content)}
    if "features" in content:
        named["features"] = [_identified(feature) for feature in content["features"]]
    return named


@cache
def context() -> bytes:
    """The JSON-LD context that linked data refers to."""
    return _CONTEXT.read_bytes()


def _identified(content: Mapping[str, Any]) -> dict[str, Any]:
    own = [link["href"] for link in content.get("links", ()) if link.get("rel") == "self"]
    return {"@id": own[-1], **content} if own else dict(content)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
        yield name, _weight(weights[0]) if weights else 1.0


def _weight(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0


def _quality(kind: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of the closest range that a media type falls into, 0 when it falls into none."""
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        weights = [weight for name, weight in ranges if name == wanted]
        if weights:
            return max(weights)
    return 0.0

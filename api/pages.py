"""Pages: what a person sees in a browser, whole without any other host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse, Response

from api.charts import STYLE as CHART_STYLE
from api.charts import bars
from api.encoding import dumps, moment_text
from api.errors import MissingError
from api.representations import VARYING
from api.snapshot import Position

_LANDING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_READER_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)
#: Swagger UI as npm installed it into this clone.
_READER = Path(__file__).resolve().parent.parent / "node_modules" / "swagger-ui-dist"
_READER_FILES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_WITHOUT_READER = (
    "The page that shows the documentation is not installed: run `scripts/setup`. "
    'Meanwhile <a href="/openapi.json">/openapi.json</a> says the same.'
)
#: What the empty JSON pointer names.
_WHOLE = "the whole document"
_UNKNOWN = "not known"
_KG = "kg CO2e"
_FRESH = {"Cache-Control": "no-cache"}
Number = tuple[str, int]
_STYLE = """
:root{color-scheme:light dark;font:17px/1.5 system-ui,sans-serif}
body{max-width:42rem;margin:0 auto;padding:2rem 1rem}
ul{list-style:none;padding:0;display:grid;gap:.6rem}
a{display:block;padding:.8rem 1rem;border:1px solid #8888;border-radius:.6rem;
  color:inherit;text-decoration:none}
a:hover,a:focus{border-color:#2e7d4f}
caption{font-weight:600;text-align:left;padding-top:1rem}
"""


#: The reader's tables, whose columns a phone has no room for, one above the other.
_NARROW = """@media(max-width:640px){
.swagger-ui table:not(.model) :is(tbody,tr,td){display:block;width:auto!important;min-width:0}
.swagger-ui table:not(.model) thead{display:none}
.swagger-ui table:not(.model) td{max-width:100%;overflow-wrap:anywhere}
.swagger-ui .wrapper{padding:0 8px}}
"""
#: The reader's colours, dark enough to be read on what they stand on, and it on them (WCAG 1.4.3).
_COLOURS = {
    "#1b5fa8": (".opblock.opblock-get .opblock-summary-method",),
    "#1e7145": (".opblock.opblock-post .opblock-summary-method", ".version-stamp .version"),
    "#8a5200": (".opblock.opblock-put .opblock-summary-method",),
    "#b3261e": (".opblock.opblock-delete .opblock-summary-method",),
    "#17695f": (".opblock.opblock-patch .opblock-summary-method",),
    "#4a5568": (".info .title small", ".json-schema-2020-12__constraint--string"),
}
_LETTERS = {
    "#1e7145": (".btn.authorize", ".btn.authorize span"),
    "#1b5fa8": (".info a", ".info .title a", ".info .link .url", ".markdown a"),
    "#b3261e": (".parameter__name.required:after", ".parameter__name.required span"),
    "#4a5568": (
        ".json-schema-2020-12-expand-deep-button",
        ".parameter__in",
        ".prop-format",
        ".parameter__extension",
        ".model-hint",
    ),
}


def landing_page(links: Sequence[dict[str, str]]) -> Response:
    """`GET /` for browsers: where everything is. `links` have `href` and `title`."""
    items = "".join(
        f'<li><a href="{escape(link["href"])}">{escape(link["title"])}</a></li>' for link in links
    )
    return _page(
        f"<h1>OGCR registry</h1><p>A carbon-removal registry whose authority is on chain.</p>"
        f"<ul>{items}</ul>",
        _LANDING_POLICY,
    )


def statistics_page(content: Mapping[str, Any]) -> Response:
    """`GET /statistics/validation` for browsers: bars by code, field, submitter and day."""
    checks, accepted = content["checks"], content["accepted"]
    share = f"{accepted / checks:.0%}" if checks else "none"
    score = content["mean_score"]
    said = f"{checks:,} checks, {accepted:,} accepted ({share})"
    said += "" if score is None else f", mean quality {score:.0f} of 100"
    parts = [
        bars(f"Faults by {what}", _numbers(content[f"by_{what}"], _WHOLE))
        for what in ("code", "field", "submitter")
    ]
    days = [(one["day"], one["checks"]) for one in content["by_day"]]
    body = f"<h1>Validation</h1><p>{escape(said)}.</p>{''.join(parts)}{bars('By day', days)}"
    return _page(f'{body}<p><a href="registry">The registry in figures</a></p>', _LANDING_POLICY)


def registry_page(content: Mapping[str, Any], position: Position) -> Response:
    """`GET /statistics/registry` for browsers: bars of projects, reports, and units by type."""
    projects, reports = content["projects"], content["reports"]
    block = f"At block {position.block_number:,} ({position.finality})"
    time = moment_text(position.block_time)
    parts = [
        f"<h1>The registry in figures</h1><p>{block}{f', {time}' if time else ''}.</p>",
        f"<h2>Projects: {projects['total']:,}</h2>",
        bars("By status", _numbers(projects["by_status"])),
        bars("By activity", _numbers(projects["by_type"])),
        bars("By country", _numbers(projects["by_country"])),
        bars("Registered, by month", _numbers(projects["registered_by_month"])),
        f"<h2>Reports: {reports['total']:,}</h2>",
        bars("By status", _numbers(reports["by_status"])),
        *(_units(figures) for figures in content["units"]),
        '<p><a href="validation">Checks of documents in figures</a></p>',
        '<p><a href="..">Where to begin</a></p>',
    ]
    return _page("".join(parts), _LANDING_POLICY, _FRESH | position.headers())


def tagged(content: bytes, media_type: str) -> Response:
    """What is the same as long as this program is, and not sent again to whom it is known."""
    headers = {"ETag": f'"{sha256(content).hexdigest()[:32]}"'}
    return Response(content, headers=headers, media_type=media_type)


def _units(figures: Mapping[str, Any]) -> str:
    """Of one unit type, kg CO2e."""
    places = [(name.removesuffix("_kg"), kg) for name, kg in figures.items() if _is_place(name)]
    parts = [
        bars("By status", places, _KG),
        bars("By vintage", _numbers(figures["by_vintage"]), _KG),
        bars("Retired, by year", _numbers(figures["retired_by_year"]), _KG),
        bars("Issued, by month", _numbers(figures["issued_by_month"]), _KG),
    ]
    issued = f"{figures['issued_kg']:,} {_KG} issued."
    return f"<h2>Units: {escape(figures['unit_type'])}</h2><p>{issued}</p>{''.join(parts)}"


def _is_place(name: str) -> bool:
    return name.endswith("_kg") and name != "issued_kg"


def _numbers(entries: Sequence[Mapping[str, Any]], nothing: str = _UNKNOWN) -> list[Number]:
    """What is counted and its number, of entries that have no other members."""
    pairs = (entry.values() for entry in entries)
    return [(nothing if name in (None, "") else str(name), number) for name, number in pairs]


def add_documentation(app: FastAPI) -> None:
    """Add the OpenAPI document, `GET /docs`, where a person reads it, and that page's files."""

    @cache
    def definition() -> bytes:
        return dumps(app.openapi())

    @app.get("/openapi.json", include_in_schema=False)
    def read_definition() -> Response:
        return tagged(definition(), "application/json")

    @app.get("/docs", include_in_schema=False)
    def read_documentation() -> Response:
        if not _READER.is_dir():
            return _page(f"<h1>OGCR registry</h1><p>{_WITHOUT_READER}</p>", _LANDING_POLICY)
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="OGCR registry",
            swagger_js_url="/docs/swagger-ui-bundle.js",
            swagger_css_url="/docs/swagger-ui.css",
            swagger_favicon_url="/docs/favicon-32x32.png",
        )
        content = bytes(page.body).decode().replace("<html>", '<html lang="en">', 1)
        content = content.replace("</head>", f"<style>{_NARROW}{_coloured()}</style></head>", 1)
        return HTMLResponse(content, headers={"Content-Security-Policy": _READER_POLICY})

    for name, media_type in _READER_FILES.items():
        app.add_api_route(f"/docs/{name}", _file(name, media_type), include_in_schema=False)


def _coloured() -> str:
    """The reader's colours as CSS, stronger than its own."""
    kinds = (("background-color", _COLOURS), ("color", _LETTERS))
    return "".join(
        f".swagger-ui {one}{{{what}:{colour}!important}}"
        for what, colours in kinds
        for colour, places in colours.items()
        for one in places
    )


def _file(name: str, media_type: str) -> Callable[[], Response]:
    def read_file() -> Response:
        path = _READER / name
        if not path.is_file():
            raise MissingError("The page's files are not installed: run `scripts/setup`.")
        headers = {"Cache-Control": "max-age=86400"}
        return FileResponse(path, media_type=media_type, headers=headers)

    return read_file


def _page(body: str, policy: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>OGCR registry</title><style>{_STYLE}{CHART_STYLE}</style>{body}</html>",
        headers={"Content-Security-Policy": policy, **VARYING, **headers},
    )

"""Pages: what a person sees who signs in, whole without any other host."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from secrets import token_urlsafe
from string import Template

from starlette.responses import HTMLResponse

from api.oauth.consent import Pending
from api.oauth.scopes import words_of

_FOLDER = Path(__file__).parent / "page"
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def consent_page(address: str, request: str, pending: Pending) -> HTMLResponse:
    """The page on which a person chooses scopes and a wallet signs."""
    nonce = token_urlsafe(16)
    body = Template(_file("consent.html")).substitute(
        nonce=nonce,
        style=_file("consent.css"),
        script=_file("consent.js"),
        request=escape(request),
        address=escape(address),
        client=escape(pending.client.row.name),
        host=escape(pending.host),
        scopes="\n".join(_choice(scope) for scope in pending.scopes),
    )
    return HTMLResponse(body, headers=_headers(nonce))


def refusal_page(status: int, sentence: str) -> HTMLResponse:
    """What a person sees when nothing can be sent back to the program that sent them here."""
    nonce = token_urlsafe(16)
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>Sign in – OGCR registry</title><style nonce="{nonce}">{_file("consent.css")}'
        f"</style><main><h1>This sign-in cannot begin</h1><p>{escape(sentence)}</p>"
        "<p>The program that sent you here asked for it in a way that is not allowed. "
        "Nothing was granted.</p></main></html>"
    )
    return HTMLResponse(body, status, headers=_headers(nonce))


def _choice(scope: str) -> str:
    return (
        f'<label class="scope"><input type="checkbox" value="{escape(scope)}" checked>'
        f"<span>{escape(words_of(scope))}<small>{escape(scope)}</small></span></label>"
    )


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": _POLICY.format(nonce=nonce),
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")

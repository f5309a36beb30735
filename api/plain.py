"""Requests in plain form: what HTTP lets a client say in several ways is said in one of them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.types import Scope

#: Headers that are lists, which may come in several lines (RFC 9110, 5.3).
_LISTS = frozenset(
    {b"accept", b"if-match", b"if-none-match", b"forwarded", b"x-forwarded-for", b"tracestate"}
)
_ABSOLUTE = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)


def plain(scope: Scope) -> Scope:
    """The request with its target as a path, where it came as a whole URL (RFC 9112, 3.2.2), and
    each list in one line of the header; links never name the host that was asked for."""
    headers = scope["headers"]
    found = _ABSOLUTE.match(scope.get("raw_path") or b"")
    if found is None and len({name for name, _ in headers}) == len(headers):
        return scope
    changed = {**scope, "headers": _joined(headers)}
    if found is not None:
        raw = scope["raw_path"][found.end() :] or b"/"
        changed |= {"raw_path": raw, "path": unquote(raw.decode("ascii"))}
    return changed


def _joined(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    lists = {
        name: b", ".join(value for other, value in headers if other == name)
        for name in _LISTS.intersection(name for name, _ in headers)
    }
    return [*lists.items(), *(pair for pair in headers if pair[0] not in lists)]

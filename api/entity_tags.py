"""Entity tags: what names a representation, and how two of them are compared (RFC 9110, 8.8.3).

The tag of a record is strong, `"<version>-<content>-<rendering>"`: other bytes have another tag.
A record is rendered anew with every block, since it says how sure it is; what does not differ
otherwise is one content, and any rendering of it is as good as the newest. A write asks for the
version alone: what it replaces, whatever else became of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from api.encoding import dumps
from api.errors import Detail, ParameterError

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_LIST = re.compile(r'\s*((?:W/)?"[^"]*")\s*(?:,|$)|\s*,')
_RECORD = re.compile(r"([0-9a-f]{16})-([0-9a-f]{32})-([0-9a-f]{16})")


def version_of(*parts: object) -> str:
    """The first part of a record's tag: what a write would replace."""
    return sha256(dumps(parts)).hexdigest()[:16]


def entity_tag(content: bytes, whole: bytes, media_type: str, version: str | None = None) -> str:
    """The tag of a derived answer: of its content, whatever the block, and with a version of the
    whole body; then it is strong."""
    held = sha256(media_type.encode() + b"\n" + content).hexdigest()[:32]
    if version is None:
        return f'W/"{held}"'
    return f'"{version}-{held}-{sha256(whole).hexdigest()[:16]}"'


def known_as(listed: str, current: str | None) -> str | None:
    """The tag in `If-None-Match` that names what would be answered, by weak comparison."""
    if current is None or _TAG.fullmatch(current) is None:
        return None
    if listed.strip() == "*":
        return current
    for tag in _split(listed):
        if tag is not None and _content(tag) == _content(current):
            return tag if _is_rendering(current) and not tag.startswith("W/") else current
    return None


def versions_in(listed: str) -> list[str]:
    """Versions that the strong tags of `If-Match` name; raises `ParameterError` for no list."""
    tags = _split(listed)
    if not tags or None in tags:
        message = 'If-Match takes * or entity tags, as in "…", separated by commas.'
        raise ParameterError(message, [Detail("If-Match", "INVALID_PARAMETER", message)])
    matches = (_RECORD.fullmatch(_opaque(tag)) for tag in _strong(tags))
    return [match[1] for match in matches if match]


def _strong(tags: Iterable[str | None]) -> Iterable[str]:
    return (tag for tag in tags if tag is not None and not tag.startswith("W/"))


def _split(listed: str) -> list[str | None]:
    """The members of a list of tags; None for what is none."""
    found: list[str | None] = []
    place = 0
    while place < len(listed):
        match = _LIST.match(listed, place)
        if match is None:
            return [*found, None]
        if match[1]:
            found.append(match[1] if _TAG.fullmatch(match[1]) else None)
        place = max(match.end(), place + 1)
    return found


def _content(tag: str) -> str:
    opaque = _opaque(tag)
    match = _RECORD.fullmatch(opaque)
    return match[2] if match else opaque


def _is_rendering(tag: str) -> bool:
    return _RECORD.fullmatch(_opaque(tag)) is not None


def _opaque(tag: str) -> str:
    match = _TAG.fullmatch(tag)
    return match[2] if match else ""

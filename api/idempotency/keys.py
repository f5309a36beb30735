"""Keys: what `Idempotency-Key` says, and when two requests are the same (IETF draft, 2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from starlette.datastructures import Headers

from api.errors import Detail, ParameterError

HEADER = "Idempotency-Key"
#: Marks an answer that was given before.
REPLAYED = "Idempotency-Replayed"
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])+)"')
_BARE = re.compile(r"[!#-~]{1,255}")
_LONGEST = 255
#: Headers that make another request of the same body.
_MEANT = ("content-type", "if-match")


def key_of(headers: Headers) -> str | None:
    """The key of a request, None without one; raises `ParameterError`.

    A structured string (RFC 9651) as the draft asks for, or the bare word that most clients send.
    """
    given = headers.getlist(HEADER)
    if not given:
        return None
    if len(given) > 1:
        raise _unusable("Give the header once.")
    text = given[0].strip()
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if len(key) > _LONGEST or not (quoted or _BARE.fullmatch(text)):
        raise _unusable(f"Give 1 to {_LONGEST} printable ASCII characters, best a random UUID.")
    return key


def fingerprint(method: str, target: str, headers: Headers, body: bytes) -> str:
    """Equal for requests that ask for the same: verb, path, query, what is meant, and body."""
    parts: Sequence[str] = (method, target, *(headers.get(name, "") for name in _MEANT))
    digest = hashlib.sha256("\n".join(parts).encode() + b"\n")
    digest.update(body)
    return digest.hexdigest()


def _unusable(why: str) -> ParameterError:
    message = f"{HEADER} cannot be used. {why}"
    return ParameterError(message, [Detail(HEADER, "INVALID_PARAMETER", message)])

"""Remembering: the same document is looked at several times in a row, by rule after rule."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

Result = TypeVar("Result")

#: What the last few requests were about; each may have megabytes.
_LAST = 4
#: The form of `marshal` that has no references: equal values have equal bytes.
_PLAIN = 2


def remembered(ask: Callable[..., Result]) -> Callable[..., Result]:
    """A pure function of JSON values, which keeps its last answers by what it was asked.

    The answers are shared, so nobody may change them.
    """

    @lru_cache(maxsize=_LAST)
    def answer(asked: bytes) -> Result:
        # Only of bytes that were made below.
        return ask(*marshal.loads(asked))

    @wraps(ask)
    def remember(*asked: Any) -> Result:
        try:
            key = marshal.dumps(asked, _PLAIN)
        except ValueError:
            return ask(*asked)
        return answer(key)

    return remember

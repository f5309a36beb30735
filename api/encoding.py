"""Encoding: JSON bytes and moments as this API writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson

_EPOCH = date(1970, 1, 1)
#: Moments and days whose texts are remembered: a page has hundreds, and most of them again.
_REMEMBERED = 20_000


def dumps(value: Any) -> bytes:
    """JSON of a value; every number keeps the double that its author wrote."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


@lru_cache(_REMEMBERED)
def moment_text(seconds: int | None) -> str | None:
    """UNIX seconds as RFC 3339 in UTC, `2024-12-31T23:59:59Z`."""
    if seconds is None:
        return None
    # Five times as fast as `strftime`.
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00") + "Z"


@lru_cache(_REMEMBERED)
def day_text(day: int | None) -> str | None:
    """UTC days since 1970-01-01 as `2024-12-31`."""
    return None if day is None else (_EPOCH + timedelta(days=day)).isoformat()


def day_number(text: str) -> int:
    """The inverse of `day_text`; raises ValueError for what is no date."""
    return (date.fromisoformat(text) - _EPOCH).days

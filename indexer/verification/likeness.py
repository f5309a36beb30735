"""When a column and what a view returns are the same."""

import re
from typing import Any

_ZERO = re.compile(r"0x0*")


def same(column: Any, held: Any) -> bool:
    """True when both say the same: nothing is zero, a content hash is its bytes, a number text."""
    return bool(plain(column) == plain(held))


def plain(value: Any) -> Any:
    """The value without what only one of the two sides writes."""
    if value is None or value is False or value in ("", "none", 0):
        return None
    if isinstance(value, str):
        text = value.removeprefix("sha256:")
        text = "0x" + text if text != value else text
        if _ZERO.fullmatch(text):
            return None
        return (int(text) or None) if text.isdecimal() else text
    return value

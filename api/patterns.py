"""Patterns: the forms that names and numbers in requests have, and how each is said to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ADDRESS = r"^0x[0-9a-fA-F]{40}$"
NAME = r"^[A-Za-z0-9_-]{1,100}$"
UNIT = r"^[A-Za-z0-9_.-]{1,300}$"
HEX = r"^0x([0-9a-fA-F]{2})+$"
BYTES32 = r"^0x[0-9a-fA-F]{64}$"

_SAID = {
    ADDRESS: "an address is “0x” and 40 hexadecimal digits",
    NAME: "an id has 1 to 100 letters, digits, “_” and “-”, or is “0x” and hexadecimal digits",
    UNIT: "a unit is named by its token id (decimal, or “0x” and 64 hexadecimal digits) or serial",
    HEX: "bytes are “0x” and an even number of hexadecimal digits",
    BYTES32: "this is “0x” and 64 hexadecimal digits",
}


def fault_sentence(entry: Mapping[str, Any]) -> str:
    """What is wrong and how to mend it, without a full stop, of one of pydantic's errors."""
    pattern = (entry.get("ctx") or {}).get("pattern")
    if pattern in _SAID:
        return f"“{str(entry['input'])[:80]}” does not fit; {_SAID[pattern]}"
    return str(entry["msg"]).removeprefix("Value error, ").rstrip(".")

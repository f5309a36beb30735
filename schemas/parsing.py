"""Parsing: strict I-JSON (RFC 7493) from bytes or text, because `json.loads` forgives too much."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import orjson

from .faults import DocumentError, Fault
from .limits import MAX_DEPTH, MAX_VALUES, Members, UnreadNumber, is_within_limits, limit_faults

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
#: The text of each number beyond ±(2^53 - 1) has so many digits, or else an exponent.
_SIXTEEN = b"0" * 16
_ALL_DIGITS_ZERO = bytes.maketrans(b"123456789E", b"000000000e")
_MAX_DIGITS = 400
_INFINITY = float("inf")


def parse(text: bytes | str) -> Any:
    """The JSON value of a document's bytes (UTF-8) or text.

    Refuses what RFC 7493 forbids: repeated member names, NaN and infinities, whole numbers beyond
    ±(2^53 - 1), lone surrogates, bytes that are not UTF-8, a byte order mark, more than 64 levels.
    Raises `DocumentError` with every such fault and its place.
    """
    if isinstance(text, bytes) and (plain := _plain(text)) is not None:
        return plain
    characters = _decoded(text) if isinstance(text, bytes | bytearray) else text
    _refuse_byte_order_mark(characters)
    _refuse_depth(characters)
    value = _read(characters)
    faults = limit_faults(value)
    if faults:
        raise DocumentError(faults)
    return value


def _plain(data: bytes) -> Any:
    """The value of a document that is written exactly as that value would be, as canonical ones
    are, so that nothing was repeated or rounded in it; None of any other, or with a fault."""
    try:
        value = orjson.loads(data)
        is_exact = orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == data
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    is_kept = is_exact and (_is_small(data) or is_within_limits(value))
    return value if is_kept else None


def _is_small(data: bytes) -> bool:
    """Whether a hasty look at a document that is written exactly as its value would be finds that
    it can neither be too deep nor have too many values or too large a number."""
    if len(data) > MAX_VALUES or data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        return False
    digits = data.translate(_ALL_DIGITS_ZERO)
    return b"0e0" not in digits and b"0e+" not in digits and _SIXTEEN not in digits


def _decoded(data: bytes | bytearray) -> str:
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} is not UTF-8; save the document as UTF-8."
        raise DocumentError([Fault("", "NOT_UTF8", message)]) from error


def _refuse_byte_order_mark(characters: str) -> None:
    if characters.startswith("\ufeff"):
        message = "The document begins with a byte order mark; save it as UTF-8 without one."
        raise DocumentError([Fault("", "BYTE_ORDER_MARK", message)])


def _refuse_depth(characters: str) -> None:
    # Counted on the text, because the reader itself recurses and would exhaust the stack.
    if sum(map(characters.count, "[{")) <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(characters):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            line = characters.count("\n", 0, token.start()) + 1
            message = (
                f"Values are nested more than {MAX_DEPTH} levels deep from line {line} on; "
                "flatten the document."
            )
            raise DocumentError([Fault("", "NESTED_TOO_DEEPLY", message)])


def _read(characters: str) -> Any:
    try:
        return json.loads(
            characters,
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_float=_double,
        )
    except json.JSONDecodeError as error:
        message = (
            f"This is not JSON: {error.msg[0].lower()}{error.msg[1:]} at line {error.lineno}, "
            f"column {error.colno}; correct the text there."
        )
        raise DocumentError([Fault("", "NOT_JSON_TEXT", message)]) from error


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counts = Counter(name for name, _ in pairs)
    marked = Members(members)
    marked.repeated = tuple(name for name in members if counts[name] > 1)
    return marked


def _integer(literal: str) -> Any:
    return int(literal) if len(literal) <= _MAX_DIGITS else UnreadNumber(literal)


def _double(literal: str) -> Any:
    number = float(literal)
    if number == 0:
        vanished = literal.lower().partition("e")[0].strip("-0.") != ""
        return UnreadNumber(literal) if vanished else number
    return UnreadNumber(literal) if abs(number) == _INFINITY else number

"""Limits: the I-JSON rules (RFC 7493) that every value must keep before it can be hashed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from .faults import Fault, pointer_to, quoted

MAX_DEPTH = 64
MAX_VALUES = 1_000_000
#: Outside of coordinates; a long document has a few thousand, and each may be tried by many rules.
MAX_DESCRIBING = 20_000
MAX_INTEGER = 2**53 - 1

#: From here on RFC 8785 writes a whole number with an exponent, so that it reads back as a double.
_FIRST_EXPONENT = 1e21
_SURROGATE = re.compile("[\ud800-\udfff]")

Path = tuple[object, ...]


class Members(dict[str, object]):
    """An object as parsed, remembering the names that its text gave more than once."""

    repeated: tuple[str, ...] = ()


class UnreadNumber(str):
    """The literal of a number that no double can hold."""


def limit_faults(value: object) -> list[Fault]:
    """Everything in a value that I-JSON forbids, each with its pointer (RFC 7493, RFC 8785)."""
    # Hardly any document has a fault, and to know the path of each value takes ten times as long.
    return [] if is_within_limits(value) else _limit_faults(value)


def is_within_limits(value: object) -> bool:
    """Whether a hasty look finds a value to keep every rule; if not, it may still do so."""
    level, seen = [value], 0
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for item in level:
            if type(item) is dict and all(map(_is_text, item)):
                inner += item.values()
            elif type(item) is list:
                inner += item
            elif not (_is_text(item) or _is_number(item) or item is None or type(item) is bool):
                return False
        seen += len(level)
        if seen > MAX_VALUES or not inner:
            return seen <= MAX_VALUES
        level = inner
    return False


def _is_text(item: object) -> bool:
    return type(item) is str and (item.isascii() or not _SURROGATE.search(item))


def _is_number(item: object) -> bool:
    return (type(item) is int or type(item) is float) and -MAX_INTEGER <= item <= MAX_INTEGER


def _limit_faults(value: object) -> list[Fault]:
    faults: list[Fault] = []
    seen = 0
    waiting: list[tuple[Path, object]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        seen += 1
        if seen > MAX_VALUES:
            return [*faults, _too_large(MAX_VALUES)]
        faults.extend(_own_faults(path, item))
        if len(path) < MAX_DEPTH:
            waiting.extend(_children(path, item))
        elif isinstance(item, dict | list | tuple) and item:
            faults.append(_too_deep(path))
    return sorted(set(faults))


def describing_faults(value: object) -> list[Fault]:
    """A fault when a document, less its coordinates, holds more than anybody could read."""
    waiting, seen = [value], 0
    while waiting and seen <= MAX_DESCRIBING:
        item = waiting.pop()
        seen += 1
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
    return [_too_large(MAX_DESCRIBING, " beside its coordinates")] * (seen > MAX_DESCRIBING)


def unusable(faults: list[Fault]) -> bool:
    """Whether a value is so far from JSON that no further rule can be tried on it."""
    return any(f.code in {"NOT_JSON", "NESTED_TOO_DEEPLY", "TOO_MANY_VALUES"} for f in faults)


def _children(path: Path, item: object) -> Iterator[tuple[Path, object]]:
    if isinstance(item, dict):
        yield from (((*path, name), child) for name, child in item.items())
    elif isinstance(item, list | tuple):
        yield from (((*path, index), child) for index, child in enumerate(item))


def _own_faults(path: Path, item: object) -> Iterator[Fault]:
    if isinstance(item, UnreadNumber):
        yield _not_representable(path, item)
    elif isinstance(item, str):
        yield from _text_faults(path, item)
    elif isinstance(item, dict):
        yield from _member_faults(path, item)
    elif isinstance(item, bool) or item is None or isinstance(item, list | tuple):
        return
    elif isinstance(item, int | float):
        yield from _number_faults(path, item)
    else:
        yield Fault(pointer_to(*path), "NOT_JSON", f"A {type(item).__name__} is no JSON value.")


def _text_faults(path: Path, text: str) -> Iterator[Fault]:
    lone = _SURROGATE.search(text)
    if lone:
        yield Fault(
            pointer_to(*path),
            "LONE_SURROGATE",
            f"The text holds half of a surrogate pair (U+{ord(lone[0]):04X}) at character "
            f"{lone.start() + 1}; write the whole character or take it out.",
        )


def _member_faults(path: Path, members: dict[object, object]) -> Iterator[Fault]:
    for name in members:
        if isinstance(name, str):
            yield from _text_faults((*path, name), name)
        else:
            message = f"The member name {quoted(name)} is no text; write member names as strings."
            yield Fault(pointer_to(*path), "NOT_JSON", message)
    for name in getattr(members, "repeated", ()):
        message = f"The member {quoted(name)} is given more than once; keep exactly one of them."
        yield Fault(pointer_to(*path, name), "DUPLICATE_MEMBER", message)


def _number_faults(path: Path, number: float) -> Iterator[Fault]:
    pointer = pointer_to(*path)
    if isinstance(number, float) and not math.isfinite(number):
        message = (
            f"{json.dumps(number)} is no JSON number; give a finite number or leave the member out."
        )
        yield Fault(pointer, "NUMBER_NOT_FINITE", message)
    elif abs(number) > MAX_INTEGER and (isinstance(number, int) or abs(number) < _FIRST_EXPONENT):
        message = (
            f"{quoted(number)} lies beyond ±{MAX_INTEGER}, where whole numbers are no longer "
            "exact in JSON; write it as a string or in a larger unit."
        )
        yield Fault(pointer, "INTEGER_TOO_LARGE", message)


def _not_representable(path: Path, literal: str) -> Fault:
    message = (
        f"The number {quoted(str(literal))} cannot be held by a double (IEEE 754); "
        "use fewer digits or a smaller exponent, or write it as a string."
    )
    return Fault(pointer_to(*path), "NUMBER_OUT_OF_RANGE", message)


def _too_deep(path: Path) -> Fault:
    message = f"Values are nested more than {MAX_DEPTH} levels deep; flatten the document."
    return Fault(pointer_to(*path), "NESTED_TOO_DEEPLY", message)


def _too_large(most: int, where: str = "") -> Fault:
    message = f"The document holds more than {most:,} values{where}; simplify or divide it."
    return Fault("", "TOO_MANY_VALUES", message)

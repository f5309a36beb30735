"""Faults: what is wrong with a document, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a document.

    `pointer` is an RFC 6901 JSON pointer to the member at fault ("" is the whole document),
    `code` a machine word in UPPER_SNAKE, `message` a sentence that tells how to mend it.
    """

    pointer: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{_visible(self.pointer) or '(whole document)'}: {self.code}: {self.message}"


class DocumentError(ValueError):
    """A document that cannot be used; `faults` lists everything found wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def pointer_to(*path: object) -> str:
    """The RFC 6901 JSON pointer of a path of member names and array indexes."""
    steps = ("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return _printable("".join(steps))


def quoted(value: object, limit: int = 60) -> str:
    """A value as a sentence names it: strings in quotation marks, long ones cut."""
    text = f"“{value}”" if isinstance(value, str) else _json_word(value)
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return _visible(text)


def _visible(text: str) -> str:
    # What a document says must not steer the terminal of its reader.
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _printable(text: str) -> str:
    # A lone surrogate cannot be written out as UTF-8; its escape can.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _json_word(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "an array"
    return _digits(value)


def _digits(value: object) -> str:
    # Python refuses to print an integer of more than 4,300 digits.
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    return str(value)

"""Cursors: where a reader stands in a list, as text that only this API can read.

A cursor stands between two rows of one list (path, filters, sort) as of one block. It is checked,
not secret: whoever makes one up learns nothing that the list does not show.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

#: Asks for the first page of a list that is to be read by cursors.
START = "*"
#: What may differ between two pages of one list.
MOVING = ("cursor", "limit", "offset")
CURSOR_FORM = "give `*` to begin, or the cursor of a link of the last answer as it stands there"
_CHECK, _LONGEST = 6, 4_000
_LARGEST = 2**63


@dataclass(frozen=True)
class Cursor:
    """A place in a list.

    `values` are those of the sort keys of the row beside it, none at either end of the list.
    `block` is the one whose state is read, `reorganisations` how many had happened until then,
    `totals` what was counted on the first page; `is_back` when the rows before it are meant.
    """

    list_print: str = ""
    values: tuple[Any, ...] = ()
    block: int = 0
    reorganisations: int = 0
    totals: tuple[int, ...] = ()
    is_back: bool = False

    def __str__(self) -> str:
        """The text that a reader hands in again."""
        content = orjson.dumps([*vars(self).values()])
        return urlsafe_b64encode(content + _check_of(content)).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The inverse; raises ValueError for what this API has not made."""
        if text == START:
            return cls()
        made = cls(*_members(text))
        if not made._is_sound():
            raise ValueError(CURSOR_FORM)
        return made

    def _is_sound(self) -> bool:
        lists = isinstance(self.values, list) and isinstance(self.totals, list)
        if not lists or not isinstance(self.list_print, str) or not isinstance(self.is_back, bool):
            return False
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "totals", tuple(self.totals))
        numbers = (self.block, self.reorganisations, *self.totals)
        return all(map(_is_number, numbers)) and all(map(_is_value, self.values))


def print_of(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What tells one list from another: its path and its filters, sort and time."""
    lasting = sorted(pair for pair in parameters if pair[0] not in MOVING)
    return sha256(orjson.dumps([path, lasting])).hexdigest()[:12]


def _members(text: str) -> list[Any]:
    try:
        if len(text) > _LONGEST:
            raise ValueError
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content, check = raw[:-_CHECK], raw[-_CHECK:]
        members = orjson.loads(content)
    except (ValueError, binascii.Error) as error:
        raise ValueError(CURSOR_FORM) from error
    if check != _check_of(content) or not isinstance(members, list) or len(members) != 6:
        raise ValueError(CURSOR_FORM)
    return members


def _check_of(content: bytes) -> bytes:
    return sha256(b"ogcr-cursor" + content).digest()[:_CHECK]


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LARGEST


def _is_value(value: Any) -> bool:
    if type(value) is int:
        return abs(value) < _LARGEST
    if isinstance(value, str):
        return "\x00" not in value
    return value is None or isinstance(value, float | bool)

"""Parameters: what a reader may ask for in the query, checked before anything is read."""

from __future__ import annotations

import re
from collections import Counter
from datetime import time
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticKnownError

from api.cursors import CURSOR_FORM, START, Cursor, print_of
from api.errors import Detail, MissingError, ParameterError
from api.patterns import ADDRESS, BBOX, INTERVAL, METHODOLOGY, ONE_LINE, sorting
from indexer.moments import check_moment, unix_time
from indexer.words import words_of

LARGEST = 2**53 - 1
#: How many members of a list one page holds at most.
MOST = 1000
_POWER = r"([eE][+-]?[0-9]{1,2})?"
_NUMBER = re.compile(rf"\s*[+-]?[0-9]{{1,3}}(\.[0-9]{{0,20}})?{_POWER}\s*")
_WHOLE = re.compile(r"-?[0-9]+")
_HEIGHT = re.compile(rf"\s*[+-]?[0-9]{{1,6}}(\.[0-9]{{0,20}})?{_POWER}\s*")
_BBOX_FORM = "give minx,miny,maxx,maxy in WGS84 degrees, as in 13.0,48.0,14.0,49.0"

_INTERVAL_FORM = (
    "give a date or time (UTC) or two of them with a slash between, the earlier one first, as in "
    "2023-01-01T00:00:00Z/2023-12-31, or with `..` for an open end"
)
_OPEN = ("", "..")
#: Parameters that are the two ends of a time.
RANGES = (
    ("created_from", "created_to"),
    ("approved_from", "approved_to"),
    ("since", "until"),
)
#: Where unknown parameters must be ignored (RFC 6749, 3.1); what is known is read strictly there.
IGNORING = ("/oauth/authorize",)
_DAY = 86_400
_LAST_DAY = 65_535
_MOST_WORDS = 10
_MOMENTS = [{"type": "string", "format": form} for form in ("date", "date-time")]
_BLOCK_OR_TRANSACTION = {"type": "string", "pattern": "^([0-9]{1,15}|0x[0-9a-fA-F]{64})$"}


def refuse_unknown(request: Request) -> None:
    """Refuse query parameters that the operation does not document, repeat, or that hold U+0000.

    Raises `MissingError` for a path with U+0000, which no name here holds: PostgreSQL takes no such
    text, even to look for it.
    """
    if "\x00" in request.scope["path"]:
        raise MissingError("Nothing here has a name that holds U+0000; take it out of the path.")
    if not request.scope["query_string"] or request.scope["path"] in IGNORING:
        return
    allowed = _documented(request)
    given = Counter(name for name, _ in request.query_params.multi_items())
    details = [_unknown(name, allowed) for name in given if name not in allowed]
    details += [_repeated(name) for name in given if name in allowed and given[name] > 1]
    details += [_nul(n) for n, value in request.query_params.multi_items() if "\x00" in value]
    details += _turned_round(request)
    details += _cursor_faults(request) if "cursor" in allowed and "cursor" in given else []
    if details:
        raise ParameterError(details[0].message, details)


def numbers_of(bbox: str) -> tuple[float, float, float, float]:
    """West, south, east, north; west above east crosses the antimeridian (RFC 7946, 5.2)."""
    parts = _without_heights(bbox.split(","))
    if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(_BBOX_FORM)
    west, south, east, north = (float(part) for part in parts)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(_BBOX_FORM)
    return west, south, east, north


def days_of(interval: str) -> tuple[int, int]:
    """First and last day, both included (UTC days since 1970-01-01), of an OGC `datetime`."""
    first, slash, last = interval.partition("/")
    if not slash:
        last = first
    if "/" in last or {first, last} <= set(_OPEN):
        raise ValueError(_INTERVAL_FORM)
    begin = 0 if first in _OPEN else unix_time(first, time.min) // _DAY
    end = _LAST_DAY if last in _OPEN else unix_time(last, time.max) // _DAY
    if begin > end:
        raise ValueError(_INTERVAL_FORM)
    return begin, end


def _without_heights(parts: list[str]) -> list[str]:
    if len(parts) == 6 and all(_HEIGHT.fullmatch(part) for part in (parts[2], parts[5])):
        return [*parts[:2], *parts[3:5]]
    return parts


def _interval(text: str) -> str:
    days_of(text)
    return text


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return value


def _at_most(number: int) -> int:
    return min(number, MOST)


def _moment(text: str) -> str:
    unix_time(text, time.min)
    return text


def _bbox(text: str) -> str:
    numbers_of(text)
    return text


def _cursor(text: str) -> str:
    Cursor.read(text)
    return text


def _words(text: str) -> str:
    if not 1 <= len(words_of([text])) <= _MOST_WORDS:
        raise ValueError(f"give 1 to {_MOST_WORDS} words of letters and digits")
    return text


def _block_or_moment(text: str) -> str:
    check_moment(text)
    return text


def _methodology(text: str) -> str:
    if not re.fullmatch(METHODOLOGY[1:-1], text):
        raise ValueError("give a methodology id, id@version, or key (0x and 64 hex digits)")
    return text


def formed(pattern: str) -> WithJsonSchema:
    """A text as the documentation shows its form, where a validator says what is wrong with it."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


def sorted_by(*names: str) -> WithJsonSchema:
    """What a `sort` parameter looks like; `sort_keys` says what is wrong with another one."""
    return formed(sorting(*names))


#: Written in digits alone: pydantic takes 10.0, 1_0 and “ 10” for whole numbers as well.
DIGITS = BeforeValidator(_digits)
Whole = Annotated[int, DIGITS]
Moment = Annotated[str, AfterValidator(_moment), WithJsonSchema({"anyOf": _MOMENTS})]
Interval = Annotated[str, AfterValidator(_interval), formed(INTERVAL)]
Box = Annotated[str, AfterValidator(_bbox), formed(BBOX)]
SearchWords = Annotated[str, AfterValidator(_words)]
CursorText = Annotated[
    str,
    AfterValidator(_cursor),
    formed(r"^(\*|[A-Za-z0-9_-]{16,4000})$"),
]
BlockOrMoment = Annotated[
    str,
    AfterValidator(_block_or_moment),
    WithJsonSchema({"anyOf": [*_MOMENTS, _BLOCK_OR_TRANSACTION]}),
]
MethodologyName = Annotated[str, AfterValidator(_methodology), formed(METHODOLOGY)]


class AsOf(BaseModel):
    """The state of the registry that the reader means."""

    as_of: BlockOrMoment | None = Field(
        default=None,
        description="A block number, a date or time (UTC), or a transaction's hash: the state at "
        "the end of that block, day, second, or of the block that holds the transaction. Without "
        "it, the newest indexed state.",
        examples=["2025-06-30"],
    )


class Slice(BaseModel):
    """Which part of something."""

    limit: Whole = Field(default=100, ge=1, le=MOST, description="How many to give at most.")
    offset: Whole = Field(default=0, ge=0, le=LARGEST, description="How many to leave out first.")


class Part(Slice):
    """Which part of a list."""

    cursor: CursorText | None = Field(
        default=None,
        max_length=4000,
        description="`*` to begin, then what the link to the next page has: every page is of the "
        "state of the first one, whatever happens meanwhile. An `offset` counts from there.",
        examples=["*"],
    )


class Page(AsOf, Part):
    """Which part of a list, at which time."""


class Features(Page):
    """Which part of a collection; to ask for more than a page holds is no fault (OGC, 7.15.2)."""

    limit: Annotated[Whole, AfterValidator(_at_most)] = Field(
        default=100, ge=1, description=f"How many to give at most; {MOST} for any greater number."
    )


class Sender(BaseModel):
    """Who will sign."""

    sender: str | None = Field(
        default=None,
        pattern=ADDRESS,
        description="The signer's address: fills in nonce, gas and fees of what is to be signed.",
    )


class Ending(Sender):
    """Why something ends, and who will sign that."""

    reason: str = Field(
        min_length=1,
        max_length=500,
        pattern=ONE_LINE,
        description="Why, for everybody to read for ever; no personal data.",
        examples=["The site was sold; monitoring has ended."],
    )


AsOfQuery = Annotated[AsOf, Query()]
SenderQuery = Annotated[Sender, Query()]
EndingQuery = Annotated[Ending, Query()]


def sort_keys(text: str, allowed: tuple[str, ...]) -> list[tuple[str, bool]]:
    """`-created_at,name` as [(name, descending)]; raises `ParameterError` for other names."""
    keys = [(part.removeprefix("-"), part.startswith("-")) for part in text.split(",")]
    names = [name for name, _ in keys]
    if not set(names) <= set(allowed) or len(set(names)) < len(names):
        message = f"Sort by {', '.join(allowed)}, each once; a minus in front turns it round."
        raise ParameterError(message, [Detail("sort", "INVALID_PARAMETER", message)])
    return keys


def _documented(request: Request) -> tuple[str, ...]:
    fields = request.scope["route"].dependant.query_params
    return tuple(name for field in fields for name in _names(field))


def _names(field: Any) -> list[str]:
    model = field.field_info.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [entry.alias or name for name, entry in model.model_fields.items()]
    return [field.alias]


def _turned_round(request: Request) -> list[Detail]:
    """Times whose end comes before their beginning; what is no time is told elsewhere."""
    found = []
    for first, last in RANGES:
        try:
            begin = unix_time(request.query_params[first], time.min)
            end = unix_time(request.query_params[last], time.max)
        except (KeyError, ValueError):
            continue
        if begin > end:
            message = f"“{last}” lies before “{first}”; turn them round."
            found.append(Detail(last, "INVALID_PARAMETER", message))
    return found


def _cursor_faults(request: Request) -> list[Detail]:
    """A cursor belongs to one list; what is none is told elsewhere."""
    text = request.query_params["cursor"]
    try:
        known = Cursor.read(text).list_print
    except ValueError:
        return []
    if text == START or known == print_of(request.url.path, request.query_params.multi_items()):
        return []
    message = f"The cursor is that of another list or other filters; {CURSOR_FORM}."
    return [Detail("cursor", "INVALID_PARAMETER", message)]


def _unknown(name: str, allowed: tuple[str, ...]) -> Detail:
    known = f"known are {', '.join(allowed)}" if allowed else "none is known here"
    return Detail(name, "UNKNOWN_PARAMETER", f"The parameter “{name}” is not known; {known}.")


def _repeated(name: str) -> Detail:
    return Detail(name, "REPEATED_PARAMETER", f"Give the parameter “{name}” once.")


def _nul(name: str) -> Detail:
    return Detail(name, "INVALID_PARAMETER", f"The parameter “{name}” holds U+0000; take it out.")

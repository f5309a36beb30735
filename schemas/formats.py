"""Formats: the dates, times and URIs that the schemas name, checked strictly."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from jsonschema import FormatChecker
from rfc3986_validator import validate_rfc3986  # type: ignore[import-untyped]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:[0-5]\d)", re.ASCII
)
_WEB_ADDRESS = re.compile(r"https?:(?!//[^/?#])", re.IGNORECASE)


def read_date(text: object) -> date | None:
    """The calendar date of `YYYY-MM-DD`, None for anything else."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_date_time(text: object) -> datetime | None:
    """The UTC instant of an RFC 3339 date and time, None for anything else.

    A leap second counts as the second before it.
    """
    match = _DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    day, minute, second, fraction, offset = match.groups()
    leap = second == "60"
    clock = f"{day}T{minute}:{'59' if leap else second}{(fraction or '')[:7]}"
    try:
        instant = datetime.fromisoformat(clock + offset.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if leap and instant.time().replace(microsecond=0) != time(23, 59, 59) else instant


def _is_date(text: object) -> bool:
    return not isinstance(text, str) or read_date(text) is not None


def _is_date_time(text: object) -> bool:
    return not isinstance(text, str) or read_date_time(text) is not None


def _is_uri(text: object) -> bool:
    if not isinstance(text, str):
        return True
    # The library's expression ends in `$`, which lets a last line break through.
    one_line = not text.endswith("\n")
    return one_line and bool(validate_rfc3986(text)) and not _WEB_ADDRESS.match(text)


FORMATS = FormatChecker(formats=())
FORMATS.checkers = {
    "date": (_is_date, ()),
    "date-time": (_is_date_time, ()),
    "uri": (_is_uri, ()),
}

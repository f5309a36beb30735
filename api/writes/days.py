"""Days: the periods that documents name, as the UTC day numbers that the chain keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.errors import Detail
from schemas.formats import read_date, read_date_time

LAST_DAY = 65_535
_EPOCH_ORDINAL = 719_163


def day_of(text: Any) -> int | None:
    """UTC days since 1970-01-01 of a date or date-time; None when it is neither."""
    found = read_date(text) or read_date_time(text)
    return None if found is None else found.toordinal() - _EPOCH_ORDINAL


def project_days(properties: Mapping[str, Any]) -> tuple[int, int]:
    """First and last day of a PDD's project; 0 and 65535 when it names no duration."""
    duration = properties.get("project_duration")
    if not isinstance(duration, Mapping):
        return 0, LAST_DAY
    start, end = day_of(duration.get("start")), day_of(duration.get("end"))
    return (0 if start is None else start), (LAST_DAY if end is None else end)


def out_of_range(pointer: str, day: int) -> list[Detail]:
    """The finding that a day is none that the chain can keep, 1970-01-01 to 2149-06-06."""
    if 0 <= day <= LAST_DAY:
        return []
    message = "The day lies outside of 1970-01-01 to 2149-06-06, which is all the chain can keep."
    return [Detail(pointer, "DAY_OUT_OF_RANGE", message)]

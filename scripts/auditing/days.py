"""Days as the chain keeps them: whole UTC days since 1970-01-01."""

from datetime import date, timedelta

from schemas.formats import read_date, read_date_time

FIRST_DAY = date(1970, 1, 1)
SECONDS_PER_DAY = 86_400


def day_of(text: str) -> int:
    """The UTC day of an RFC 3339 date or date-time, which a schema has already checked."""
    found = read_date(text) or read_date_time(text)
    if found is None:
        raise ValueError(f"{text} is no date: write it as 2024-12-31.")
    return found.toordinal() - FIRST_DAY.toordinal()


def year_of(day: int) -> int:
    """Calendar year of a UTC day."""
    return (FIRST_DAY + timedelta(days=day)).year


def first_day_of(year: int) -> int:
    """UTC day of the first of January."""
    return (date(year, 1, 1) - FIRST_DAY).days

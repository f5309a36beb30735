"""Vintages: a verified amount by calendar year (kg CO2e), and what a sound breakdown looks like."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import schemas

FIRST_DAY = date(1970, 1, 1)


def faults_of(
    pairs: Sequence[tuple[int, int]], verified_kg: int, start_day: int, end_day: int
) -> Iterator[str]:
    """What is wrong with (year, kg) pairs as the breakdown of a period, days both included."""
    years = [year for year, _ in pairs]
    total = sum(kg for _, kg in pairs)
    if total != verified_kg:
        yield f"breaks {verified_kg} kg down into {total} kg"
    if years != sorted(set(years)):
        yield f"names its vintages out of order or twice ({years})"
    first, last = year_of(start_day), year_of(end_day)
    if any(not first <= year <= last for year in years):
        yield f"names vintages ({years}) outside of its period ({first} to {last})"


def year_of(day: int) -> int:
    """Calendar year of a UTC day since 1970-01-01."""
    return (FIRST_DAY + timedelta(days=day)).year


def year_amounts(vintages: Sequence[dict[str, Any]]) -> dict[int, int]:
    """kg CO2e by year of a decision document's `vintages`."""
    return {one["year"]: schemas.to_kg(one["value"], one["unit"]) for one in vintages}

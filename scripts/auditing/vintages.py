"""Vintages: a verified amount by calendar year (kg CO2e), and what a sound breakdown looks like."""

from collections.abc import Iterator, Sequence
from typing import Any

import schemas
from scripts.auditing.days import first_day_of, year_of


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


def year_amounts(vintages: Sequence[dict[str, Any]]) -> dict[int, int]:
    """kg CO2e by year of a decision document's `vintages`."""
    return {one["year"]: schemas.to_kg(one["value"], one["unit"]) for one in vintages}


def by_days(verified_kg: int, start_day: int, end_day: int) -> dict[int, int]:
    """kg CO2e by year of a period without a breakdown: by days, rounded down, the rest to the last.

    Both days are included.
    """
    years = range(year_of(start_day), year_of(end_day) + 1)
    length = end_day - start_day + 1
    amounts = {y: verified_kg * _days_in(y, start_day, end_day) // length for y in years}
    amounts[years[-1]] += verified_kg - sum(amounts.values())
    return amounts


def in_granules(amounts: dict[int, int], granularity_kg: int) -> dict[int, int]:
    """kg CO2e by year in whole granules: what one year leaves counts in the next one."""
    issuable, total, before = {}, 0, 0
    for year, kg in amounts.items():
        total += kg
        whole = total - total % granularity_kg
        issuable[year], before = whole - before, whole
    return issuable


def _days_in(year: int, start_day: int, end_day: int) -> int:
    first, next_first = first_day_of(year), first_day_of(year + 1)
    return min(next_first - 1, end_day) - max(first, start_day) + 1

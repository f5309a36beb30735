"""Rules: what the documents must keep beyond their JSON Schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, TypeGuard

from .faults import Fault, pointer_to, quoted
from .formats import read_date, read_date_time
from .geometry import feature_faults
from .quantities import exact_kg, to_tonnes, total_kg

Document = dict[str, Any]


def rule_faults(kind: str, document: Document) -> Iterator[Fault]:
    """Every broken rule of a kind of document; members of a wrong type are passed over here."""
    for rule in _RULES[kind]:
        yield from rule(document)


def duration_order(document: Document) -> Iterator[Fault]:
    """A project ends no earlier than it starts; a date stands for its whole UTC day."""
    duration = _object(_object(document, "properties"), "project_duration")
    start, end = _instant(duration.get("start"), time.min), _instant(duration.get("end"), time.max)
    if start and end and end < start:
        message = (
            f"The project ends on {duration['end']}, before its start on {duration['start']}; "
            "correct one of the two."
        )
        yield Fault(
            pointer_to("properties", "project_duration", "end"), "END_BEFORE_START", message
        )


def period_order(document: Document) -> Iterator[Fault]:
    """A reporting period ends no earlier than it starts; both days belong to it (OGCR 3.2)."""
    yield from _period(_object(document, "properties"), ("properties",))


def unit_period_order(document: Document) -> Iterator[Fault]:
    """The reporting period that a unit names is in order."""
    period = _object(_object(document, "properties"), "reporting_period")
    yield from _period(period, ("properties", "reporting_period"))


def uncertainty_order(document: Document) -> Iterator[Fault]:
    """The lower end of the uncertainty interval is not above the upper one (OGCR 3.2)."""
    interval = _object(_object(document, "properties"), "total_uncertainty")
    low, high = interval.get("min"), interval.get("max")
    if _is_number(low) and _is_number(high) and low > high:
        message = f"The lower end {low} is above the upper end {high}; exchange or correct them."
        yield Fault(pointer_to("properties", "total_uncertainty", "min"), "MIN_ABOVE_MAX", message)


def amount_and_tonnes(document: Document) -> Iterator[Fault]:
    """A unit's tonnes are its kilograms."""
    unit = _object(document, "properties")
    kg, tonnes = unit.get("quantity_kg"), unit.get("quantity_tco2e")
    if isinstance(tonnes, str) and _is_whole(kg) and tonnes != to_tonnes(int(kg)):
        message = f"{quoted(tonnes)} t is not {kg} kg; write “{to_tonnes(int(kg))}”."
        yield Fault(pointer_to("properties", "quantity_tco2e"), "SUM_MISMATCH", message)


def token_id_fields(document: Document) -> Iterator[Fault]:
    """The low 144 bits of a token id are its vintage (16), first kilogram (64) and amount (64)."""
    unit = _object(document, "properties")
    token = unit.get("token_id")
    if not (isinstance(token, str) and token.isascii() and token.isdigit() and len(token) < 80):
        return
    number = int(token)
    for name, shift, bits in (("vintage", 128, 16), ("first_kg", 64, 64), ("quantity_kg", 0, 64)):
        named = number >> shift & (1 << bits) - 1
        if _is_whole(unit.get(name)) and unit[name] != named:
            message = f"The token id says {named} here, not {unit[name]}; correct one of them."
            yield Fault(pointer_to("properties", name), "TOKEN_ID_MISMATCH", message)


def retirement_and_status(document: Document) -> Iterator[Fault]:
    """A retired unit tells how it was used, another has nothing to tell (OGCR 4.2.3)."""
    unit = _object(document, "properties")
    pointer = pointer_to("properties", "retirement")
    if unit.get("status") == "retired" and "retirement" not in unit:
        message = "The unit is retired, but “retirement” is missing; add it."
        yield Fault(pointer, "REQUIRED_MEMBER_MISSING", message)
    elif "retirement" in unit and unit.get("status") in _UNRETIRED:
        message = f"The unit is {unit['status']}, not retired; take “retirement” out."
        yield Fault(pointer, "MEMBER_NOT_ALLOWED", message)


def vintages_once(document: Document) -> Iterator[Fault]:
    """Each calendar year stands once in a decision."""
    seen: set[int] = set()
    for index, vintage in enumerate(_vintages(document)):
        year = vintage.get("year") if isinstance(vintage, dict) else None
        if _is_whole(year) and year in seen:
            message = f"The year {year} is given more than once; add its quantities up."
            yield Fault(pointer_to("vintages", index, "year"), "DUPLICATE_ENTRY", message)
        elif _is_whole(year):
            seen.add(int(year))


def vintages_sum(document: Document) -> Iterator[Fault]:
    """The vintages of a decision add up to the removal verified, to the last decimal."""
    vintages = _vintages(document)
    total = _kg(document.get("verified_removal"))
    parts = [_kg(vintage) for vintage in vintages]
    if not vintages or total is None or None in parts:
        return
    given = total_kg(part for part in parts if part is not None)
    if given != total:
        message = (
            f"The vintages add up to {_plain(given)} kg, the verified removal is "
            f"{_plain(total)} kg; make them equal."
        )
        yield Fault(pointer_to("vintages"), "SUM_MISMATCH", message)


# No set: a status may be any JSON value here, and some of them have no hash.
_UNRETIRED = ("held", "buffer", "cancelled", "expired", "exported")
_RULES: dict[str, tuple[Callable[[Document], Iterator[Fault] | list[Fault]], ...]] = {
    "pdd": (feature_faults, duration_order),
    "mrv": (feature_faults, period_order, uncertainty_order),
    "cru": (
        feature_faults,
        unit_period_order,
        amount_and_tonnes,
        token_id_fields,
        retirement_and_status,
    ),
    "methodology": (),
    "decision": (vintages_once, vintages_sum),
    "metadata": (),
}


def _period(holder: Document, path: tuple[str, ...]) -> Iterator[Fault]:
    start, end = read_date(holder.get("start_date")), read_date(holder.get("end_date"))
    if start and end and end < start:
        message = (
            f"The reporting period ends on {end}, before its start on {start}; correct one of the "
            "two (both days belong to the period)."
        )
        yield Fault(pointer_to(*path, "end_date"), "END_BEFORE_START", message)


def _object(holder: Document, name: str) -> Document:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _vintages(document: Document) -> list[Any]:
    value = document.get("vintages")
    return value if isinstance(value, list) else []


def _instant(text: Any, of_day: time) -> datetime | None:
    day = read_date(text)
    return datetime.combine(day, of_day, UTC) if day else read_date_time(text)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> TypeGuard[int]:
    return _is_number(value) and 0 <= value < 2**53 and value == int(value)


def _kg(quantity: Any) -> Decimal | None:
    if not isinstance(quantity, dict) or not isinstance(quantity.get("unit"), str):
        return None
    value = quantity.get("value")
    try:
        return exact_kg(value, quantity["unit"]) if _is_number(value) else None
    except ValueError:
        return None


def _plain(kg: Decimal) -> str:
    return f"{kg.normalize():f}"

"""Quantities: tonnes at the edge, whole kilograms CO2e inside, exact decimals between them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation
from functools import reduce

#: Kilograms CO2e in one of each unit that a document may name.
KILOGRAMS = {"tCO2e": 1000, "kgCO2e": 1, "tCO2": 1000, "kgCO2": 1}

_MOST_DIGITS = 400
# Wide enough that a product of any double and 1000 stays exact.
_EXACT = Context(prec=1100, Emin=-10_000, Emax=10_000)


def to_kg(value: int | float | str | Decimal, unit: str) -> int:
    """Whole kilograms CO2e of a quantity in `unit`, rounded down.

    A float counts as the decimal that JSON shows for it (0.1 is exactly 0.1). Raises ValueError
    for a unit that is not known, and for what is negative or no finite number.
    """
    return int(exact_kg(value, unit).to_integral_value(ROUND_DOWN))


def exact_kg(value: int | float | str | Decimal, unit: str) -> Decimal:
    """Kilograms CO2e of a quantity in `unit`, not rounded; raises as `to_kg` does."""
    if unit not in KILOGRAMS:
        raise ValueError(f"“{unit}” is no unit of quantity; use one of {', '.join(KILOGRAMS)}.")
    amount = _decimal(value)
    if amount < 0:
        raise ValueError(f"{value} is negative; enter removals as positive quantities.")
    return _EXACT.multiply(amount, Decimal(KILOGRAMS[unit]))


def total_kg(parts: Iterable[Decimal]) -> Decimal:
    """The sum of kilograms, not rounded."""
    return reduce(_EXACT.add, parts, Decimal(0))


def to_tonnes(kg: int) -> str:
    """Tonnes CO2e with three decimals of whole kilograms: 1250750 gives “1250.750”."""
    if isinstance(kg, bool) or not isinstance(kg, int) or kg < 0:
        raise ValueError(f"{kg} is no quantity; give whole kilograms from zero up.")
    return f"{kg // 1000}.{kg % 1000:03d}"


def _decimal(value: int | float | str | Decimal) -> Decimal:
    if isinstance(value, bool):
        raise ValueError(f"{value} is no quantity; give a number.")
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ValueError(f"{value!r} is no quantity; give a decimal number.") from error
    if not amount.is_finite() or amount.adjusted() > _MOST_DIGITS:
        raise ValueError(f"{value} is no quantity; give a finite number below 1e{_MOST_DIGITS}.")
    return amount

"""Quality: how complete, consistent, certain and plausible a document is (OGCR 4.4.3).

Not a rule: a document of low quality is as valid as any other. The score says where to look first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from .faults import pointer_to
from .formats import read_date, read_date_time
from .quantities import KILOGRAMS

Document = Mapping[str, Any]

#: Most t CO2e per hectare and year that the literature reports for a kind of activity (forests and
#: mangroves: Bernal et al. 2018, Carbon Balance and Management 13:22; soils: IPCC 2019 Refinement).
MOST_PER_HECTARE = {
    "afforestation": 41.0,
    "reforestation": 41.0,
    "soil_carbon": 5.0,
    "blue_carbon": 26.0,
    "enhanced_weathering": 15.0,
}
#: A report may exceed the expected benefit by so much before somebody should look.
SURPLUS = 1.5
#: Half the uncertainty interval as a share of the estimate: up to the first it is good, from the
#: second on it says little.
GOOD_UNCERTAINTY, POOR_UNCERTAINTY = 0.10, 0.50
_DAYS_A_YEAR = 365.2425
_SQUARE_METRES = 10_000.0


@dataclass(frozen=True)
class Context:
    """What the registry knows of the project: ground in m², type, expected t CO2e a year."""

    area_m2: float | None = None
    project_type: str | None = None
    expected_annual_benefit: float | None = None


@dataclass(frozen=True)
class Reason:
    """Why an indicator is below its best: where, a code, and what would raise it."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class Indicator:
    """One side of quality: a share from 0 to 1, and the reasons why it is not 1."""

    name: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Quality:
    """The score from 0 to 100 is the mean of those indicators that could be told."""

    score: int
    indicators: tuple[Indicator, ...]


def assess(kind: str, document: Any, context: Context | None = None) -> Quality | None:
    """The quality of a PDD or a monitoring report; None for any other kind of document.

    Any JSON value is taken; a member of a wrong type counts as missing.
    """
    if kind not in _INDICATORS or not isinstance(document, Mapping):
        return None
    known = context or Context()
    told = [indicate(document, known) for indicate in _INDICATORS[kind]]
    indicators = tuple(one for one in told if one is not None)
    return Quality(round(100 * sum(i.score for i in indicators) / len(indicators)), indicators)


def pdd_completeness(document: Document, _context: Context) -> Indicator:
    """Members that are not required, but that a validator will ask for."""
    properties = _object(document, "properties")
    links = _objects(document, "links")
    wanted = {
        ("properties", "description"): _is_text(properties.get("description")),
        ("properties", "baseline_scenario"): _is_text(properties.get("baseline_scenario")),
        ("properties", "expected_annual_benefit"): _number(properties, "expected_annual_benefit"),
        ("properties", "project_duration"): bool(_object(properties, "project_duration")),
        ("properties", "country"): _is_text(properties.get("country")),
        ("links",): any(link.get("rel") == "supporting-doc" for link in links),
    }
    return _complete(wanted)


def report_completeness(document: Document, _context: Context) -> Indicator:
    """What lets a verifier repeat the calculation."""
    data = _object(_object(document, "properties"), "methodology_data")
    estimate = _object(_object(document, "properties"), "net_removal_estimate")
    place = ("properties", "methodology_data")
    wanted = {
        (*place, "parameters"): bool(_object(data, "parameters")),
        (*place, "measurement_devices"): bool(_objects(data, "measurement_devices")),
        (*place, "sampling_strategy"): _is_text(data.get("sampling_strategy")),
        (*place, "processing_notes"): _is_text(data.get("processing_notes")),
        ("properties", "net_removal_estimate", "basis"): _is_text(estimate.get("basis")),
        ("properties", "raw_data"): bool(_objects(_object(document, "properties"), "raw_data")),
    }
    return _complete(wanted)


def report_consistency(document: Document, _context: Context) -> Indicator:
    """What one member says must not contradict another."""
    return _weighed("consistency", list(_contradictions(document)), most=3)


def report_certainty(document: Document, _context: Context) -> Indicator | None:
    """The uncertainty interval in relation to the estimate; None when it cannot be told."""
    low, high, value = _interval(document)
    if low is None or high is None or not value or high < low:
        return None
    share = (high - low) / 2 / value
    span = POOR_UNCERTAINTY - GOOD_UNCERTAINTY
    score = min(1.0, max(0.0, (POOR_UNCERTAINTY - share) / span))
    if score == 1.0:
        return Indicator("certainty", 1.0)
    message = (
        f"The interval is ±{share:.0%} of the estimate; more samples or better instruments would "
        f"bring it towards ±{GOOD_UNCERTAINTY:.0%}."
    )
    field = pointer_to("properties", "total_uncertainty")
    return Indicator("certainty", round(score, 3), (Reason(field, "WIDE_UNCERTAINTY", message),))


def pdd_plausibility(document: Document, context: Context) -> Indicator | None:
    """The expected benefit against the area; None for what no area says anything about."""
    properties = _object(document, "properties")
    expected = _float(properties, "expected_annual_benefit")
    if expected is None or context.area_m2 is None:
        return None
    kind = properties.get("project_type")
    field = pointer_to("properties", "expected_annual_benefit")
    return _per_hectare(expected, context.area_m2, kind, field)


def report_plausibility(document: Document, context: Context) -> Indicator | None:
    """The estimate of a year against the area, and against the benefit that the PDD expects."""
    tonnes, days = _tonnes(document), _days(document)
    if not tonnes or not days:
        return None
    a_year, field = tonnes / days * _DAYS_A_YEAR, pointer_to("properties", "net_removal_estimate")
    found = []
    if context.area_m2 is not None:
        found.append(_per_hectare(a_year, context.area_m2, context.project_type, field))
    if context.expected_annual_benefit:
        found.append(_expected(a_year, context.expected_annual_benefit, field))
    told = [one for one in found if one is not None]
    if not told:
        return None
    reasons = tuple(reason for one in told for reason in one.reasons)
    return Indicator("plausibility", min(one.score for one in told), reasons)


_INDICATORS: dict[str, tuple[Callable[[Document, Context], Indicator | None], ...]] = {
    "pdd": (pdd_completeness, pdd_plausibility),
    "mrv": (report_completeness, report_consistency, report_certainty, report_plausibility),
}


def _complete(wanted: Mapping[tuple[str, ...], bool]) -> Indicator:
    reasons = tuple(
        Reason(pointer_to(*path), "RECOMMENDED_MEMBER_MISSING", f"Add “{path[-1]}”.")
        for path, is_there in wanted.items()
        if not is_there
    )
    return Indicator("completeness", round(1 - len(reasons) / len(wanted), 3), reasons)


def _weighed(name: str, reasons: list[Reason], *, most: int) -> Indicator:
    return Indicator(name, round(max(0.0, 1 - len(reasons) / most), 3), tuple(reasons))


def _contradictions(document: Document) -> Iterator[Reason]:
    low, high, value = _interval(document)
    if value is not None and low is not None and high is not None and not low <= value <= high:
        field = pointer_to("properties", "total_uncertainty")
        message = f"The estimate {value:g} lies outside of its interval, {low:g} to {high:g}."
        yield Reason(field, "ESTIMATE_OUTSIDE_INTERVAL", message)
    properties = _object(document, "properties")
    end = read_date(properties.get("end_date"))
    devices = _objects(_object(properties, "methodology_data"), "measurement_devices")
    for index, device in enumerate(devices):
        calibrated = read_date(device.get("calibration_date"))
        if end and calibrated and calibrated > end:
            place = ("properties", "methodology_data", "measurement_devices", index)
            message = f"Calibrated on {calibrated}, after the period that it measured ({end})."
            yield Reason(pointer_to(*place), "CALIBRATED_AFTERWARDS", message)
            return


def _per_hectare(a_year: float, area_m2: float, kind: Any, field: str) -> Indicator | None:
    most = MOST_PER_HECTARE.get(kind) if isinstance(kind, str) else None
    if most is None or area_m2 <= 0:
        return None
    rate = a_year / (area_m2 / _SQUARE_METRES)
    if rate <= most:
        return Indicator("plausibility", 1.0)
    message = (
        f"{a_year:,.1f} t CO2e a year on {area_m2 / _SQUARE_METRES:,.2f} ha are {rate:,.1f} t a "
        f"hectare; {most:g} is the most reported for {kind}. Check unit, amount and boundary."
    )
    score = round(most / rate, 3)
    return Indicator("plausibility", score, (Reason(field, "IMPLAUSIBLE_FOR_AREA", message),))


def _expected(a_year: float, expected: float, field: str) -> Indicator:
    if expected <= 0 or a_year <= expected * SURPLUS:
        return Indicator("plausibility", 1.0)
    message = (
        f"{a_year:,.1f} t CO2e a year exceed the {expected:,.1f} t that the PDD expects by more "
        "than half; say why."
    )
    score = round(expected * SURPLUS / a_year, 3)
    return Indicator("plausibility", score, (Reason(field, "ABOVE_EXPECTATION", message),))


def _interval(document: Document) -> tuple[float | None, float | None, float | None]:
    properties = _object(document, "properties")
    interval = _object(properties, "total_uncertainty")
    estimate = _object(properties, "net_removal_estimate")
    return _float(interval, "min"), _float(interval, "max"), _float(estimate, "value")


def _tonnes(document: Document) -> float | None:
    estimate = _object(_object(document, "properties"), "net_removal_estimate")
    value, unit = _float(estimate, "value"), estimate.get("unit")
    known = KILOGRAMS.get(unit) if isinstance(unit, str) else None
    return None if value is None or known is None else value * known / KILOGRAMS["tCO2e"]


def _days(document: Document) -> int | None:
    properties = _object(document, "properties")
    start, end = _day(properties.get("start_date")), _day(properties.get("end_date"))
    return (end - start).days + 1 if start and end and end >= start else None


def _day(text: Any) -> date | None:
    instant = read_date_time(text)
    return read_date(text) or (instant.date() if instant else None)


def _object(holder: Document, name: str) -> Document:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def _objects(holder: Document, name: str) -> list[Document]:
    value = holder.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _number(holder: Document, name: str) -> bool:
    value = holder.get(name)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _float(holder: Document, name: str) -> float | None:
    try:
        value = float(holder[name]) if _number(holder, name) else None
    except OverflowError:
        return None
    return value if value is not None and isfinite(value) else None

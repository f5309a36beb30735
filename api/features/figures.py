"""Figures: the registry in numbers, as JSON."""

from __future__ import annotations

from typing import Any

from api.features.supply import supply_json
from api.queries.figures import Counts, ProjectFigures, UnitFigures


def projects_json(figures: ProjectFigures) -> dict[str, Any]:
    """Projects by status, activity and country, and how many were registered by month."""
    return {
        "total": _total(figures.by_status),
        "by_status": _entries("status", "projects", figures.by_status),
        "by_type": _entries("project_type", "projects", figures.by_type),
        "by_country": _entries("country", "projects", figures.by_country),
        "registered_by_month": _entries("month", "projects", figures.by_month),
    }


def reports_json(by_status: Counts) -> dict[str, Any]:
    """Reports by status."""
    return {
        "total": _total(by_status),
        "by_status": _entries("status", "reports", by_status),
    }


def units_json(figures: UnitFigures) -> dict[str, Any]:
    """Units of one type, kg CO2e."""
    return {
        **supply_json(figures.supply),
        "by_vintage": _entries("vintage", "quantity_kg", figures.by_vintage),
        "retired_by_year": _entries("year", "quantity_kg", figures.retired_by_year),
        "issued_by_month": _entries("month", "quantity_kg", figures.issued_by_month),
    }


def _total(counts: Counts) -> int:
    return sum(number for _, number in counts)


def _entries(what: str, of: str, counts: Counts) -> list[dict[str, Any]]:
    return [{what: name, of: number} for name, number in counts]

"""Figures: the registry in numbers."""

from __future__ import annotations

from pydantic import Field

from api.models.answers import Answer, IndexPosition
from api.models.supply import Supply


class ProjectsByStatus(Answer):
    """How many projects have a status."""

    status: str | None
    projects: int


class ProjectsByType(Answer):
    """How many projects there are of an activity."""

    project_type: str | None
    projects: int


class ProjectsByCountry(Answer):
    """How many PDDs name a country (null: none does, or the document is not held)."""

    country: str | None
    projects: int


class ProjectsByMonth(Answer):
    """How many projects were registered in a month (UTC, `2026-11`)."""

    month: str
    projects: int


class ProjectFigures(Answer):
    """Projects in numbers, the most frequent first; `by_country` has the 250 most frequent."""

    total: int
    by_status: list[ProjectsByStatus]
    by_type: list[ProjectsByType]
    by_country: list[ProjectsByCountry]
    registered_by_month: list[ProjectsByMonth]


class ReportsByStatus(Answer):
    """How many reports have a status."""

    status: str | None
    reports: int


class ReportFigures(Answer):
    """Reports in numbers."""

    total: int
    by_status: list[ReportsByStatus]


class UnitsByVintage(Answer):
    """kg CO2e issued of a vintage, whatever became of them."""

    vintage: int
    quantity_kg: int


class UnitsByYear(Answer):
    """kg CO2e retired in a year (UTC)."""

    year: int
    quantity_kg: int


class UnitsByMonth(Answer):
    """kg CO2e issued in a month (UTC, `2026-11`), whatever became of them."""

    month: str
    quantity_kg: int


class UnitFigures(Supply):
    """Units of one type in numbers."""

    by_vintage: list[UnitsByVintage]
    retired_by_year: list[UnitsByYear]
    issued_by_month: list[UnitsByMonth]


class RegistryFigures(Answer):
    """The registry in numbers; unit types never mix, so there is no total across them."""

    projects: ProjectFigures
    reports: ReportFigures
    units: list[UnitFigures]
    index: IndexPosition = Field(alias="ogcr:index")

"""Quality: how good the document of a record is, which decides nothing (OGCR 4.4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.features.held import held_document
from api.features.validations import quality_json
from api.queries.projects import ProjectRow
from api.registry import Registry
from indexer.models import Project, Report
from schemas import Context, assess


def project_quality(
    registry: Registry, project: Project, area_m2: float | None
) -> dict[str, Any] | None:
    """The quality of a PDD that names so much ground; None while it is not held."""
    document = held_document(registry, project.pdd_hash, "pdd", project.document_id).document
    if document is None:
        return None
    context = Context(area_m2, project.project_type)
    return quality_json(assess("pdd", document, context))


def report_quality(
    registry: Registry, project: ProjectRow, report: Report
) -> dict[str, Any] | None:
    """The quality of a report beside what its project expected; None while it is not held."""
    document = held_document(registry, report.report_hash, "mrv", report.document_id).document
    if document is None:
        return None
    of = project.project
    pdd = held_document(registry, of.pdd_hash, "pdd", of.document_id).document or {}
    context = Context(project.area_m2, of.project_type, _expected(pdd))
    return quality_json(assess("mrv", document, context))


def _expected(pdd: Mapping[str, Any]) -> float | None:
    """t CO2e a year."""
    properties = pdd.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    expected = known.get("expected_annual_benefit")
    return expected if isinstance(expected, int | float) else None

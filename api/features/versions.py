"""Versions: a document as it was, with where it is anchored and what comes before and after it."""

from __future__ import annotations

from typing import Any

from api.anchors import version_entry
from api.features.projects import project_feature
from api.features.quality import project_quality, report_quality
from api.features.reports import report_feature
from api.queries.beside import beside_projects, beside_reports
from api.queries.ground import area_m2
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow
from api.registry import Registry
from api.snapshot import Snapshot


def project_version(
    registry: Registry, snapshot: Snapshot, now: ProjectRow, then: ProjectRow
) -> dict[str, Any]:
    """A version of a PDD as a Feature that hashes to the version's anchor."""
    if then.version is None:
        raise ValueError("A version has an anchor.")
    path = f"/projects/{then.project.document_id}"
    newest = now.project.version or 1
    record = {
        **version_entry(registry, snapshot, then.version, then.version.pdd_hash, path),
        "is_newest": then.version.version == newest,
        "quality": project_quality(
            registry, then.project, area_m2(snapshot, then.project.pdd_hash)
        ),
    }
    content = project_feature(registry, snapshot, then, beside_projects(snapshot, [then]))
    return _of_version(registry, content, path, then.version.version, newest, record)


def report_version(
    registry: Registry, snapshot: Snapshot, project: ProjectRow, now: ReportRow, then: ReportRow
) -> dict[str, Any]:
    """A version of a monitoring report as a Feature that hashes to the version's anchor."""
    if then.version is None:
        raise ValueError("A version has an anchor.")
    path = f"/projects/{project.project.document_id}/monitoring/{then.report.document_id}"
    newest = now.report.version or 1
    record = {
        **version_entry(registry, snapshot, then.version, then.version.report_hash, path),
        "is_newest": then.version.version == newest,
        "quality": report_quality(registry, project, then.report),
    }
    beside = beside_reports(snapshot, [then])
    content = report_feature(registry, snapshot, project, then, beside)
    return _of_version(registry, content, path, then.version.version, newest, record)


def _of_version(
    registry: Registry,
    content: dict[str, Any],
    path: str,
    number: int,
    newest: int,
    record: dict[str, Any],
) -> dict[str, Any]:
    """The links that a Feature of now has are those of another resource."""
    kept = [link for link in content["links"] if link["rel"] not in ("self", "collection")]
    places = [("self", number), ("predecessor", number - 1), ("successor", number + 1)]
    own = [
        {"rel": rel, "href": registry.link(f"{path}/versions/{at}"), "type": "application/geo+json"}
        for rel, at in places
        if 1 <= at <= newest
    ]
    latest = {"rel": "alternate", "href": registry.link(path), "type": "application/geo+json"}
    return {**content, "links": [*kept, *own, latest], "ogcr:record": record}

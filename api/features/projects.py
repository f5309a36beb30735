"""Projects: a project as a GeoJSON Feature that still hashes to its anchor."""

from __future__ import annotations

from typing import Any

from api.anchors import anchor_of, version_entry
from api.encoding import day_text, moment_text
from api.entity_tags import version_of
from api.features.accreditations import withdrawal_mark
from api.features.findings import finding_view, finding_word
from api.features.held import Held, held_document
from api.features.quality import project_quality
from api.features.reversals import reversal_summary
from api.queries.beside import Beside
from api.queries.ground import Claim, claims
from api.queries.projects import ProjectRow, versions
from api.queries.reports import reports_of
from api.queries.reversals import reversals_of_project
from api.queries.supply import deficit_kg
from api.queries.units import sums
from api.registry import Registry
from api.representations import GEOJSON
from api.snapshot import Snapshot
from indexer.models import Report
from schemas import retrieved, to_tonnes


def project_feature(
    registry: Registry, snapshot: Snapshot, row: ProjectRow, beside: Beside
) -> dict[str, Any]:
    """The author's document with the members that the registry maintains.

    Where the document is not held, `geometry` is null and `ogcr:document_status` says so.
    """
    held = held_document(registry, row.project.pdd_hash, "pdd", row.project.document_id)
    if held.document is None:
        return _without_document(registry, snapshot, row, held, beside)
    return retrieved(
        held.document,
        authored=held.authored,
        status=row.project.status or "draft",
        ledger_reference=anchor_of(snapshot, row.version),
        creation_date=moment_text(row.project.created_at),
        last_updated=moment_text(row.project.updated_at),
        links=_links(registry, row),
        maintained=_maintained(registry, snapshot, row, held, beside),
    )


def project_record(
    registry: Registry, snapshot: Snapshot, row: ProjectRow, beside: Beside
) -> dict[str, Any]:
    """Everything the registry knows of a project beside its document (OGCR 4.2.1)."""
    project = row.project
    reversals = reversals_of_project(snapshot, project.project_id) if row.is_reversed else ()
    return {
        "project_id": project.project_id,
        "status": project.status,
        "developer": project.developer,
        "validator": project.validator,
        "methodology_key": project.methodology_key,
        "first_day": day_text(project.start_day),
        "last_day": day_text(project.end_day),
        "created_at": moment_text(project.created_at),
        "submitted_at": moment_text(project.submitted_at),
        "validated_at": moment_text(project.validated_at),
        "document": _finding(row, beside, "pdd_hash"),
        "quality": project_quality(registry, project, row.area_m2),
        "decision": _decision(registry, row, beside),
        "metadata": _metadata(registry, row, beside),
        "versions": [
            version_entry(registry, snapshot, v, v.pdd_hash, f"/projects/{project.document_id}")
            for v in versions(snapshot, row)
        ],
        "reports": [
            _report(registry, snapshot, row, r) for r in reports_of(snapshot, project.project_id)
        ],
        "units": [_sum(s) for s in sums(snapshot, project_id=project.project_id)],
        # Only a reversal can leave a project owing.
        "deficit_kg": deficit_kg(snapshot, project.project_id) if reversals else 0,
        "reversals": [reversal_summary(registry, r) for r in reversals],
        "conflicts": [
            _conflict(registry, c) for c in (claims(snapshot, project) if row.is_contested else ())
        ],
    }


def project_edition(row: ProjectRow) -> str:
    """Another one for each version of PDD or metadata, and for each status."""
    project = row.project
    return version_of(project.status, project.version, project.pdd_hash, project.metadata_hash)


def _without_document(
    registry: Registry, snapshot: Snapshot, row: ProjectRow, held: Held, beside: Beside
) -> dict[str, Any]:
    project = row.project
    return {
        "type": "Feature",
        "id": project.document_id,
        "profile": "pdd",
        "geometry": None,
        "properties": {
            "name": None,
            "project_type": project.project_type,
            "status": project.status,
            "creation_date": moment_text(project.created_at),
            "last_updated": moment_text(project.updated_at),
            **{
                f"ogcr:{k}": v
                for k, v in _maintained(registry, snapshot, row, held, beside).items()
            },
            "ogcr:how_to_supply": held.remedy,
        },
        "ledger_reference": anchor_of(snapshot, row.version),
        "links": _links(registry, row),
    }


def _maintained(
    registry: Registry, snapshot: Snapshot, row: ProjectRow, held: Held, beside: Beside
) -> dict[str, Any]:
    project = row.project
    return {
        "project_id": project.project_id,
        "developer": project.developer,
        "version": project.version,
        "content_hash": project.pdd_hash,
        "document_status": held.status,
        "document_finding": finding_word(
            beside.finding(project.project_id, "pdd_hash", project.pdd_hash)
        ),
        "finality": snapshot.position.finality_of(project.valid_from),
        "accreditation_withdrawn": _mark(registry, row, beside),
    }


def _links(registry: Registry, row: ProjectRow) -> list[dict[str, str]]:
    path = f"/projects/{row.project.document_id}"
    link = registry.link
    return [
        {"rel": "self", "href": link(path), "type": GEOJSON},
        {"rel": "collection", "href": link("/projects"), "type": GEOJSON},
        {"rel": "canonical", "href": link(f"/documents/{row.project.pdd_hash}"), "type": GEOJSON},
        {"rel": "related-mrv", "href": link(f"{path}/monitoring"), "type": GEOJSON},
    ]


def _report(
    registry: Registry, snapshot: Snapshot, row: ProjectRow, report: Report
) -> dict[str, Any]:
    path = f"/projects/{row.project.document_id}/monitoring/{report.document_id}"
    return {
        "id": report.document_id,
        "report_id": report.report_id,
        "status": report.status,
        "start_date": day_text(report.start_day),
        "end_date": day_text(report.end_day),
        "verified_kg": report.verified_kg,
        "finality": snapshot.position.finality_of(report.valid_from),
        "href": registry.link(path),
    }


def _sum(units: Any) -> dict[str, Any]:
    return {
        "unit_type": units.unit_type,
        "status": units.status,
        "blocks": units.blocks,
        "quantity_kg": units.quantity_kg,
        "quantity_tco2e": to_tonnes(units.quantity_kg),
    }


def _decision(registry: Registry, row: ProjectRow, beside: Beside) -> dict[str, Any] | None:
    project = row.project
    if project.decision_hash is None and project.reason is None:
        return None
    return {
        "content_hash": project.decision_hash,
        "uri": project.decision_uri,
        "reason": project.reason or None,
        "decided_by": project.decided_by,
        "decided_at": moment_text(project.decided_at),
        "accreditation_withdrawn": _mark(registry, row, beside),
        "href": _document_link(registry, project.decision_hash),
        "finding": _finding(row, beside, "decision_hash"),
    }


def _metadata(registry: Registry, row: ProjectRow, beside: Beside) -> dict[str, Any] | None:
    digest = row.project.metadata_hash
    if digest is None:
        return None
    document = held_document(registry, digest, "metadata").document
    return {
        "content_hash": digest,
        "uri": row.project.metadata_uri,
        "href": _document_link(registry, digest),
        "document": document,
        "finding": _finding(row, beside, "metadata_hash"),
    }


def _document_link(registry: Registry, digest: str | None) -> str | None:
    return None if digest is None else registry.link(f"/documents/{digest}")


def _conflict(registry: Registry, claim: Claim) -> dict[str, Any]:
    return {
        "project_id": claim.document_id,
        "project_key": claim.project_id,
        "status": claim.status,
        "kind": claim.kind,
        "overlap_m2": claim.area_m2,
        "overlap": claim.overlap,
        "href": registry.link(f"/projects/{claim.document_id}"),
    }


def _mark(registry: Registry, row: ProjectRow, beside: Beside) -> dict[str, Any] | None:
    judge = row.project.decided_by
    lost = beside.withdrawn_since(judge, row.project.decided_at)
    return withdrawal_mark(registry, judge, lost)


def _finding(row: ProjectRow, beside: Beside, column: str) -> dict[str, Any] | None:
    digest = getattr(row.project, column)
    return finding_view(beside.finding(row.project.project_id, column, digest), digest)

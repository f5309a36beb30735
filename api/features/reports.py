"""Reports: a monitoring report as a GeoJSON Feature that still hashes to its anchor."""

from __future__ import annotations

from typing import Any

from api.anchors import anchor_of, version_entry
from api.encoding import day_text, moment_text
from api.entity_tags import version_of
from api.features.accreditations import withdrawal_mark
from api.features.findings import finding_view, finding_word
from api.features.held import Held, held_document
from api.features.quality import report_quality
from api.features.reversals import reversal_summary
from api.queries.beside import Beside
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow, versions, vintages
from api.queries.reversals import reversals_of_report
from api.registry import Registry
from api.representations import GEOJSON
from api.snapshot import Snapshot
from indexer.models import Report, ReportVersion, ReportVintage
from schemas import retrieved, to_tonnes

_DECIDED = ("verified", "rejected", "archived")


def report_feature(
    registry: Registry, snapshot: Snapshot, project: ProjectRow, row: ReportRow, beside: Beside
) -> dict[str, Any]:
    """The author's document with the members that the registry maintains (OGCR 3.2)."""
    held = held_document(registry, row.report.report_hash, "mrv", row.report.document_id)
    if held.document is None:
        return _without_document(registry, snapshot, project, row, held, beside)
    decided = row.report.status in _DECIDED
    return retrieved(
        held.document,
        authored=held.authored,
        status=row.report.status or "submitted",
        ledger_reference=anchor_of(snapshot, row.version),
        creation_date=moment_text(row.report.created_at),
        last_updated=moment_text(row.report.updated_at),
        verification_date=moment_text(row.report.decided_at) if decided else None,
        verifier_info=_verifier_info(registry, row) if decided else None,
        links=_links(registry, project, row),
        maintained=_maintained(registry, snapshot, row, held, beside),
    )


def report_edition(row: ReportRow) -> str:
    """Another one for each version of the report, and for each status."""
    return version_of(row.report.status, row.report.version, row.report.report_hash)


def report_record(
    registry: Registry, snapshot: Snapshot, project: ProjectRow, row: ReportRow, beside: Beside
) -> dict[str, Any]:
    """Everything the registry knows of a report beside its document."""
    report = row.report
    path = f"/projects/{project.project.document_id}/monitoring/{report.document_id}"
    reversals = reversals_of_report(snapshot, report.report_id) if row.may_be_reversed else ()
    return {
        "report_id": report.report_id,
        "project_id": report.project_id,
        "status": report.status,
        "developer": report.developer,
        "verifier": report.verifier,
        "verified_kg": report.verified_kg,
        "decided_by": report.decided_by,
        "decided_at": moment_text(report.decided_at),
        "accreditation_withdrawn": _mark(registry, row, beside),
        "document": _finding(row, beside, "report_hash"),
        "quality": report_quality(registry, project, report),
        "statement": _finding(row, beside, "statement_hash"),
        "statement_hash": report.statement_hash,
        "statement_uri": report.statement_uri,
        "reason": report.reason or None,
        **_amounts(snapshot, project, report),
        "versions": [
            version_entry(registry, snapshot, v, v.report_hash, path) | _period(v)
            for v in versions(snapshot, row)
        ],
        "reversals": [reversal_summary(registry, r) for r in reversals],
        "units_href": registry.link(f"/credits?report={report.report_id}"),
    }


def _without_document(
    registry: Registry,
    snapshot: Snapshot,
    project: ProjectRow,
    row: ReportRow,
    held: Held,
    beside: Beside,
) -> dict[str, Any]:
    report = row.report
    return {
        "type": "Feature",
        "id": report.document_id,
        "profile": "mrv",
        "geometry": None,
        "properties": {
            "project_id": project.project.document_id,
            "start_date": day_text(report.start_day),
            "end_date": day_text(report.end_day),
            "ogcr:status": report.status,
            **{
                f"ogcr:{k}": v
                for k, v in _maintained(registry, snapshot, row, held, beside).items()
            },
            "ogcr:how_to_supply": held.remedy,
        },
        "ledger_reference": anchor_of(snapshot, row.version),
        "links": _links(registry, project, row),
    }


def _maintained(
    registry: Registry, snapshot: Snapshot, row: ReportRow, held: Held, beside: Beside
) -> dict[str, Any]:
    report = row.report
    return {
        "report_id": report.report_id,
        "developer": report.developer,
        "verifier": report.verifier,
        "verified_kg": report.verified_kg,
        "version": report.version,
        "content_hash": report.report_hash,
        "document_status": held.status,
        "document_finding": finding_word(
            beside.finding(report.report_id, "report_hash", report.report_hash)
        ),
        "finality": snapshot.position.finality_of(report.valid_from),
        "accreditation_withdrawn": _mark(registry, row, beside),
    }


def _verifier_info(registry: Registry, row: ReportRow) -> dict[str, Any] | None:
    statement = held_document(registry, row.report.statement_hash, "decision").document
    name = statement["actor_id"] if statement else row.report.verifier
    return {"organization": name} if name else None


def _period(version: ReportVersion) -> dict[str, Any]:
    return {"start_date": day_text(version.start_day), "end_date": day_text(version.end_day)}


def _links(registry: Registry, project: ProjectRow, row: ReportRow) -> list[dict[str, str]]:
    path = f"/projects/{project.project.document_id}/monitoring"
    link = registry.link
    return [
        {"rel": "self", "href": link(f"{path}/{row.report.document_id}"), "type": GEOJSON},
        {"rel": "collection", "href": link(path), "type": GEOJSON},
        {"rel": "canonical", "href": link(f"/documents/{row.report.report_hash}"), "type": GEOJSON},
    ]


def _amounts(snapshot: Snapshot, project: ProjectRow, report: Report) -> dict[str, Any]:
    """The vintages, and what rounding down to whole granules leaves of them together."""
    granule = (project.methodology and project.methodology.granularity_kg) or 1
    entries, left = [], 0
    for vintage in vintages(snapshot, report.report_id):
        left += vintage.verified_kg or 0
        whole = left - left % granule
        entries.append(_vintage(snapshot, vintage, whole))
        left -= whole
    return {"vintages": entries, "carried_kg": left}


def _vintage(snapshot: Snapshot, vintage: ReportVintage, whole_kg: int) -> dict[str, Any]:
    """`whole_kg` is the vintage's verified amount and what was carried to it, in granules."""
    verified = vintage.verified_kg or 0
    return {
        "vintage": vintage.vintage,
        "verified_kg": verified,
        "issued_kg": vintage.issued_kg,
        "issuable_kg": whole_kg - vintage.issued_kg,
        "verified_tco2e": to_tonnes(verified),
        "finality": snapshot.position.finality_of(vintage.valid_from),
    }


def _mark(registry: Registry, row: ReportRow, beside: Beside) -> dict[str, Any] | None:
    judge = row.report.decided_by
    lost = beside.withdrawn_since(judge, row.report.decided_at)
    return withdrawal_mark(registry, judge, lost)


def _finding(row: ReportRow, beside: Beside, column: str) -> dict[str, Any] | None:
    digest = getattr(row.report, column)
    return finding_view(beside.finding(row.report.report_id, column, digest), digest)

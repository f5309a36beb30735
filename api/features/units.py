"""Units: a block of units as a GeoJSON Feature of the CRU schema (OGCR 3.3)."""

from __future__ import annotations

from typing import Any

from api.anchors import ledger_reference
from api.encoding import day_text, moment_text
from api.features.fates import fate_members
from api.features.held import held_document
from api.queries.units import UnitRow
from api.registry import Registry
from api.snapshot import Snapshot
from indexer.identity import Serial, UnitId
from schemas import to_tonnes

OGCR_VERSION = "0.1.0"
_NOBODY = "0x" + "0" * 64


def unit_feature(registry: Registry, snapshot: Snapshot, row: UnitRow) -> dict[str, Any]:
    """A unit with its provenance; its geometry is that of the project."""
    return {
        "type": "Feature",
        "id": row.unit.token_id,
        "ogcr_version": OGCR_VERSION,
        "profile": "cru",
        "geometry": _geometry(registry, row),
        "properties": {
            **_identity(registry, row),
            **_provenance(row),
            **_holding(snapshot, row),
            **fate_members(registry, row.marks, row.export, row.origin),
        },
        **_anchor(snapshot, row),
        "links": _links(registry, row),
    }


def serial_of(registry: Registry, row: UnitRow) -> str:
    """The unit's human serial number."""
    serial = Serial.of(
        UnitId.from_token_id(row.unit.token_id),
        registry=registry.settings.registry_code,
        country=row.country,
        project=_project_name(row) if row.report else "",
        report=_report_name(row),
        unit_type=row.unit.unit_type or "CRU",
    )
    return str(serial)


def _geometry(registry: Registry, row: UnitRow) -> Any:
    if row.project is None:
        return None
    held = held_document(registry, row.project.pdd_hash, "pdd", row.project.document_id)
    return held.document["geometry"] if held.document else None


def _identity(registry: Registry, row: UnitRow) -> dict[str, Any]:
    unit = row.unit
    return {
        "serial_number": serial_of(registry, row),
        "token_id": str(int(unit.token_id, 16)),
        "unit_type": unit.unit_type,
        "vintage": unit.vintage,
        "first_kg": unit.first_kg,
        "quantity_kg": unit.quantity_kg,
        "quantity_tco2e": to_tonnes(unit.quantity_kg or 0),
    }


def _provenance(row: UnitRow) -> dict[str, Any]:
    methodology = row.methodology
    return {
        "project_id": _project_name(row),
        "report_id": _report_name(row),
        "methodology": {
            "id": (methodology.methodology_id if methodology else None) or "unknown",
            "version": (methodology.version if methodology else None) or "0.0",
        },
        "reporting_period": {
            "start_date": day_text(row.report.start_day if row.report else 0),
            "end_date": day_text(row.report.end_day if row.report else 0),
        },
        "ogcr:project_key": row.unit.project_id,
        "ogcr:report_key": row.unit.report_id,
    }


def _holding(snapshot: Snapshot, row: UnitRow) -> dict[str, Any]:
    unit = row.unit
    found = {
        "owner": unit.owner,
        "status": row.status,
        "issued_at": moment_text(unit.issued_at),
        "last_updated": moment_text(unit.updated_at),
        "ogcr:finality": snapshot.position.finality_of(unit.valid_from),
    }
    if unit.approved:
        found["ogcr:approved"] = unit.approved
    return {**found, **_expiry(row), **_retirement(row), **_cancellation(row)}


def _expiry(row: UnitRow) -> dict[str, Any]:
    """Of a unit that never expires, nothing; else its last day and whether its end is recorded."""
    if not row.unit.expires:
        return {}
    expiry = {"monitoring_end_date": day_text(row.monitoring_end_day)}
    if row.unit.status == "expired":
        expiry["expired_at"] = moment_text(row.unit.ended_at)
    return {"expiry": expiry}


def _cancellation(row: UnitRow) -> dict[str, Any]:
    unit = row.unit
    if unit.status != "cancelled":
        return {}
    return {
        "cancellation": {
            "reason": unit.cancellation_reason,
            "beneficiary": unit.beneficiary or _NOBODY,
            "purpose": unit.purpose or "",
            "cancelled_at": moment_text(unit.ended_at),
        },
        "ogcr:cancelled_by": unit.ended_by,
    }


def _retirement(row: UnitRow) -> dict[str, Any]:
    unit = row.unit
    if unit.status != "retired":
        return {}
    retirement: dict[str, Any] = {
        "reason": row.label or unit.retirement_reason,
        "beneficiary": unit.beneficiary or _NOBODY,
        "purpose": unit.purpose or "",
        "retired_at": moment_text(unit.ended_at),
    }
    if unit.claim_end_day is not None:
        retirement["claim_period"] = {
            "start_date": day_text(unit.claim_start_day),
            "end_date": day_text(unit.claim_end_day),
        }
    return {"retirement": retirement, "ogcr:retired_by": unit.retired_by}


def _anchor(snapshot: Snapshot, row: UnitRow) -> dict[str, Any]:
    unit = row.unit
    found = ledger_reference(snapshot, unit.updated_tx, row.block_number, unit.updated_at)
    return {"ledger_reference": found} if found else {}


def _links(registry: Registry, row: UnitRow) -> list[dict[str, str]]:
    project = f"/projects/{_project_name(row)}"
    link, kind = registry.link, "application/geo+json"
    return [
        {"rel": "self", "href": link(f"/credits/{row.unit.token_id}"), "type": kind},
        {"rel": "collection", "href": link("/credits"), "type": kind},
        {"rel": "pdd", "href": link(project), "type": kind},
        {
            "rel": "related-mrv",
            "href": link(f"{project}/monitoring/{_report_name(row)}"),
            "type": kind,
        },
    ]


def _project_name(row: UnitRow) -> str:
    return (row.project.document_id if row.project else None) or row.unit.project_id or ""


def _report_name(row: UnitRow) -> str:
    return (row.report.document_id if row.report else None) or row.unit.report_id or ""

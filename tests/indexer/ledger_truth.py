"""What the registry of reversals and the exchange say, held against the rows of the index."""

from __future__ import annotations

from indexer.models import ImpairedUnit, Reversal, ReversalCoverage, UnitExport, UnitImport

from .stage import Registry


def check_reversals(registry: Registry, rows: list[Reversal]) -> int:
    """Each row is what the contract holds."""
    for row in rows:
        assert registry.view("ReversalRegistry", "reversal", row.reversal_id) == {
            "reportId": row.report_id,
            "projectId": row.project_id,
            "liable": row.liable,
            "unitType": row.unit_type,
            "kg": row.kg,
            "dueKg": row.due_kg,
            "coveredKg": row.covered_kg,
            "impairedKg": row.impaired_kg,
            "avoidable": row.avoidable,
            "recordedAt": row.recorded_at,
            "evidenceHash": _bytes32(row.evidence_hash),
        }
    return len(rows)


def check_coverage(
    registry: Registry, rows: list[ReversalCoverage], reversals: list[Reversal]
) -> int:
    """Each block is cancelled; together they are what is covered, and the rest is the deficit."""
    for row in rows:
        unit = registry.view("CRU", "unit", int(row.token_id, 16))
        assert (unit["status"], unit["quantityKg"]) == ("cancelled", row.kg)
    for reversal in reversals:
        own = [row.kg or 0 for row in rows if row.reversal_id == reversal.reversal_id]
        assert sum(own) == reversal.covered_kg
    for project in {reversal.project_id for reversal in reversals}:
        owed = [
            (one.due_kg or 0) - one.covered_kg for one in reversals if one.project_id == project
        ]
        assert registry.view("CRU", "deficitKg", project) == sum(owed)
    return len(rows)


def check_impaired(registry: Registry, rows: list[ImpairedUnit]) -> int:
    """Each mark is what the contract holds."""
    for row in rows:
        held = registry.view("ReversalRegistry", "markOf", int(row.token_id, 16), row.reversal_id)
        assert held == {"integrity": row.integrity, "kg": row.kg}
    return len(rows)


def check_exchange(registry: Registry, exports: list[UnitExport], imports: list[UnitImport]) -> int:
    """Each export is what the contract holds, and each key of an import is used."""
    for row in exports:
        held = registry.view("UnitExchange", "exportOf", int(row.token_id, 16))
        assert held == {
            "status": row.status,
            "owner": row.owner,
            "changedAt": row.ended_at or row.started_at,
            "targetRegistry": row.target_registry,
            "targetAccount": row.target_account,
        }
    for origin in imports:
        names = (origin.origin_registry, origin.origin_key)
        known = registry.view("UnitExchange", "importOf", *names)
        assert known == {"reportId": origin.report_id, "isImported": True}
    return len(exports) + len(imports)


def _bytes32(digest: str | None) -> str:
    return "0x" + str(digest).removeprefix("sha256:")

"""Fates: what reversals and other registries did to a unit, as members of its Feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.encoding import moment_text
from api.features.reversals import mark_view
from api.registry import Registry
from indexer.models import ImpairedUnit, UnitExport, UnitImport


def fate_members(
    registry: Registry,
    marks: Sequence[ImpairedUnit],
    export: UnitExport | None,
    origin: UnitImport | None,
) -> dict[str, Any]:
    """Members for a unit that was hit, exported or imported; none for every other one."""
    found: dict[str, Any] = {}
    if marks:
        found["ogcr:integrity"] = _integrity(registry, marks)
    if export is not None:
        found["ogcr:export"] = _export(export)
    if origin is not None:
        found["ogcr:origin"] = _origin(origin)
    return found


def _integrity(registry: Registry, marks: Sequence[ImpairedUnit]) -> dict[str, Any]:
    hit = sum(mark.kg or 0 for mark in marks)
    made_up = sum(mark.kg or 0 for mark in marks if mark.integrity == "compensated")
    return {
        "status": "compensated" if made_up == hit else "impaired",
        "hit_kg": hit,
        "compensated_kg": made_up,
        "marks": [mark_view(registry, mark) for mark in marks],
    }


def _export(export: UnitExport) -> dict[str, Any]:
    return {
        "status": export.status,
        "kg": export.kg,
        "owner": export.owner,
        "target_registry": export.target_registry,
        "target_account": export.target_account,
        "started_at": moment_text(export.started_at),
        "started_by": export.started_by,
        "started_tx": export.started_tx,
        "ended_at": moment_text(export.ended_at),
        "ended_by": export.ended_by,
        "ended_tx": export.ended_tx,
        "reason": export.reason,
        "evidence_hash": export.evidence_hash,
        "uri": export.uri,
    }


def _origin(origin: UnitImport) -> dict[str, Any]:
    return {
        "registry": origin.origin_registry,
        "key": origin.origin_key,
        "project": origin.origin_project,
        "granularity_kg": origin.granularity_kg,
        "evidence_hash": origin.evidence_hash,
        "uri": origin.uri,
        "imported_at": moment_text(origin.imported_at),
        "imported_by": origin.imported_by,
        "imported_tx": origin.imported_tx,
    }

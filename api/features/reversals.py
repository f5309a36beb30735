"""Reversals: what was released again, who makes up for it, and whom it hit."""

from __future__ import annotations

from typing import Any

from api.encoding import moment_text
from api.queries.reversals import ReversalRow, coverage_of, units_hit_by
from api.registry import Registry
from api.snapshot import Snapshot
from indexer.models import ImpairedUnit, Reversal, ReversalCoverage


def reversal_view(registry: Registry, snapshot: Snapshot, row: ReversalRow) -> dict[str, Any]:
    """A reversal as lists show it."""
    reversal = row.reversal
    project = row.project.document_id if row.project else reversal.project_id
    report = row.report.document_id if row.report else reversal.report_id
    return {
        **reversal_summary(registry, reversal),
        "project_id": project,
        "project_key": reversal.project_id,
        "report_id": report,
        "report_key": reversal.report_id,
        "liable": reversal.liable,
        "unit_type": reversal.unit_type,
        "uri": reversal.uri,
        "recorded_by": reversal.recorded_by,
        "transaction_hash": reversal.recorded_tx,
        "block_number": reversal.recorded_block,
        "finality": snapshot.position.finality_of(reversal.valid_from),
        "links": [
            {"rel": "self", "href": registry.link(f"/reversals/{reversal.reversal_id}")},
            {"rel": "pdd", "href": registry.link(f"/projects/{project}")},
            {
                "rel": "related-mrv",
                "href": registry.link(f"/projects/{project}/monitoring/{report}"),
            },
        ],
    }


def reversal_record(registry: Registry, snapshot: Snapshot, row: ReversalRow) -> dict[str, Any]:
    """A reversal with every unit that was cancelled for it and every retired one that it hit."""
    identity = row.reversal.reversal_id
    covered = coverage_of(snapshot, identity)
    return {
        **reversal_view(registry, snapshot, row),
        "coverage": [_coverage(registry, one) for one in covered],
        "units_hit": [mark_view(registry, one) for one in units_hit_by(snapshot, identity)],
    }


def reversal_summary(registry: Registry, reversal: Reversal) -> dict[str, Any]:
    """What a project or a report says of a reversal; amounts in kg CO2e."""
    due = reversal.due_kg or 0
    return {
        "id": reversal.reversal_id,
        "status": "covered" if reversal.covered_kg == due else "outstanding",
        "kg": reversal.kg,
        "due_kg": due,
        "covered_kg": reversal.covered_kg,
        "outstanding_kg": due - reversal.covered_kg,
        "impaired_kg": reversal.impaired_kg,
        "avoidable": reversal.avoidable,
        "evidence_hash": reversal.evidence_hash,
        "recorded_at": moment_text(reversal.recorded_at),
        "href": registry.link(f"/reversals/{reversal.reversal_id}"),
    }


def mark_view(registry: Registry, mark: ImpairedUnit) -> dict[str, Any]:
    """What one reversal did to one retired unit."""
    return {
        "token_id": str(int(mark.token_id, 16)),
        "reversal_id": mark.reversal_id,
        "integrity": mark.integrity,
        "kg": mark.kg,
        "impaired_at": moment_text(mark.impaired_at),
        "impaired_by": mark.impaired_by,
        "impaired_tx": mark.impaired_tx,
        "compensated_at": moment_text(mark.compensated_at),
        "compensated_by": mark.compensated_by,
        "compensated_tx": mark.compensated_tx,
        "unit_href": registry.link(f"/credits/{mark.token_id}"),
        "reversal_href": registry.link(f"/reversals/{mark.reversal_id}"),
    }


def _coverage(registry: Registry, covered: ReversalCoverage) -> dict[str, Any]:
    return {
        "token_id": str(int(covered.token_id, 16)),
        "source": covered.source,
        "kg": covered.kg,
        "actor": covered.actor,
        "covered_at": moment_text(covered.covered_at),
        "transaction_hash": covered.covered_tx,
        "unit_href": registry.link(f"/credits/{covered.token_id}"),
    }

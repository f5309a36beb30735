"""Accreditations: who may judge for which types and how long, and what was decided under them."""

from __future__ import annotations

from typing import Any

from api.encoding import day_text, moment_text
from api.queries import accreditations as queries
from api.registry import Registry
from api.snapshot import Snapshot
from indexer.models import AccreditationWithdrawal, Decision


def accreditation_entry(
    registry: Registry, snapshot: Snapshot, holder: queries.Holder
) -> dict[str, Any]:
    """An account in a role: its accreditation, what was withdrawn, and how it decided."""
    held, lost = holder.accreditation, holder.withdrawals[::-1]
    return {
        "account": holder.account,
        "role": queries.ROLES[holder.role_id],
        "state": "accredited" if held else "withdrawn",
        "organisation": holder.organisation,
        "project_types": held.project_types if held else [],
        "first_day": day_text(held.start_day) if held else None,
        "last_day": day_text(held.end_day) if held else None,
        "evidence_hash": held.evidence_hash if held else None,
        "evidence_uri": held.uri if held else None,
        "granted_by": held.granted_by if held else None,
        "granted_at": moment_text(held.granted_at) if held else None,
        "withdrawals": [_withdrawal(one) for one in lost],
        "decisions": holder.outcomes,
        "finality": snapshot.position.finality_of(held.valid_from if held else lost[0].valid_from),
        "href": registry.link(f"/accreditations/{holder.account}"),
    }


def decision_entry(
    registry: Registry, snapshot: Snapshot, holder: queries.Holder, made: Decision
) -> dict[str, Any]:
    """A decision, and the withdrawal of its judge's accreditation since, if there was one."""
    role = queries.ROLES[holder.role_id]
    lost = queries.first_since(holder.withdrawals, made.decided_at)
    kind = "projects" if role == "validator" else "reports"
    return {
        "subject": kind.removesuffix("s"),
        "subject_id": made.subject_id,
        "outcome": made.outcome,
        "content_hash": made.content_hash,
        "decision_hash": made.decision_hash,
        "decision_uri": made.decision_uri,
        "reason": made.reason,
        "decided_at": moment_text(made.decided_at),
        "tx_hash": made.decided_tx,
        "accreditation_withdrawn": withdrawal_mark(registry, made.account, lost),
        "finality": snapshot.position.finality_of(made.valid_from),
        "href": registry.link(f"/projects/{made.subject_id}") if role == "validator" else None,
    }


def withdrawal_mark(
    registry: Registry, judge: str | None, lost: AccreditationWithdrawal | None
) -> dict[str, Any] | None:
    """The mark of a decision whose judge lost its accreditation since; the decision stands."""
    if lost is None:
        return None
    return {**_withdrawal(lost), "href": registry.link(f"/accreditations/{judge}")}


def _withdrawal(lost: AccreditationWithdrawal) -> dict[str, Any]:
    return {
        "withdrawn_at": moment_text(lost.withdrawn_at),
        "withdrawn_by": lost.withdrawn_by,
        "reason": lost.reason,
        "evidence_hash": lost.evidence_hash,
    }

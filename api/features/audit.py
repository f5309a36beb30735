"""Entries of the audit log as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from api.access.tables import AuditEntry, AuditMachine


def entry_json(row: AuditEntry, machine: AuditMachine | None) -> dict[str, Any]:
    """An entry; `machine` is None once it was erased, or where none was seen."""
    at = datetime.fromtimestamp(row.at / 1000, UTC).isoformat(timespec="milliseconds")
    known = {"address": machine.address, "agent": machine.agent} if machine else None
    return {
        "sequence": row.sequence,
        "at": at.replace("+00:00", "Z"),
        "actor": row.actor,
        "credential": row.credential,
        "operation": row.operation,
        "resource": row.resource,
        "outcome": row.outcome,
        "status": row.status,
        "request_id": row.request_id,
        "times": row.times,
        "machine": known,
        "digest": row.digest,
    }

"""What an API serves of reversals and exchange, and what the events say of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import schemas
from scripts.auditing.ledger_rows import Row
from scripts.auditing.replay import Replay
from scripts.auditing.reversals import ReversalState


def reversal_values(state: ReversalState) -> Row:
    """A reversal as `GET /reversals/{id}` must serve it, but for what is named in words."""
    return {
        "status": "outstanding" if state.outstanding_kg else "covered",
        "kg": state.kg,
        "due_kg": state.due_kg,
        "covered_kg": state.covered_kg,
        "outstanding_kg": state.outstanding_kg,
        "impaired_kg": state.impaired_kg,
        "avoidable": state.avoidable,
        "project_key": state.project_id,
        "report_key": state.report_id,
        "liable": state.liable,
        "unit_type": state.unit_type,
        "evidence_hash": schemas.bytes32_to_hash(state.evidence_hash),
        "uri": state.uri,
        "recorded_by": state.recorded_by,
        "recorded_at": state.recorded_at,
        "transaction_hash": state.transaction,
        "coverage": {
            (str(token), one.source, one.kg, one.actor) for token, one in state.covered.items()
        },
        "units_hit": {
            (str(token), mark.kg, "impaired" if mark.compensated_at is None else "compensated")
            for token, mark in state.marks.items()
        },
    }


def served_reversal(record: Mapping[str, Any]) -> Row:
    """The same of what an API serves."""
    served = {name: record.get(name) for name in record}
    moment = record.get("recorded_at")
    served["recorded_at"] = moment and int(datetime.fromisoformat(moment).timestamp())
    served["coverage"] = {
        (one["token_id"], one["source"], one["kg"], one["actor"])
        for one in record.get("coverage", ())
    }
    served["units_hit"] = {
        (one["token_id"], one["kg"], one["integrity"]) for one in record.get("units_hit", ())
    }
    return served


def fate_values(replay: Replay, token_id: int, report_id: str) -> Row:
    """What a unit's Feature must say of reversals, export and origin; None where nothing is."""
    hit, made_up = replay.reversals.hits_of(token_id)
    export = replay.exchange.exports.get(token_id)
    origin = replay.exchange.imports.get(report_id)
    return {
        "integrity": (hit, made_up) if hit else None,
        "export": (export.status, export.kg, export.target_registry) if export else None,
        "origin": (origin.registry, origin.key, origin.project) if origin else None,
    }


def served_fates(properties: Mapping[str, Any]) -> Row:
    """The same of what an API serves."""
    members = {
        "integrity": ("hit_kg", "compensated_kg"),
        "export": ("status", "kg", "target_registry"),
        "origin": ("registry", "key", "project"),
    }
    found = {name: properties.get(f"ogcr:{name}") for name in members}
    return {
        name: tuple(value[part] for part in members[name]) if (value := found[name]) else None
        for name in members
    }

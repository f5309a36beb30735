"""The rows about reversals and about what crosses between registries, made from the replay."""

from collections.abc import Callable
from typing import Any

import schemas
from scripts.auditing.replay import Replay

Row = dict[str, Any]


def _reversal(replay: Replay, reversal_id: str) -> Row | None:
    state = replay.reversals.states.get(reversal_id)
    if state is None:
        return None
    return {
        "report_id": state.report_id,
        "project_id": state.project_id,
        "liable": state.liable,
        "unit_type": state.unit_type,
        "kg": state.kg,
        "due_kg": state.due_kg,
        "covered_kg": state.covered_kg,
        "impaired_kg": state.impaired_kg,
        "avoidable": state.avoidable,
        "evidence_hash": schemas.bytes32_to_hash(state.evidence_hash),
        "uri": state.uri,
        "recorded_by": state.recorded_by,
        "recorded_at": state.recorded_at,
        "recorded_block": state.block,
        "recorded_tx": state.transaction,
        "updated_at": state.updated_at,
        "updated_tx": state.updated_in,
    }


def _reversal_coverage(replay: Replay, reversal_id: str, token_id: str) -> Row | None:
    state = replay.reversals.states.get(reversal_id)
    cover = state.covered.get(int(token_id, 16)) if state else None
    if cover is None:
        return None
    return {
        "source": cover.source,
        "actor": cover.actor,
        "kg": cover.kg,
        "covered_at": cover.time,
        "covered_tx": cover.transaction,
    }


def _impaired_unit(replay: Replay, token_id: str, reversal_id: str) -> Row | None:
    state = replay.reversals.states.get(reversal_id)
    mark = state.marks.get(int(token_id, 16)) if state else None
    if mark is None:
        return None
    return {
        "integrity": "impaired" if mark.compensated_at is None else "compensated",
        "kg": mark.kg,
        "impaired_by": mark.actor,
        "impaired_at": mark.time,
        "impaired_tx": mark.transaction,
        "compensated_by": mark.compensated_by,
        "compensated_at": mark.compensated_at,
        "compensated_tx": mark.compensated_in,
    }


def _unit_export(replay: Replay, token_id: str) -> Row | None:
    state = replay.exchange.exports.get(int(token_id, 16))
    if state is None:
        return None
    evidence = state.evidence_hash
    return {
        "status": state.status,
        "owner": state.owner,
        "kg": state.kg,
        "target_registry": state.target_registry,
        "target_account": state.target_account,
        "started_by": state.started_by,
        "started_at": state.started_at,
        "started_tx": state.started_in,
        "ended_by": state.ended_by,
        "ended_at": state.ended_at,
        "ended_tx": state.ended_in,
        "reason": state.reason,
        "evidence_hash": evidence and schemas.bytes32_to_hash(evidence),
        "uri": state.uri,
    }


def _unit_import(replay: Replay, report_id: str) -> Row | None:
    state = replay.exchange.imports.get(report_id)
    if state is None:
        return None
    return {
        "token_id": f"{state.token_id:#066x}",
        "receiver": state.receiver,
        "origin_registry": state.registry,
        "origin_key": state.key,
        "origin_project": state.project,
        "granularity_kg": state.granularity_kg,
        "evidence_hash": schemas.bytes32_to_hash(state.evidence_hash),
        "uri": state.uri,
        "imported_by": state.actor,
        "imported_at": state.time,
        "imported_tx": state.transaction,
    }


LEDGER_MAKERS: dict[str, Callable[..., Row | None]] = {
    "reversal": _reversal,
    "reversal_coverage": _reversal_coverage,
    "impaired_unit": _impaired_unit,
    "unit_export": _unit_export,
    "unit_import": _unit_import,
}

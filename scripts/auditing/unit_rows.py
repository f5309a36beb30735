"""The rows about units and what operators say beside them, made from the replay."""

from collections.abc import Callable
from typing import Any

import schemas
from indexer.identity import UnitId
from scripts.auditing.anchors import ZERO_HASH
from scripts.auditing.blocks import NOBODY
from scripts.auditing.replay import Replay

Row = dict[str, Any]


def _report_vintage(replay: Replay, report_id: str, vintage: int) -> Row | None:
    state, key = replay.reports.states.get(report_id), (report_id, vintage)
    if state is None and report_id not in replay.exchange.imports:
        return None
    return {
        "verified_kg": state and state.vintages.get(vintage),
        "issued_kg": replay.units.issuance.issued.get(key, 0),
        "monitoring_end_day": replay.units.monitoring.ends.get(key),
    }


def _unit(replay: Replay, token_id: str) -> Row | None:
    block = replay.units.blocks.get(int(token_id, 16))
    if block is None:
        return None
    unit = UnitId.from_token_id(token_id)
    report = replay.reports.states.get(unit.report_id)
    claims = block.claim[1] != 0
    return {
        "report_id": unit.report_id,
        "project_id": report.project.id if report else _imported_project(replay, unit.report_id),
        "vintage": unit.vintage,
        "first_kg": unit.first_kg,
        "quantity_kg": unit.quantity_kg,
        "unit_type": block.unit_type,
        "expires": block.expires,
        "status": block.status,
        "owner": block.owner,
        "approved": None if block.approved == NOBODY else block.approved,
        "issued_at": block.issued_at,
        "issued_tx": block.issued_in,
        "ended_at": block.ended_at or None,
        "retirement_reason": replay.units.accounts.reason_word(block.reason),
        "beneficiary": None if block.beneficiary == ZERO_HASH else block.beneficiary,
        "purpose": block.purpose,
        "claim_start_day": block.claim[0] if claims else None,
        "claim_end_day": block.claim[1] if claims else None,
        "retired_by": block.retired_by,
        "cancellation_reason": block.cancellation,
        "ended_by": block.ended_by,
        "updated_at": block.updated_at,
        "updated_tx": block.updated_in,
    }


def _imported_project(replay: Replay, report_id: str) -> str | None:
    origin = replay.exchange.imports.get(report_id)
    return origin.project_id if origin else None


def _operator_approval(replay: Replay, owner: str, operator: str) -> Row | None:
    return {"approved": replay.units.operators[owner, operator]}


def _suspended_account(replay: Replay, account: str) -> Row | None:
    said = replay.units.accounts.suspensions[account]
    return {
        "suspended": said.is_suspended,
        "evidence_hash": schemas.bytes32_to_hash(said.evidence_hash),
        "reason": said.reason,
        "changed_by": said.actor,
        "changed_at": said.time,
        "changed_tx": said.transaction,
    }


def _project_deficit(replay: Replay, project_id: str) -> Row | None:
    event = replay.reversals.deficit_changes[project_id]
    return {
        "deficit_kg": event.arguments["deficitKg"],
        "changed_at": event.time,
        "changed_tx": event.transaction,
    }


def _monitoring_extension(replay: Replay, report_id: str, vintage: int, day: int) -> Row | None:
    said = replay.units.monitoring.extensions[report_id, vintage, day]
    return {
        "evidence_hash": schemas.bytes32_to_hash(said.evidence_hash),
        "uri": said.uri,
        "prolonged_by": said.actor,
        "prolonged_at": said.time,
        "prolonged_tx": said.transaction,
    }


def _buffer_release(replay: Replay, token_id: str) -> Row | None:
    event = replay.units.endings.releases[int(token_id, 16)]
    return {
        "receiver": event.arguments["to"],
        "kg": event.arguments["kg"],
        "evidence_hash": schemas.bytes32_to_hash(event.arguments["evidenceHash"]),
        "released_by": event.arguments["actor"],
        "released_at": event.time,
        "released_tx": event.transaction,
    }


def _retirement_reason(replay: Replay, code: int) -> Row | None:
    event = replay.units.accounts.reasons[code]
    return {
        "label": event.arguments["label"],
        "added_by": event.arguments["actor"],
        "added_at": event.time,
        "added_tx": event.transaction,
    }


UNIT_MAKERS: dict[str, Callable[..., Row | None]] = {
    "report_vintage": _report_vintage,
    "unit": _unit,
    "operator_approval": _operator_approval,
    "suspended_account": _suspended_account,
    "project_deficit": _project_deficit,
    "monitoring_extension": _monitoring_extension,
    "buffer_release": _buffer_release,
    "retirement_reason": _retirement_reason,
}

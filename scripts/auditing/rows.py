"""The rows that the index must hold, made from the replay."""

from collections.abc import Callable
from typing import Any

import schemas
from scripts.auditing.accreditation_rows import ACCREDITATION_MAKERS
from scripts.auditing.anchors import ZERO_HASH
from scripts.auditing.blocks import NOBODY
from scripts.auditing.ledger_rows import LEDGER_MAKERS
from scripts.auditing.replay import Replay
from scripts.auditing.touched import Place
from scripts.auditing.unit_rows import UNIT_MAKERS

Row = dict[str, Any]


def row_of(replay: Replay, place: Place) -> Row | None:
    """The row of a table and key by the replay's present state, None when there is none."""
    table, key = place
    return _MAKERS[table](replay, *key)


def _methodology(replay: Replay, key: str) -> Row | None:
    state = replay.methodologies.states.get(key)
    if state is None:
        return None
    return {
        "methodology_id": state.id,
        "version": state.version,
        "status": state.status,
        "document_hash": _content(state.document_hash),
        "uri": state.uri,
        "unit_type": state.terms["unitType"],
        "granularity_kg": state.terms["granularityKg"],
        "buffer_rate_bps": state.terms["bufferRateBps"],
        "automatic_issuance": state.terms["automaticIssuance"],
        "expires": state.terms["expires"],
        "durability_years": state.terms["durabilityYears"],
        "project_types": replay.methodologies.project_types(state),
        "registered_at": state.registered_at,
    }


def _project(replay: Replay, project_id: str) -> Row | None:
    state = replay.projects.states.get(project_id)
    if state is None:
        return None
    first, current = state.versions[0], state.current
    return {
        "document_id": state.document_id,
        "status": state.status,
        "developer": state.developer,
        "validator": _party(state.validator),
        "methodology_key": current.methodology_key,
        "project_type": state.project_type,
        "pdd_hash": _content(current.hash),
        "uri": current.uri,
        "version": current.number,
        "start_day": current.start_day,
        "end_day": current.end_day,
        "metadata_hash": _content(state.metadata_hash),
        "metadata_uri": state.metadata_uri,
        "decision_hash": _content(state.decision_hash),
        "decision_uri": state.decision_uri,
        "reason": state.reason,
        "created_at": first.time,
        "created_block": first.block,
        "created_tx": first.transaction,
        "submitted_at": state.submitted_at,
        "decided_version": state.decided_version or None,
        "decided_by": state.decided_by,
        "decided_at": state.decided_at or None,
        "validated_at": state.validated_at,
        "updated_at": state.updated_at,
        "updated_tx": state.updated_in,
    }


def _pdd_version(replay: Replay, project_id: str, number: int) -> Row | None:
    state = replay.projects.states.get(project_id)
    if state is None or number > len(state.versions):
        return None
    version = state.versions[number - 1]
    return {
        "pdd_hash": _content(version.hash),
        "uri": version.uri,
        "methodology_key": version.methodology_key,
        "registered_by": state.developer,
        "registered_at": version.time,
        "block_number": version.block,
        "tx_hash": version.transaction,
    }


def _report(replay: Replay, report_id: str) -> Row | None:
    state = replay.reports.states.get(report_id)
    if state is None:
        return None
    first, current = state.versions[0], state.current
    return {
        "project_id": state.project.id,
        "document_id": state.document_id,
        "status": state.status,
        "developer": state.project.developer,
        "verifier": _party(state.verifier),
        "report_hash": _content(current.hash),
        "uri": current.uri,
        "version": current.number,
        "start_day": current.start_day,
        "end_day": current.end_day,
        "verified_kg": state.verified_kg or None,
        "statement_hash": _content(state.statement_hash),
        "statement_uri": state.statement_uri,
        "reason": state.reason,
        "created_at": first.time,
        "created_block": first.block,
        "created_tx": first.transaction,
        "decided_by": state.decided_by,
        "decided_at": state.decided_at or None,
        "updated_at": state.updated_at,
        "updated_tx": state.updated_in,
    }


def _report_version(replay: Replay, report_id: str, number: int) -> Row | None:
    state = replay.reports.states.get(report_id)
    if state is None or number > len(state.versions):
        return None
    version = state.versions[number - 1]
    return {
        "report_hash": _content(version.hash),
        "uri": version.uri,
        "start_day": version.start_day,
        "end_day": version.end_day,
        "registered_by": state.project.developer,
        "registered_at": version.time,
        "block_number": version.block,
        "tx_hash": version.transaction,
    }


def _role(replay: Replay, role_id: str) -> Row | None:
    role = replay.delegation.roles[int(role_id)]
    return {
        "label": role.label,
        "admin_role_id": str(role.admin),
        "guardian_role_id": str(role.guardian),
        "grant_delay": role.grant_delay,
        "grant_delay_since": role.grant_delay_since,
    }


def _role_member(replay: Replay, role_id: str, account: str) -> Row | None:
    member = (int(role_id), account)
    if member not in replay.access.since:
        return None
    delay, delay_since = replay.access.delays[member]
    return {
        "execution_delay": delay,
        "execution_delay_since": delay_since,
        "since": replay.access.since[member],
    }


def _function_role(replay: Replay, target: str, selector: str) -> Row | None:
    return {"role_id": str(replay.access.function_roles[target, selector])}


def _scheduled_operation(replay: Replay, operation_id: str, nonce: int) -> Row | None:
    operation = replay.delegation.operations[operation_id, nonce]
    return {
        "state": operation.state,
        "schedule": operation.schedule,
        "caller": operation.caller,
        "target": operation.target,
        "calldata": operation.calldata,
    }


def _contract(replay: Replay, address: str) -> Row | None:
    state = replay.contracts.states[address]
    return {
        "name": state.name,
        "implementation": state.implementation,
        "authority": state.authority,
        "paused": state.name in replay.access.paused,
        "closed": address in replay.access.closed,
        "admin_delay": state.admin_delay,
        "admin_delay_since": state.admin_delay_since,
        "reports": state.reports,
        "units": state.units,
        "initialized_version": state.initialized_version,
    }


def _relayed_call(replay: Replay, transaction: str, log_index: int) -> Row | None:
    call = replay.relaying.calls[transaction, log_index]
    return {
        "signer": call.signer,
        "nonce": f"{call.nonce:#066x}",
        "succeeded": call.reason is None,
        "reason": call.reason,
        "delivered_at": call.time,
    }


def _nonce_invalidation(replay: Replay, transaction: str, log_index: int) -> Row | None:
    given_up = replay.relaying.invalidations[transaction, log_index]
    return {
        "signer": given_up.signer,
        "word": f"{given_up.word:#066x}",
        "bits": f"{given_up.bits:#066x}",
        "invalidated_at": given_up.time,
    }


def _content(digest: str) -> str | None:
    return None if digest == ZERO_HASH else schemas.bytes32_to_hash(digest)


def _party(address: str) -> str | None:
    return None if address == NOBODY else address


_MAKERS: dict[str, Callable[..., Row | None]] = {
    "methodology": _methodology,
    "project": _project,
    "pdd_version": _pdd_version,
    "report": _report,
    "report_version": _report_version,
    "role": _role,
    "role_member": _role_member,
    "function_role": _function_role,
    "scheduled_operation": _scheduled_operation,
    "contract": _contract,
    **UNIT_MAKERS,
    **ACCREDITATION_MAKERS,
    **LEDGER_MAKERS,
    "relayed_call": _relayed_call,
    "nonce_invalidation": _nonce_invalidation,
}
TABLES = tuple(_MAKERS)

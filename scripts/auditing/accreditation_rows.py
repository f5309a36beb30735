"""The rows about who may judge, for whom they act and what they decided, made from the replay."""

from collections.abc import Callable
from typing import Any

import schemas
from scripts.auditing.anchors import ZERO_HASH
from scripts.auditing.replay import Replay

Row = dict[str, Any]


def _accreditation(replay: Replay, account: str, role_id: str) -> Row | None:
    event = replay.accreditations.held.get((account, int(role_id)))
    if event is None:
        return None
    of = event.arguments
    return {
        "project_types": replay.accreditations.project_types(of["projectTypes"]),
        "start_day": of["startDay"],
        "end_day": of["endDay"],
        "evidence_hash": schemas.bytes32_to_hash(of["evidenceHash"]),
        "uri": of["uri"],
        "granted_by": of["actor"],
        "granted_at": event.time,
        "granted_tx": event.transaction,
    }


def _withdrawal(
    replay: Replay, account: str, role_id: str, block: int, log_index: int
) -> Row | None:
    event = replay.accreditations.withdrawals[block, log_index]
    of = event.arguments
    return {
        "evidence_hash": schemas.bytes32_to_hash(of["evidenceHash"]),
        "reason": of["reason"],
        "withdrawn_by": of["actor"],
        "withdrawn_at": event.time,
        "withdrawn_tx": event.transaction,
    }


def _organisation(replay: Replay, account: str) -> Row | None:
    event = replay.accreditations.houses[account]
    organisation = event.arguments["organisation"]
    return {
        "organisation": None if organisation == ZERO_HASH else organisation,
        "set_by": event.arguments["actor"],
        "set_at": event.time,
        "set_tx": event.transaction,
    }


def _decision(replay: Replay, block: int, log_index: int) -> Row | None:
    decided = replay.accreditations.decisions.get((block, log_index))
    if decided is None:
        return None
    of = decided.event.arguments
    return {
        "account": of["actor"],
        "role_id": str(decided.role),
        "subject_id": decided.subject_id,
        "outcome": of["to"],
        "content_hash": schemas.bytes32_to_hash(decided.judged),
        "decision_hash": schemas.bytes32_to_hash(decided.statement),
        "decision_uri": decided.statement_uri,
        "reason": of["reason"] or None,
        "decided_at": decided.event.time,
        "decided_tx": decided.event.transaction,
    }


ACCREDITATION_MAKERS: dict[str, Callable[..., Row | None]] = {
    "accreditation": _accreditation,
    "accreditation_withdrawal": _withdrawal,
    "organisation": _organisation,
    "decision": _decision,
}

"""Events of `ReversalRegistry`."""

from indexer.changes import Change, Upsert
from indexer.events import ChainEvent
from indexer.handlers.arguments import content, token, updated
from indexer.handlers.registry import REVERSALS, handles
from indexer.models import ImpairedUnit, Reversal, ReversalCoverage


@handles("ReversalRecorded", REVERSALS)
def reversal_recorded(event: ChainEvent) -> list[Change]:
    values = {
        "report_id": event["reportId"],
        "project_id": event["projectId"],
        "liable": event["liable"],
        "unit_type": event["unitType"],
        "kg": event["kg"],
        "due_kg": event["dueKg"],
        "avoidable": event["avoidable"],
        "evidence_hash": content(event["evidenceHash"]),
        "uri": event["uri"],
        "recorded_by": event["actor"],
        "recorded_at": event.timestamp,
        "recorded_block": event.block_number,
        "recorded_tx": event.tx_hash,
        **updated(event),
    }
    return [Upsert(Reversal, (event["reversalId"],), values)]


@handles("ReversalCovered", REVERSALS)
def reversal_covered(event: ChainEvent) -> list[Change]:
    values = {
        "source": event["source"],
        "actor": event["actor"],
        "kg": event["kg"],
        "covered_at": event.timestamp,
        "covered_tx": event.tx_hash,
    }
    reversal = {"covered_kg": event["coveredKg"], **updated(event)}
    return [
        Upsert(ReversalCoverage, (event["reversalId"], token(event["tokenId"])), values),
        Upsert(Reversal, (event["reversalId"],), reversal),
    ]


@handles("UnitImpaired", REVERSALS)
def unit_impaired(event: ChainEvent) -> list[Change]:
    values = {
        "integrity": "impaired",
        "kg": event["kg"],
        "impaired_by": event["actor"],
        "impaired_at": event.timestamp,
        "impaired_tx": event.tx_hash,
    }
    hit = {"impaired_kg": event["kg"]}
    return [
        Upsert(ImpairedUnit, (token(event["tokenId"]), event["reversalId"]), values),
        Upsert(Reversal, (event["reversalId"],), updated(event), add=hit),
    ]


@handles("UnitCompensated", REVERSALS)
def unit_compensated(event: ChainEvent) -> list[Change]:
    values = {
        "integrity": "compensated",
        "compensated_by": event["actor"],
        "compensated_at": event.timestamp,
        "compensated_tx": event.tx_hash,
    }
    return [Upsert(ImpairedUnit, (token(event["tokenId"]), event["reversalId"]), values)]

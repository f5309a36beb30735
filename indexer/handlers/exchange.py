"""Events of `UnitExchange`."""

from typing import Any

from indexer.changes import Change, Upsert
from indexer.events import ChainEvent
from indexer.handlers.arguments import content, token
from indexer.handlers.registry import EXCHANGE, handles
from indexer.models import UnitExport, UnitImport

#: What an export that is started again after an abort no longer says.
_NOT_ENDED = dict.fromkeys(("ended_by", "ended_at", "ended_tx", "reason"))


@handles("ExportStarted", EXCHANGE)
def export_started(event: ChainEvent) -> list[Change]:
    values = {
        "status": "started",
        "owner": event["owner"],
        "kg": event["kg"],
        "target_registry": event["targetRegistry"],
        "target_account": event["targetAccount"],
        "started_by": event["actor"],
        "started_at": event.timestamp,
        "started_tx": event.tx_hash,
        **_NOT_ENDED,
    }
    return [Upsert(UnitExport, (token(event["tokenId"]),), values)]


@handles("ExportAborted", EXCHANGE)
def export_aborted(event: ChainEvent) -> list[Change]:
    return [_ended(event, status="aborted", reason=event["reason"] or None)]


@handles("ExportCompleted", EXCHANGE)
def export_completed(event: ChainEvent) -> list[Change]:
    evidence = content(event["evidenceHash"])
    return [_ended(event, status="completed", evidence_hash=evidence, uri=event["uri"])]


@handles("UnitsImported", EXCHANGE)
def units_imported(event: ChainEvent) -> list[Change]:
    values = {
        "token_id": token(event["tokenId"]),
        "receiver": event["to"],
        "origin_registry": event["originRegistry"],
        "origin_key": event["originKey"],
        "origin_project": event["originProject"],
        "granularity_kg": event["granularityKg"],
        "evidence_hash": content(event["evidenceHash"]),
        "uri": event["uri"],
        "imported_by": event["actor"],
        "imported_at": event.timestamp,
        "imported_tx": event.tx_hash,
    }
    return [Upsert(UnitImport, (event["reportId"],), values)]


def _ended(event: ChainEvent, **values: Any) -> Upsert:
    end = {"ended_by": event["actor"], "ended_at": event.timestamp, "ended_tx": event.tx_hash}
    return Upsert(UnitExport, (token(event["tokenId"]),), {**values, **end})

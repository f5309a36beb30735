"""Events of `CRU`, ERC-721 and ERC-4906 ones included."""

from collections.abc import Sequence
from typing import Any

from indexer.changes import Change, End, Upsert
from indexer.events import ChainEvent
from indexer.handlers.arguments import NOBODY, NOTHING, content, named_by, party, unit, updated
from indexer.handlers.registry import UNITS, handles
from indexer.models import (
    BufferRelease,
    MonitoringExtension,
    OperatorApproval,
    ProjectDeficit,
    ReportVintage,
    RetirementReason,
    SuspendedAccount,
    Unit,
)

_INHERITED = ("project_id", "unit_type", "expires", "status", "owner", "issued_at", "issued_tx")


@handles("CRUMinted", UNITS)
def cru_minted(event: ChainEvent) -> list[Change]:
    values = {
        "project_id": event["projectId"],
        "unit_type": event["unitType"],
        "expires": event["expires"],
        "status": event["status"],
        "owner": event["to"],
        "issued_at": event.timestamp,
        "issued_tx": event.tx_hash,
        **updated(event),
    }
    vintage = (event["reportId"], event["vintage"])
    monitored = {"monitoring_end_day": event["monitoringEndDay"]}
    return [
        Upsert(Unit, unit(event["tokenId"]), values, named_by(event["tokenId"])),
        Upsert(ReportVintage, vintage, monitored, add={"issued_kg": event["kg"]}),
    ]


@handles("CRUSplit", UNITS)
def cru_split(event: ChainEvent) -> list[Change]:
    return _descendants(event, event["parts"], event["tokenId"])


@handles("CRUMerged", UNITS)
def cru_merged(event: ChainEvent) -> list[Change]:
    return _descendants(event, [event["tokenId"]], event["parts"][0])


@handles("CRURetired", UNITS)
def cru_retired(event: ChainEvent) -> list[Change]:
    claimed = event["claimEndDay"] != 0
    values = {
        **_ended(event, "retired"),
        "retirement_reason": _reason(event),
        "beneficiary": None if event["beneficiary"] == NOTHING else event["beneficiary"],
        "purpose": event["purpose"],
        "claim_start_day": event["claimStartDay"] if claimed else None,
        "claim_end_day": event["claimEndDay"] if claimed else None,
        "retired_by": event["actor"],
    }
    return [Upsert(Unit, unit(event["tokenId"]), values)]


@handles("CRUCancelled", UNITS)
def cru_cancelled(event: ChainEvent) -> list[Change]:
    values = {
        **_ended(event, "cancelled"),
        "cancellation_reason": event["reason"],
        "beneficiary": event["beneficiary"],
        "purpose": event["purpose"],
    }
    return [Upsert(Unit, unit(event["tokenId"]), values)]


@handles("CRUExpired", UNITS)
def cru_expired(event: ChainEvent) -> list[Change]:
    return [Upsert(Unit, unit(event["tokenId"]), _ended(event, "expired"))]


@handles("ExportStatusChanged", UNITS)
def export_status_changed(event: ChainEvent) -> list[Change]:
    """Locked, held again, or exported; who asked for it is told by the exchange."""
    values = {"status": event["status"], "approved": None, **updated(event)}
    if event["status"] == "exported":
        values["ended_at"] = event.timestamp
    return [Upsert(Unit, unit(event["tokenId"]), values)]


@handles("MonitoringProlonged", UNITS)
def monitoring_prolonged(event: ChainEvent) -> list[Change]:
    vintage, day = (event["reportId"], event["vintage"]), event["monitoringEndDay"]
    values = {
        "evidence_hash": content(event["evidenceHash"]),
        "uri": event["uri"],
        "prolonged_by": event["actor"],
        "prolonged_at": event.timestamp,
        "prolonged_tx": event.tx_hash,
    }
    return [
        Upsert(ReportVintage, vintage, {"monitoring_end_day": day}),
        Upsert(MonitoringExtension, (*vintage, day), values),
    ]


@handles("BufferReleased", UNITS)
def buffer_released(event: ChainEvent) -> list[Change]:
    """The owner follows from the transfer."""
    key = unit(event["tokenId"])
    values = {
        "receiver": event["to"],
        "kg": event["kg"],
        "evidence_hash": content(event["evidenceHash"]),
        "released_by": event["actor"],
        "released_at": event.timestamp,
        "released_tx": event.tx_hash,
    }
    return [
        Upsert(Unit, key, {"status": "held", **updated(event)}),
        Upsert(BufferRelease, key, values),
    ]


@handles("DeficitChanged", UNITS)
def deficit_changed(event: ChainEvent) -> list[Change]:
    values = {
        "deficit_kg": event["deficitKg"],
        "changed_at": event.timestamp,
        "changed_tx": event.tx_hash,
    }
    return [Upsert(ProjectDeficit, (event["projectId"],), values)]


@handles("AccountSuspended", UNITS)
def account_suspended(event: ChainEvent) -> list[Change]:
    return [_judged(event, suspended=True)]


@handles("AccountReinstated", UNITS)
def account_reinstated(event: ChainEvent) -> list[Change]:
    return [_judged(event, suspended=False)]


@handles("RetirementReasonAdded", UNITS)
def retirement_reason_added(event: ChainEvent) -> list[Change]:
    values = {
        "label": event["label"],
        "added_by": event["actor"],
        "added_at": event.timestamp,
        "added_tx": event.tx_hash,
    }
    return [Upsert(RetirementReason, (event["code"],), values)]


@handles("Transfer", UNITS)
def transferred(event: ChainEvent) -> list[Change]:
    token_id, receiver = event["tokenId"], event["to"]
    if receiver == NOBODY:
        return [End(Unit, unit(token_id))]
    values = {"owner": receiver, "approved": None, **updated(event)}
    begins = event["from"] == NOBODY
    return [Upsert(Unit, unit(token_id), values, named_by(token_id), begins=begins)]


@handles("Approval", UNITS)
def approved(event: ChainEvent) -> list[Change]:
    values = {"approved": party(event["approved"])}
    return [Upsert(Unit, unit(event["tokenId"]), values)]


@handles("ApprovalForAll", UNITS)
def approved_for_all(event: ChainEvent) -> list[Change]:
    key = (event["owner"], event["operator"])
    return [Upsert(OperatorApproval, key, {"approved": event["approved"]})]


@handles("MetadataUpdate", UNITS)
@handles("BatchMetadataUpdate", UNITS)
def metadata_updated(_event: ChainEvent) -> list[Change]:
    """ERC-4906 tells marketplaces to read again; what changed comes in an event of its own."""
    return []


def _ended(event: ChainEvent, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "approved": None,
        "ended_at": event.timestamp,
        "ended_by": event["actor"],
        **updated(event),
    }


def _reason(event: ChainEvent) -> str:
    words = event.enums.enum_words("RetirementReason")
    code = event["reason"]
    return words[code] if code < len(words) else str(code)


def _judged(event: ChainEvent, *, suspended: bool) -> Upsert:
    values = {
        "suspended": suspended,
        "evidence_hash": content(event["evidenceHash"]),
        "reason": event["reason"],
        "changed_by": event["actor"],
        "changed_at": event.timestamp,
        "changed_tx": event.tx_hash,
    }
    return Upsert(SuspendedAccount, (event["account"],), values)


def _descendants(event: ChainEvent, token_ids: Sequence[int], parent: int) -> list[Change]:
    """Blocks cut out of another one, or joined from several, keep where they came from."""
    origin, seen = unit(parent), updated(event)
    return [
        Upsert(
            Unit,
            unit(token_id),
            seen,
            named_by(token_id),
            parent=origin,
            inherit=_INHERITED,
            begins=True,
        )
        for token_id in token_ids
    ]

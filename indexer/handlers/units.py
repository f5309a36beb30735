"""Events of `CRU`, ERC-721 and ERC-4906 ones included."""

from indexer.changes import Change, End, Upsert
from indexer.events import ChainEvent
from indexer.handlers.arguments import NOBODY, NOTHING, named_by, party, token, updated
from indexer.handlers.registry import UNITS, handles
from indexer.models import OperatorApproval, ReportVintage, Unit

_INHERITED = ("project_id", "unit_type", "status", "owner", "issued_at", "issued_tx")


@handles("CRUMinted", UNITS)
def cru_minted(event: ChainEvent) -> list[Change]:
    values = {
        **named_by(event["tokenId"]),
        "project_id": event["projectId"],
        "unit_type": event["unitType"],
        "status": event["status"],
        "owner": event["to"],
        "issued_at": event.timestamp,
        "issued_tx": event.tx_hash,
        **updated(event),
    }
    vintage = (event["reportId"], event["vintage"])
    return [
        Upsert(Unit, (token(event["tokenId"]),), values),
        Upsert(ReportVintage, vintage, {}, add={"issued_kg": event["kg"]}),
    ]


@handles("CRUSplit", UNITS)
def cru_split(event: ChainEvent) -> list[Change]:
    return [_descendant(event, part, event["tokenId"]) for part in event["parts"]]


@handles("CRUMerged", UNITS)
def cru_merged(event: ChainEvent) -> list[Change]:
    return [_descendant(event, event["tokenId"], event["parts"][0])]


@handles("CRURetired", UNITS)
def cru_retired(event: ChainEvent) -> list[Change]:
    values = {
        "status": "retired",
        "approved": None,
        "ended_at": event.timestamp,
        "retirement_reason": event["reason"],
        "beneficiary": None if event["beneficiary"] == NOTHING else event["beneficiary"],
        "purpose": event["purpose"],
        "retired_by": event["actor"],
        **updated(event),
    }
    return [Upsert(Unit, (token(event["tokenId"]),), values)]


@handles("Transfer", UNITS)
def transferred(event: ChainEvent) -> list[Change]:
    key = (token(event["tokenId"]),)
    if event["to"] == NOBODY:
        return [End(Unit, key)]
    values = {"owner": event["to"], "approved": None, **updated(event)}
    return [Upsert(Unit, key, {**named_by(event["tokenId"]), **values})]


@handles("Approval", UNITS)
def approved(event: ChainEvent) -> list[Change]:
    values = {"approved": party(event["approved"])}
    return [Upsert(Unit, (token(event["tokenId"]),), values)]


@handles("ApprovalForAll", UNITS)
def approved_for_all(event: ChainEvent) -> list[Change]:
    key = (event["owner"], event["operator"])
    return [Upsert(OperatorApproval, key, {"approved": event["approved"]})]


@handles("MetadataUpdate", UNITS)
@handles("BatchMetadataUpdate", UNITS)
def metadata_updated(_event: ChainEvent) -> list[Change]:
    """ERC-4906 tells marketplaces to read again; what changed comes in an event of its own."""
    return []


def _descendant(event: ChainEvent, token_id: int, parent: int) -> Upsert:
    """A block cut out of another one, or joined from several, keeps where it came from."""
    values = {**named_by(token_id), **updated(event)}
    key, origin = (token(token_id),), (token(parent),)
    return Upsert(Unit, key, values, parent=origin, inherit=_INHERITED)

"""Events of `MethodologyRegistry`."""

from indexer.changes import Change, Upsert
from indexer.events import ChainEvent
from indexer.handlers.arguments import content, members_of
from indexer.handlers.registry import METHODOLOGIES, handles
from indexer.models import Methodology


@handles("MethodologyRegistered", METHODOLOGIES)
def methodology_registered(event: ChainEvent) -> list[Change]:
    terms = event["terms"]
    values = {
        "methodology_id": event["methodologyId"],
        "version": event["version"],
        "document_hash": content(event["documentHash"]),
        "uri": event["uri"],
        "unit_type": terms["unitType"],
        "granularity_kg": terms["granularityKg"],
        "buffer_rate_bps": terms["bufferRateBps"],
        "automatic_issuance": terms["automaticIssuance"],
        "expires": terms["expires"],
        "durability_years": terms["durabilityYears"],
        "project_types": members_of(event, "ProjectType", terms["projectTypes"]),
        "registered_at": event.timestamp,
    }
    return [Upsert(Methodology, (event["methodologyKey"],), values)]


@handles("MethodologyStatusChanged", METHODOLOGIES)
def methodology_status_changed(event: ChainEvent) -> list[Change]:
    return [Upsert(Methodology, (event["methodologyKey"],), {"status": event["to"]})]

"""Events of `ProjectRegistry`."""

from typing import Any

from indexer.changes import Change, Upsert
from indexer.events import ChainEvent
from indexer.handlers.accreditations import VALIDATOR, decision
from indexer.handlers.arguments import NOTHING, content, created, registered, updated
from indexer.handlers.registry import PROJECTS, handles
from indexer.models import PDDVersion, Project


@handles("PDDRegistered", PROJECTS)
def pdd_registered(event: ChainEvent) -> list[Change]:
    values = {
        "document_id": event["documentId"],
        "developer": event["developer"],
        **_pdd_in_force(event, 1),
        **created(event),
    }
    return [Upsert(Project, (event["projectId"],), values), _pdd_version(event, 1)]


@handles("PDDUpdated", PROJECTS)
def pdd_updated(event: ChainEvent) -> list[Change]:
    version = event["version"]
    in_force = Upsert(Project, (event["projectId"],), _pdd_in_force(event, version))
    return [in_force, _pdd_version(event, version)]


@handles("ValidatorAssigned", PROJECTS)
def validator_assigned(event: ChainEvent) -> list[Change]:
    values = {"validator": event["validator"], **updated(event)}
    return [Upsert(Project, (event["projectId"],), values)]


@handles("ProjectStatusChanged", PROJECTS)
def project_status_changed(event: ChainEvent) -> list[Change]:
    values = {"status": event["to"], "reason": event["reason"] or None, **updated(event)}
    carry: dict[str, str] = {}
    changes: list[Change] = []
    if event["to"] == "submitted":
        values["submitted_at"] = event.timestamp
    if event["to"] == "validated":
        values["validated_at"] = event.timestamp
    if event["decisionHash"] != NOTHING:
        values |= {
            "decision_hash": content(event["decisionHash"]),
            "decision_uri": event["decisionUri"],
            "decided_by": event["actor"],
            "decided_at": event.timestamp,
        }
        carry["decided_version"] = "version"
        named = ("projectId", "pddHash", "decisionHash", "decisionUri")
        changes.append(decision(event, VALIDATOR, *named))
    return [Upsert(Project, (event["projectId"],), values, carry=carry), *changes]


@handles("ProjectMetadataUpdated", PROJECTS)
def project_metadata_updated(event: ChainEvent) -> list[Change]:
    values = {
        "metadata_hash": content(event["metadataHash"]),
        "metadata_uri": event["uri"],
        **updated(event),
    }
    return [Upsert(Project, (event["projectId"],), values)]


def _pdd_in_force(event: ChainEvent, version: int) -> dict[str, Any]:
    return {
        "methodology_key": event["methodologyKey"],
        "project_type": event["projectType"],
        "pdd_hash": content(event["pddHash"]),
        "uri": event["uri"],
        "version": version,
        "start_day": event["startDay"],
        "end_day": event["endDay"],
        **updated(event),
    }


def _pdd_version(event: ChainEvent, version: int) -> Upsert:
    values = {
        "pdd_hash": content(event["pddHash"]),
        "uri": event["uri"],
        "methodology_key": event["methodologyKey"],
        **registered(event),
    }
    return Upsert(PDDVersion, (event["projectId"], version), values)

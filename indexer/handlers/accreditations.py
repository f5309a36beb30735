"""Events of `RegistryAccessControl` about who may judge, and rows of what was decided."""

from indexer.changes import Change, End, Upsert
from indexer.events import ChainEvent
from indexer.handlers.arguments import NOTHING, content, members_of
from indexer.handlers.registry import ACCESS, handles
from indexer.models import Accreditation, AccreditationWithdrawal, Decision, Organisation

#: Role ids of contracts/libraries/Roles.sol, as the column `role_id` holds them.
VALIDATOR, VERIFIER = "3", "4"


@handles("AccreditationGranted", ACCESS)
def accreditation_granted(event: ChainEvent) -> list[Change]:
    values = {
        "project_types": members_of(event, "ProjectType", event["projectTypes"]),
        "start_day": event["startDay"],
        "end_day": event["endDay"],
        "evidence_hash": content(event["evidenceHash"]),
        "uri": event["uri"],
        "granted_by": event["actor"],
        "granted_at": event.timestamp,
        "granted_tx": event.tx_hash,
    }
    return [Upsert(Accreditation, _accredited(event), values)]


@handles("AccreditationWithdrawn", ACCESS)
def accreditation_withdrawn(event: ChainEvent) -> list[Change]:
    values = {
        "evidence_hash": content(event["evidenceHash"]),
        "reason": event["reason"],
        "withdrawn_by": event["actor"],
        "withdrawn_at": event.timestamp,
        "withdrawn_tx": event.tx_hash,
    }
    key = (*_accredited(event), event.block_number, event.log_index)
    return [End(Accreditation, _accredited(event)), Upsert(AccreditationWithdrawal, key, values)]


@handles("OrganisationSet", ACCESS)
def organisation_set(event: ChainEvent) -> list[Change]:
    organisation = event["organisation"]
    values = {
        "organisation": None if organisation == NOTHING else organisation,
        "set_by": event["actor"],
        "set_at": event.timestamp,
        "set_tx": event.tx_hash,
    }
    return [Upsert(Organisation, (event["account"],), values)]


def decision(event: ChainEvent, role: str, subject: str, judged: str, by: str, uri: str) -> Upsert:
    """The row of a status change that was a decision; names say which arguments hold what."""
    values = {
        "account": event["actor"],
        "role_id": role,
        "subject_id": event[subject],
        "outcome": event["to"],
        "content_hash": content(event[judged]),
        "decision_hash": content(event[by]),
        "decision_uri": event[uri],
        "reason": event["reason"] or None,
        "decided_at": event.timestamp,
        "decided_tx": event.tx_hash,
    }
    return Upsert(Decision, (event.block_number, event.log_index), values)


def _accredited(event: ChainEvent) -> tuple[str, str]:
    return event["account"], str(event["roleId"])

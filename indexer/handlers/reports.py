"""Events of `MRVRegistry`."""

from indexer.changes import Change, Upsert
from indexer.events import ChainEvent
from indexer.handlers.accreditations import VERIFIER, decision
from indexer.handlers.arguments import NOTHING, content, created, registered, updated
from indexer.handlers.registry import REPORTS, handles
from indexer.models import Report, ReportVersion, ReportVintage


@handles("MRVSubmitted", REPORTS)
def mrv_submitted(event: ChainEvent) -> list[Change]:
    anchored = {
        "report_hash": content(event["reportHash"]),
        "uri": event["uri"],
        "start_day": event["startDay"],
        "end_day": event["endDay"],
    }
    values = {
        "project_id": event["projectId"],
        "document_id": event["documentId"],
        "developer": event["developer"],
        "version": event["version"],
        **anchored,
        **updated(event),
    }
    report = Upsert(Report, (event["reportId"],), values, once=created(event))
    version = {**anchored, **registered(event)}
    return [report, Upsert(ReportVersion, (event["reportId"], event["version"]), version)]


@handles("VerifierAssigned", REPORTS)
def verifier_assigned(event: ChainEvent) -> list[Change]:
    values = {"verifier": event["verifier"], **updated(event)}
    return [Upsert(Report, (event["reportId"],), values)]


@handles("MRVStatusChanged", REPORTS)
def mrv_status_changed(event: ChainEvent) -> list[Change]:
    values = {"status": event["to"], "reason": event["reason"] or None, **updated(event)}
    changes: list[Change] = []
    if event["statementHash"] != NOTHING:
        values |= {
            "statement_hash": content(event["statementHash"]),
            "statement_uri": event["statementUri"],
            "decided_by": event["actor"],
            "decided_at": event.timestamp,
        }
        named = ("reportId", "reportHash", "statementHash", "statementUri")
        changes.append(decision(event, VERIFIER, *named))
    return [Upsert(Report, (event["reportId"],), values), *changes]


@handles("MRVVerified", REPORTS)
def mrv_verified(event: ChainEvent) -> list[Change]:
    report = event["reportId"]
    vintages = [
        Upsert(ReportVintage, (report, part["vintage"]), {"verified_kg": part["kg"]})
        for part in event["vintages"]
    ]
    values = {"verified_kg": event["verifiedKg"], **updated(event)}
    return [Upsert(Report, (report,), values), *vintages]

"""Reports: a monitoring report is checked and becomes a call to sign (OGCR 4.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.encoding import day_text
from api.errors import Detail, faults_error
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow, report, reports_sharing
from api.registry import Registry
from api.snapshot import Snapshot
from api.writes.days import LAST_DAY, day_of, out_of_range
from api.writes.proposals import Proposal, refuse
from api.writes.write import Write, document_uri
from indexer.identity import report_id
from schemas import Fault, content_hash, document_id, validate


def submission(registry: Registry, snapshot: Snapshot, row: ProjectRow, document: Any) -> Proposal:
    """A report of a project, new or resubmitted. Raises `ValidationError` when it has faults."""
    faults = validate("mrv", document)
    findings = business_findings(snapshot, row, document)
    if faults:
        raise faults_error([*faults, *(Fault(d.field, d.code, d.message) for d in findings)])
    known = report(snapshot, row.project.project_id, document_id(document))
    findings += _standing(known, content_hash(document))
    return Proposal(_write(registry, row, document, resubmitted=known is not None), tuple(findings))


def resubmission(
    registry: Registry, snapshot: Snapshot, project: ProjectRow, row: ReportRow, document: Any
) -> Proposal:
    """The next version of a report. Raises `ValidationError` when it has faults, or another id."""
    proposal = submission(registry, snapshot, project, document)
    name = row.report.document_id
    if document_id(document) != name:
        message = f"The document's id must be “{name}”, the id of the report that it replaces."
        refuse([Detail("/id", "REPORT_MISMATCH", message), *proposal.findings])
    return proposal


def business_findings(snapshot: Snapshot, row: ProjectRow, document: Any) -> list[Detail]:
    """What the registry says against a report, as far as its members can be read (OGCR 4.4.2)."""
    properties = document.get("properties") if isinstance(document, Mapping) else None
    if not isinstance(properties, Mapping):
        return []
    return [
        *_project_findings(row, properties),
        *_methodology_findings(row, properties),
        *_period_findings(snapshot, row, document),
    ]


def _write(
    registry: Registry, row: ProjectRow, document: Mapping[str, Any], resubmitted: bool
) -> Write:
    name, digest = document_id(document), content_hash(document)
    properties = document["properties"]
    arguments = {
        "projectId": row.project.project_id,
        "documentId": name,
        "submission": {
            "reportHash": digest,
            "startDay": day_of(properties["start_date"]),
            "endDay": day_of(properties["end_date"]),
            "uri": document_uri(registry, digest),
        },
    }
    kind, function = "report_submission", "submitReport"
    if resubmitted:
        kind, function = "report_resubmission", "resubmitReport"
    path = f"/projects/{row.project.document_id}/monitoring/{name}"
    return Write(kind, "MRVRegistry", function, arguments, path, (document,), not resubmitted)


def _standing(known: ReportRow | None, digest: str) -> list[Detail]:
    if known is None:
        return []
    found = known.report
    if found.status not in ("rejected", "withdrawn"):
        message = (
            f"A report {found.document_id} is {found.status} already; choose another id, or wait "
            "until it is rejected or withdraw it."
        )
        return [Detail("/id", "REPORT_EXISTS", message, conflict=True)]
    if found.report_hash == digest:
        message = "The document is the version that was not accepted; change it first."
        return [Detail("", "UNCHANGED_DOCUMENT", message, conflict=True)]
    return []


def _project_findings(row: ProjectRow, properties: Mapping[str, Any]) -> list[Detail]:
    found, project = [], row.project
    if properties.get("project_id") not in (project.document_id, project.project_id, None):
        message = f"The report names another project; write “{project.document_id}”."
        found.append(Detail("/properties/project_id", "PROJECT_MISMATCH", message))
    if project.status != "validated":
        message = f"The project is {project.status}; reports need a validated project."
        found.append(
            Detail("/properties/project_id", "PROJECT_NOT_VALIDATED", message, conflict=True)
        )
    return found


def _methodology_findings(row: ProjectRow, properties: Mapping[str, Any]) -> list[Detail]:
    known, found = row.methodology, []
    if known is None:
        return []
    named = properties.get("methodology_id")
    if isinstance(named, str) and named != known.methodology_id:
        message = f"The project follows {known.methodology_id}, not {named}; report by the same."
        found.append(Detail("/properties/methodology_id", "METHODOLOGY_MISMATCH", message))
    version = properties.get("methodology_version")
    if isinstance(version, str) and version != known.version:
        message = f"The project follows version {known.version}, not {version}; report by the same."
        found.append(Detail("/properties/methodology_version", "METHODOLOGY_MISMATCH", message))
    return found


def _period_findings(
    snapshot: Snapshot, row: ProjectRow, document: Mapping[str, Any]
) -> list[Detail]:
    properties = document["properties"]
    start, end = day_of(properties.get("start_date")), day_of(properties.get("end_date"))
    if start is None or end is None or end < start:
        return []
    strange = [
        *out_of_range("/properties/start_date", start),
        *out_of_range("/properties/end_date", end),
    ]
    if strange:
        return strange
    return [*_outside_project(row, start, end), *_overlaps(snapshot, row, document, start, end)]


def _outside_project(row: ProjectRow, start: int, end: int) -> list[Detail]:
    first, last = row.project.start_day or 0, row.project.end_day
    last = LAST_DAY if last is None else last
    message = (
        f"The period must lie within the project, {day_text(first)} to {day_text(last)}; both "
        "days belong to it."
    )
    found = []
    if start < first:
        found.append(Detail("/properties/start_date", "PERIOD_OUTSIDE_PROJECT", message))
    if end > last:
        found.append(Detail("/properties/end_date", "PERIOD_OUTSIDE_PROJECT", message))
    return found


def _overlaps(
    snapshot: Snapshot, row: ProjectRow, document: Mapping[str, Any], start: int, end: int
) -> list[Detail]:
    key = row.project.project_id
    own = report_id(key, document_id(document))
    others = [r for r in reports_sharing(snapshot, key, start, end) if r.report_id != own]
    return [
        Detail(
            "/properties/start_date",
            "PERIOD_OVERLAP",
            f"The period shares days with the report {other.document_id} ({other.status}), which "
            f"covers {day_text(other.start_day)} to {day_text(other.end_day)}; choose days outside "
            "of it.",
            {"report_id": other.document_id},
            conflict=True,
        )
        for other in others
    ]

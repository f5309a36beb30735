"""Endings: projects and reports that are put away, and read as before (OGCR 4.1: archival)."""

from __future__ import annotations

from api.errors import Detail
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow
from api.writes.proposals import Proposal
from api.writes.verifications import REASON_BYTES
from api.writes.write import Write

#: Of what has which status, the call that ends it and the kind of its task.
_OF_PROJECTS = dict.fromkeys(("validated", "rejected"), ("archiveProject", "project_archival"))
_OF_REPORTS = {
    **dict.fromkeys(("submitted", "pending_verification"), ("withdrawReport", "report_withdrawal")),
    "verified": ("archiveReport", "report_archival"),
}


def project_ending(row: ProjectRow, reason: str) -> Proposal:
    """A validated or rejected project that takes no reports any more."""
    project = row.project
    call = _OF_PROJECTS.get(project.status or "")
    function, kind = call or _OF_PROJECTS["validated"]
    arguments = {"projectId": project.project_id, "reason": reason}
    write = Write(kind, "ProjectRegistry", function, arguments, f"/projects/{project.document_id}")
    message = f"The project is {_said(project.status)}; only a validated or rejected one ends."
    return Proposal(write, (*_length(reason), *_standing(message, is_open=call is not None)))


def report_ending(project: ProjectRow, row: ReportRow, reason: str) -> Proposal:
    """A report that is withdrawn before a verifier has decided, and frees its period, or archived
    afterwards: then nothing more is issued against it."""
    report = row.report
    call = _OF_REPORTS.get(report.status or "")
    function, kind = call or _OF_REPORTS["verified"]
    path = f"/projects/{project.project.document_id}/monitoring/{report.document_id}"
    arguments = {"reportId": report.report_id, "reason": reason}
    write = Write(kind, "MRVRegistry", function, arguments, path)
    message = f"The report is {_said(report.status)}; it can neither be withdrawn nor archived."
    return Proposal(write, (*_length(reason), *_standing(message, is_open=call is not None)))


def _standing(message: str, *, is_open: bool) -> list[Detail]:
    return [] if is_open else [Detail("", "STATUS_FORBIDS", message, conflict=True)]


def _length(reason: str) -> list[Detail]:
    length = len(reason.encode())
    if length <= REASON_BYTES:
        return []
    message = f"The reason has {length} bytes; the chain keeps {REASON_BYTES}. Shorten it."
    return [Detail("reason", "TEXT_TOO_LONG", message)]


def _said(status: str | None) -> str:
    return (status or "unknown").replace("_", " ")

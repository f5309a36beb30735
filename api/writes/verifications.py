"""Verifications: a verifier's decision is checked and becomes a call to sign (OGCR 4.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.encoding import day_text
from api.errors import Detail, faults_error
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow
from api.registry import Registry
from api.writes.proposals import Proposal
from api.writes.write import Write, document_uri
from schemas import content_hash, validate
from schemas.quantities import exact_kg

MAX_KG = 2**53 - 1
REASON_BYTES = 500


def verification(
    registry: Registry, project: ProjectRow, row: ReportRow, document: Any
) -> Proposal:
    """A decision on a report. Raises `ValidationError` when the decision document has faults."""
    faults = validate("decision", document)
    if faults:
        raise faults_error(faults)
    findings = [*_outcome_findings(document), *_report_findings(row, document)]
    if document["outcome"] == "verified":
        findings += [*_amount_findings(document), *_year_findings(row, document)]
    return Proposal(_write(registry, project, row, document), tuple(findings))


def kilograms(quantity: Mapping[str, Any]) -> int:
    """Whole kg CO2e of a quantity of the decision; a fraction is a finding, not rounded here."""
    return int(exact_kg(quantity["value"], quantity["unit"]))


def _write(
    registry: Registry, project: ProjectRow, row: ReportRow, document: Mapping[str, Any]
) -> Write:
    digest = content_hash(document)
    uri, subject = document_uri(registry, digest), document["subject"]
    path = f"/projects/{project.project.document_id}/monitoring/{row.report.document_id}"
    arguments: dict[str, Any] = {"reportId": row.report.report_id}
    if document["outcome"] == "verified":
        arguments["verification"] = {
            "reportHash": subject,
            "verifiedKg": min(kilograms(document["verified_removal"]), 2**64 - 1),
            "vintages": [_vintage(entry) for entry in _by_year(document)],
            "statementHash": digest,
            "statementUri": uri,
        }
        function, kind = "verifyReport", "report_verification"
    else:
        arguments |= {"reportHash": subject, "statementHash": digest, "statementUri": uri}
        arguments["reason"] = document.get("reason", "")
        function, kind = "rejectReport", "report_rejection"
    return Write(kind, "MRVRegistry", function, arguments, path, (document,))


def _by_year(document: Mapping[str, Any]) -> list[Any]:
    return sorted(document.get("vintages", ()), key=lambda entry: entry["year"])


def _vintage(entry: Mapping[str, Any]) -> dict[str, int]:
    return {"vintage": int(entry["year"]), "kg": min(kilograms(entry), 2**64 - 1)}


def _outcome_findings(document: Mapping[str, Any]) -> list[Detail]:
    if document["outcome"] == "verified":
        return []
    if document["outcome"] == "rejected":
        return _reason_findings(document["reason"])
    message = f"“{document['outcome']}” is no outcome of a verification; use verified or rejected."
    return [Detail("/outcome", "OUTCOME_NOT_POSSIBLE", message)]


def _reason_findings(reason: str) -> list[Detail]:
    size = len(reason.encode())
    if size <= REASON_BYTES:
        return []
    message = f"The reason has {size} bytes; the chain keeps {REASON_BYTES}. Shorten it."
    return [Detail("/reason", "TEXT_TOO_LONG", message)]


def _report_findings(row: ReportRow, document: Mapping[str, Any]) -> list[Detail]:
    found, known = [], row.report
    if known.status != "pending_verification":
        message = (
            f"The report is {known.status}; it is decided on while it is pending verification, "
            "once a verifier is assigned."
        )
        found.append(Detail("", "REPORT_NOT_PENDING", message, conflict=True))
    if document["subject"] != known.report_hash:
        message = f"The decision is about another version; the current one is {known.report_hash}."
        found.append(Detail("/subject", "STALE_DOCUMENT", message, conflict=True))
    return found


def _amount_findings(document: Mapping[str, Any]) -> list[Detail]:
    places = {"/verified_removal/value": document["verified_removal"]}
    for index, entry in enumerate(document.get("vintages", ())):
        places[f"/vintages/{index}/value"] = entry
    found = [_inexact(place) for place, entry in places.items() if not _is_whole(entry)]
    total = kilograms(document["verified_removal"])
    if total == 0:
        message = "The verified removal is zero; reject the report instead."
        found.append(Detail("/verified_removal/value", "ZERO_AMOUNT", message))
    if total > MAX_KG:
        message = f"A report can verify at most {MAX_KG} kg."
        found.append(Detail("/verified_removal/value", "AMOUNT_TOO_LARGE", message))
    return found


def _year_findings(row: ReportRow, document: Mapping[str, Any]) -> list[Detail]:
    first, last = (day_text(day) or "" for day in (row.report.start_day, row.report.end_day))
    message = f"The period is {first} to {last}; name only its calendar years."
    return [
        Detail(f"/vintages/{index}/year", "VINTAGE_OUTSIDE_PERIOD", message)
        for index, entry in enumerate(document.get("vintages", ()))
        if not int(first[:4]) <= entry["year"] <= int(last[:4])
    ]


def _is_whole(quantity: Mapping[str, Any]) -> bool:
    amount = exact_kg(quantity["value"], quantity["unit"])
    return amount == amount.to_integral_value()


def _inexact(place: str) -> Detail:
    message = (
        "The quantity is no whole number of kilograms; give tonnes with three decimals at most."
    )
    return Detail(place, "NOT_WHOLE_KILOGRAMS", message)

"""Queries: what is known beside the rows of a page, read for all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import select

from api.queries.accreditations import ROLE_IDS, Withdrawn, first_since, withdrawals
from api.queries.prepared import Prepared, Valid
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow
from api.queries.statements import Findings, Retrievals
from api.snapshot import Snapshot
from indexer.models import AccreditationWithdrawal, DocumentFinding, DocumentRetrieval


@dataclass(frozen=True)
class Finding:
    """What was found, and what was tried while it is missing; None where nobody looked yet."""

    found: DocumentFinding | None = None
    tried: DocumentRetrieval | None = None


@dataclass(frozen=True)
class Beside:
    """Findings about the documents that rows anchor, and what their judges lost since."""

    findings: Mapping[tuple[str, str, str], Finding] = field(default_factory=dict)
    withdrawals: Withdrawn = field(default_factory=dict)

    def finding(self, key: str, column: str, content_hash: str | None) -> Finding:
        """What was found about the document that a column of a row anchors."""
        return self.findings.get((key, column, content_hash or ""), Finding())

    def withdrawn_since(
        self, account: str | None, decided_at: int | None
    ) -> AccreditationWithdrawal | None:
        """The first withdrawal of a judge's accreditation at or after a decision (UNIX seconds)."""
        return first_since(self.withdrawals.get(account or "", ()), decided_at)


def beside_projects(snapshot: Snapshot, rows: Sequence[ProjectRow]) -> Beside:
    """What is known beside projects."""
    keys = [row.project.project_id for row in rows]
    judges = {row.project.decided_by for row in rows}
    return Beside(_findings(snapshot, "project", keys), _withdrawals(snapshot, "validator", judges))


def beside_reports(snapshot: Snapshot, rows: Sequence[ReportRow]) -> Beside:
    """What is known beside reports."""
    keys = [row.report.report_id for row in rows]
    judges = {row.report.decided_by for row in rows}
    return Beside(_findings(snapshot, "report", keys), _withdrawals(snapshot, "verifier", judges))


def beside_listed_projects(snapshot: Snapshot, rows: Sequence[ProjectRow]) -> Beside:
    """What is known beside projects of a list, whose rows say what was found."""
    judges = {row.project.decided_by for row in rows}
    found = {
        (row.project.project_id, "pdd_hash", row.project.pdd_hash or ""): Finding(row.finding)
        for row in rows
    }
    return Beside(found, _withdrawals(snapshot, "validator", judges))


def beside_listed_reports(snapshot: Snapshot, rows: Sequence[ReportRow]) -> Beside:
    """What is known beside reports of a list, whose rows say what was found."""
    judges = {row.report.decided_by for row in rows}
    found = {
        (row.report.report_id, "report_hash", row.report.report_hash or ""): Finding(row.finding)
        for row in rows
    }
    return Beside(found, _withdrawals(snapshot, "verifier", judges))


def _findings(
    snapshot: Snapshot, table: str, keys: Sequence[str]
) -> dict[tuple[str, str, str], Finding]:
    if not keys:
        return {}
    found = _FINDINGS.all(snapshot, table=table, keys=keys)
    return {(one.row_key, one.column_name, one.hash): Finding(one, tried) for one, tried in found}


def _withdrawals(snapshot: Snapshot, role: str, judges: Iterable[str | None]) -> Withdrawn:
    if not any(judges):
        return {}
    return withdrawals(snapshot, ROLE_IDS[role])


def _findings_of(_: Valid) -> Any:
    query = select(Findings, Retrievals).outerjoin(Retrievals, Retrievals.hash == Findings.hash)
    of_rows = Findings.row_key.in_(bindparam("keys"))
    return query.where(Findings.table_name == bindparam("table"), of_rows)


_FINDINGS = Prepared(_findings_of)

"""Queries: monitoring reports, their versions and their verified amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func
from sqlmodel import select

from api.filters import ReportCriteria, ReportFilters
from api.parameters import Part
from api.queries.among import among
from api.queries.counts import state_of
from api.queries.findings import finding_of, finding_shown
from api.queries.listing import Listing, keys_of
from api.queries.order import Nullable, Order, order_of
from api.queries.pages import Page
from api.queries.positions import first_block
from api.queries.prepared import Prepared, Valid, some_of
from api.queries.projects import ProjectRow, is_key, one_project
from api.queries.statements import (
    Findings,
    Projects,
    Reports,
    ReportVersions,
    Reversals,
    Vintages,
)
from api.queries.versions import Versions
from api.snapshot import Snapshot
from indexer.identity import project_id as hashed
from indexer.identity import report_id
from indexer.models import DocumentFinding, Report, ReportVersion, ReportVintage
from indexer.moments import unix_time

SORTS = {
    "start_date": Reports.start_day,
    "end_date": Reports.end_day,
    "created_at": Reports.created_at,
    "updated_at": Reports.updated_at,
    "status": Reports.status,
    "verifier": Nullable(Reports.verifier),
    "id": Reports.document_id,
}
#: Reports in one of these hold their days against others (OGCR 3.2).
ACCEPTED = ("submitted", "pending_verification", "verified", "archived")

_STATUSES = {"unverified": ("submitted", "withdrawn"), "pending": ("pending_verification",)}
_DAY = 86_400


@dataclass(frozen=True)
class ReportRow:
    """A report with the version that is in force; of one of a list, what lists show of them, and
    what was found about its document. Of one that is read by itself it is known when nothing of it
    was reversed."""

    report: Report
    version: ReportVersion | None
    finding: DocumentFinding | None = None
    may_be_reversed: bool = True


def report(snapshot: Snapshot, project_id: str, name: str) -> ReportRow | None:
    """A report of a project by its 0x… id or its document id."""
    named = _REPORTS.all(snapshot, ids=_ids_of(project_id, name))
    found = [
        _row(one, version, is_reversed=is_reversed)
        for one, version, is_reversed in named
        if one.project_id == project_id
    ]
    exact = [row for row in found if row.report.report_id == name.lower()]
    return next(iter([*exact, *found]), None)


def report_within(
    snapshot: Snapshot, project_name: str, name: str
) -> tuple[ProjectRow, ReportRow] | None:
    """A project and its report by their document ids; None also where either goes by a 0x… id."""
    if is_key(project_name):
        return None
    project = hashed(project_name)
    found = _WITHIN.first(snapshot, ids=[project], report_id=report_id(project, name))
    if found is None:
        return None
    *of_project, report, version, is_reversed = found
    return ProjectRow(*of_project), _row(report, version, is_reversed=is_reversed)


def submitted_in(snapshot: Snapshot, project_id: str, name: str) -> int | None:
    """The block in which a report was submitted, whatever the state that is read."""
    named = Reports.report_id.in_(_ids_of(project_id, name))
    return first_block(snapshot.session, Report, Reports.project_id == project_id, named)


def report_of_id(snapshot: Snapshot, report_id: str) -> ReportRow | None:
    """A report of any project by its 0x… id."""
    found = _REPORTS.first(snapshot, ids=[report_id])
    return _row(*found[:2], is_reversed=found[2]) if found else None


def ids_of_reports(snapshot: Snapshot, name: str) -> list[str]:
    """The report ids that a name can mean: itself when it is one, and those it is the id of."""
    named = select(Reports.report_id).where(snapshot.valid(Reports), Reports.document_id == name)
    return [name.lower(), *snapshot.session.exec(named)]


def reports(snapshot: Snapshot, project_id: str, filters: ReportFilters) -> Page[ReportRow]:
    """A page of the reports of a project that match."""
    conditions = [*report_conditions(filters, func.coalesce), *_period_conditions(filters)]
    order = order_of(filters.sort, SORTS, Reports.start_day, Reports.report_id)
    # Said so that no index is taken but that of the project, which has few reports.
    own = Reports.project_id == project_id
    page = report_keys(snapshot, filters, [own, *conditions], order)
    found = _LISTED.all(snapshot, ids=page.rows) if page.rows else ()
    rows = {row[0].report_id: ReportRow(*row) for row in found}
    return page.of(rows.__getitem__)


def report_keys(
    snapshot: Snapshot,
    part: Part,
    conditions: Sequence[ColumnElement[bool]],
    order: Order,
    name: str | None = None,
) -> Page[str]:
    """A page of the reports of which conditions on their own columns hold, by their 0x… ids."""
    state = state_of(snapshot, Reports, Projects) if name else None
    listing = Listing(Reports, Reports.report_id, order, conditions, state=state, name=name)
    return keys_of(snapshot, listing, part)


def listed_reports(valid: Valid) -> Any:
    """The reports of `ids`, each with its version in force and what was found about its document,
    as lists show them."""
    report = some_of(
        Reports,
        "report_id",
        "document_id",
        "status",
        "developer",
        "verifier",
        "report_hash",
        "version",
        "start_day",
        "end_day",
        "verified_kg",
        "statement_hash",
        "created_at",
        "decided_by",
        "decided_at",
        "updated_at",
        "valid_from",
    )
    version = some_of(ReportVersions, "report_id", "block_number", "tx_hash", "registered_at")
    about = finding_of("report", Reports.report_id, Reports.report_hash)
    query = select(report).add_columns(version, finding_shown()).select_from(Reports)
    query = query.outerjoin(ReportVersions, _in_force(valid)).outerjoin(Findings, about)
    return query.where(valid(Reports), among(Reports.report_id, "ids"))


def reports_of(snapshot: Snapshot, project_id: str) -> Sequence[Report]:
    """Every report of a project by its first day."""
    return _OF_PROJECT.all(snapshot, project_id=project_id)


def reports_sharing(
    snapshot: Snapshot, project_id: str, start_day: int, end_day: int
) -> Sequence[Report]:
    """Accepted reports of a project whose period shares a day with another, both ends included."""
    query = select(Reports).where(
        snapshot.valid(Reports),
        Reports.project_id == project_id,
        Reports.status.in_(ACCEPTED),
        Reports.start_day <= end_day,
        Reports.end_day >= start_day,
    )
    return snapshot.session.exec(query.order_by(Reports.start_day)).all()


def versions(snapshot: Snapshot, row: ReportRow) -> Sequence[ReportVersion]:
    """Every version of a report, the first one first."""
    if row.version is not None and row.version.version == 1:
        return [row.version]
    return _VERSIONS.all(snapshot, row.report.report_id)


def version(snapshot: Snapshot, report_id: str, number: int) -> ReportRow | None:
    """A version of a report, with the last state that the report had in it."""
    found = _VERSIONS.one(snapshot, report_id, number)
    return ReportRow(*found) if found else None


def vintages(snapshot: Snapshot, report_id: str) -> Sequence[ReportVintage]:
    """Verified and issued kg CO2e of a report by calendar year."""
    return _VINTAGES.all(snapshot, report_id=report_id)


def _ids_of(project_id: str, name: str) -> list[str]:
    own = [name.lower()] if re.fullmatch(r"0x[0-9a-fA-F]{28}", name) else []
    return [*own, report_id(project_id, name)]


def report_conditions(
    filters: ReportCriteria, of: Callable[..., Any] = lambda column, _: column
) -> list[ColumnElement[bool]]:
    """The conditions that say which reports are meant; `of` may keep a column from its index."""
    found: list[ColumnElement[bool]] = []
    if filters.status:
        words = _STATUSES.get(filters.status, (filters.status,))
        found.append(of(Reports.status, "").in_(words))
    if filters.verifier:
        found.append(of(Reports.verifier, "") == filters.verifier.lower())
    return found


def _period_conditions(filters: ReportFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.period_from:
        found.append(Reports.end_day >= unix_time(filters.period_from, time.min) // _DAY)
    if filters.period_to:
        found.append(Reports.start_day <= unix_time(filters.period_to, time.max) // _DAY)
    return found


def _in_force(valid: Valid) -> ColumnElement[bool]:
    return and_(
        ReportVersions.report_id == Reports.report_id,
        ReportVersions.version == Reports.version,
        valid(ReportVersions),
    )


def _reports(valid: Valid) -> Any:
    """Reports, each with its version in force, and whether anything of it was reversed."""
    query = select(Reports, ReportVersions).outerjoin(ReportVersions, _in_force(valid))
    wanted = query.add_columns(_is_reversed(valid))
    return wanted.where(valid(Reports), Reports.report_id.in_(bindparam("ids")))


def _within(valid: Valid) -> Any:
    """A report after its project, as that is asked for by itself."""
    query = one_project(valid).join(Reports, Reports.project_id == Projects.project_id)
    query = query.outerjoin(ReportVersions, _in_force(valid))
    wanted = Reports.report_id == bindparam("report_id")
    of_report = (Reports, ReportVersions, _is_reversed(valid))
    return query.add_columns(*of_report).where(valid(Reports), wanted)


def _is_reversed(valid: Valid) -> Any:
    return exists().where(valid(Reversals), Reversals.report_id == Reports.report_id)


def _row(report: Report, version: ReportVersion | None, *, is_reversed: bool) -> ReportRow:
    return ReportRow(report, version, may_be_reversed=bool(is_reversed))


def _of_project(valid: Valid) -> Any:
    own = Reports.project_id == bindparam("project_id")
    query = select(Reports).where(valid(Reports), own)
    return query.order_by(Reports.start_day, Reports.report_id)


def _vintages(valid: Valid) -> Any:
    own = Vintages.report_id == bindparam("report_id")
    return select(Vintages).where(valid(Vintages), own).order_by(Vintages.vintage)


_LISTED, _REPORTS, _WITHIN = (
    Prepared(listed_reports, by_key=True),
    Prepared(_reports),
    Prepared(_within),
)
_OF_PROJECT = Prepared(_of_project)
_VERSIONS = Versions(Reports, ReportVersions, "report_id")
_VINTAGES = Prepared(_vintages)

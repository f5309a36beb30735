"""Queries: reversals, what covered them, and the retired units that they hit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam
from sqlmodel import select

from api.filters import ReversalFilters
from api.queries.among import among
from api.queries.counts import state_of
from api.queries.listing import Listing, keys_of, listing_name
from api.queries.order import order_of
from api.queries.pages import Page
from api.queries.prepared import Prepared, Valid, some_of
from api.queries.projects import ids_of
from api.queries.reports import ids_of_reports
from api.queries.statements import Coverages, ImpairedUnits, Projects, Reports, Reversals
from api.snapshot import Snapshot
from indexer.models import ImpairedUnit, Project, Report, Reversal, ReversalCoverage

SORTS = {
    "recorded_at": Reversals.recorded_at,
    "due_kg": Reversals.due_kg,
    "id": Reversals.reversal_id,
}


@dataclass(frozen=True)
class ReversalRow:
    """A reversal with the report that it is about and the project of that."""

    reversal: Reversal
    report: Report | None
    project: Project | None


def reversal(snapshot: Snapshot, reversal_id: str) -> ReversalRow | None:
    """A reversal by its 0x… id."""
    found = _REVERSAL.first(snapshot, reversal_id=reversal_id.lower())
    return ReversalRow(*found) if found else None


def reversals(snapshot: Snapshot, filters: ReversalFilters) -> Page[ReversalRow]:
    """A page of the reversals that match."""
    listing = Listing(
        Reversals,
        Reversals.reversal_id,
        order_of(filters.sort, SORTS, Reversals.recorded_at, Reversals.reversal_id),
        _conditions(snapshot, filters),
        state=state_of(snapshot, Reversals, Reports),
        name=listing_name("reversals", filters),
    )
    page = keys_of(snapshot, listing, filters)
    found = _LISTED.all(snapshot, ids=page.rows) if page.rows else ()
    rows = {row[0].reversal_id: ReversalRow(*row) for row in found}
    return page.of(rows.__getitem__)


def reversals_of_project(snapshot: Snapshot, project_id: str) -> Sequence[Reversal]:
    """Every reversal of a project, the first one first."""
    return _OF_PROJECT.all(snapshot, project_id=project_id)


def reversals_of_report(snapshot: Snapshot, report_id: str) -> Sequence[Reversal]:
    """Every reversal of a report, the first one first."""
    return _OF_REPORT.all(snapshot, report_id=report_id)


def coverage_of(snapshot: Snapshot, reversal_id: str) -> Sequence[ReversalCoverage]:
    """What was cancelled for a reversal, in the order of the chain as far as blocks tell it."""
    return _COVERAGE.all(snapshot, reversal_id=reversal_id)


def units_hit_by(snapshot: Snapshot, reversal_id: str) -> Sequence[ImpairedUnit]:
    """The retired units that a reversal hit."""
    return _UNITS_HIT.all(snapshot, reversal_id=reversal_id)


def marks_of(snapshot: Snapshot, token_ids: Sequence[str]) -> Mapping[str, list[ImpairedUnit]]:
    """What reversals did to units, by token id; nothing for sound ones."""
    found: dict[str, list[ImpairedUnit]] = defaultdict(list)
    for mark in _MARKS.all(snapshot, token_ids=token_ids):
        found[mark.token_id].append(mark)
    return found


def _reversals(valid: Valid) -> Any:
    """Reversals, each with the names of the report that it is about and of its project."""
    reported = and_(Reports.report_id == Reversals.report_id, valid(Reports))
    owned_by = and_(Projects.project_id == Reversals.project_id, valid(Projects))
    return (
        select(Reversals)
        .add_columns(
            some_of(Reports, "report_id", "document_id"),
            some_of(Projects, "project_id", "document_id"),
        )
        .outerjoin(Reports, reported)
        .outerjoin(Projects, owned_by)
        .where(valid(Reversals))
    )


def _in_order(valid: Valid) -> Any:
    query = select(Reversals).where(valid(Reversals))
    return query.order_by(Reversals.recorded_at, Reversals.reversal_id)


def _coverage(valid: Valid) -> Any:
    own = Coverages.reversal_id == bindparam("reversal_id")
    query = select(Coverages).where(valid(Coverages), own)
    return query.order_by(Coverages.valid_from, Coverages.token_id)


def _units_hit(valid: Valid) -> Any:
    own = ImpairedUnits.reversal_id == bindparam("reversal_id")
    return select(ImpairedUnits).where(valid(ImpairedUnits), own).order_by(ImpairedUnits.token_id)


def _marks(valid: Valid) -> Any:
    own = among(ImpairedUnits.token_id, "token_ids")
    query = select(ImpairedUnits).where(valid(ImpairedUnits), own)
    return query.order_by(ImpairedUnits.reversal_id)


_LISTED = Prepared(
    lambda valid: _reversals(valid).where(among(Reversals.reversal_id, "ids")), by_key=True
)
_REVERSAL = Prepared(
    lambda valid: _reversals(valid).where(Reversals.reversal_id == bindparam("reversal_id"))
)
_OF_PROJECT = Prepared(
    lambda valid: _in_order(valid).where(Reversals.project_id == bindparam("project_id"))
)
_OF_REPORT = Prepared(
    lambda valid: _in_order(valid).where(Reversals.report_id == bindparam("report_id"))
)
_COVERAGE, _UNITS_HIT = Prepared(_coverage), Prepared(_units_hit)
_MARKS = Prepared(_marks, by_key=True)


def _conditions(snapshot: Snapshot, filters: ReversalFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.project:
        found.append(Reversals.project_id.in_(ids_of(filters.project)))
    if filters.report:
        found.append(Reversals.report_id.in_(ids_of_reports(snapshot, filters.report)))
    if filters.status:
        owing = Reversals.covered_kg < Reversals.due_kg
        found.append(owing if filters.status == "outstanding" else ~owing)
    if filters.liable:
        found.append(Reversals.liable == filters.liable.lower())
    if filters.avoidable is not None:
        found.append(Reversals.avoidable.is_(filters.avoidable))
    return found

"""Queries: reversals, what covered them, and the retired units that they hit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import select

from api.filters import ReversalFilters
from api.queries.order import order_of
from api.queries.pages import Page, listed
from api.queries.projects import ids_of
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
    query = _reversals(snapshot).where(Reversals.reversal_id == reversal_id.lower())
    found = snapshot.session.exec(query).first()
    return ReversalRow(*found) if found else None


def reversals(snapshot: Snapshot, filters: ReversalFilters) -> Page[ReversalRow]:
    """A page of the reversals that match."""
    query = _reversals(snapshot).where(*_conditions(filters))
    order = order_of(filters.sort, SORTS, Reversals.recorded_at, Reversals.reversal_id)
    return listed(snapshot, query, filters, order).of(lambda row: ReversalRow(*row))


def reversals_of(
    snapshot: Snapshot, *, project_id: str | None = None, report_id: str | None = None
) -> Sequence[Reversal]:
    """Every reversal of a project or of a report, the first one first."""
    query = select(Reversals).where(snapshot.valid(Reversals))
    if project_id is not None:
        query = query.where(Reversals.project_id == project_id)
    if report_id is not None:
        query = query.where(Reversals.report_id == report_id)
    return snapshot.session.exec(query.order_by(Reversals.recorded_at, Reversals.reversal_id)).all()


def coverage_of(snapshot: Snapshot, reversal_id: str) -> Sequence[ReversalCoverage]:
    """What was cancelled for a reversal, in the order of the chain as far as blocks tell it."""
    query = select(Coverages).where(snapshot.valid(Coverages), Coverages.reversal_id == reversal_id)
    return snapshot.session.exec(query.order_by(Coverages.valid_from, Coverages.token_id)).all()


def units_hit_by(snapshot: Snapshot, reversal_id: str) -> Sequence[ImpairedUnit]:
    """The retired units that a reversal hit."""
    query = select(ImpairedUnits).where(
        snapshot.valid(ImpairedUnits), ImpairedUnits.reversal_id == reversal_id
    )
    return snapshot.session.exec(query.order_by(ImpairedUnits.token_id)).all()


def marks_of(snapshot: Snapshot, token_ids: Iterable[str]) -> Mapping[str, list[ImpairedUnit]]:
    """What reversals did to units, by token id; nothing for sound ones."""
    query = select(ImpairedUnits).where(
        snapshot.valid(ImpairedUnits), ImpairedUnits.token_id.in_(list(token_ids))
    )
    found: dict[str, list[ImpairedUnit]] = defaultdict(list)
    for mark in snapshot.session.exec(query.order_by(ImpairedUnits.reversal_id)):
        found[mark.token_id].append(mark)
    return found


def _reversals(snapshot: Snapshot) -> Any:
    reported = and_(Reports.report_id == Reversals.report_id, snapshot.valid(Reports))
    owned_by = and_(Projects.project_id == Reversals.project_id, snapshot.valid(Projects))
    return (
        select(Reversals, Reports, Projects)
        .outerjoin(Reports, reported)
        .outerjoin(Projects, owned_by)
        .where(snapshot.valid(Reversals))
    )


def _conditions(filters: ReversalFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.project:
        found.append(Reversals.project_id.in_(ids_of(filters.project)))
    if filters.report:
        named = Reports.document_id == filters.report
        found.append(or_(named, Reversals.report_id == filters.report.lower()))
    if filters.status:
        owing = Reversals.covered_kg < Reversals.due_kg
        found.append(owing if filters.status == "outstanding" else ~owing)
    if filters.liable:
        found.append(Reversals.liable == filters.liable.lower())
    if filters.avoidable is not None:
        found.append(Reversals.avoidable.is_(filters.avoidable))
    return found

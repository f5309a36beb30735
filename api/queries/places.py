"""Queries: what lies where and when, for the collections of OGC API – Features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, func
from sqlmodel import select

from api.filters import PlaceFilters, ReportPlaceFilters
from api.parameters import days_of
from api.queries.anchored import point_within_box, within_box
from api.queries.counts import remembered_in, state_of
from api.queries.listing import listing_name
from api.queries.order import SortKey
from api.queries.pages import Page
from api.queries.prepared import Prepared, Valid, some_of
from api.queries.projects import (
    ProjectRow,
    followed,
    ids_of,
    listed_projects,
    listed_row,
    project_conditions,
    project_keys,
)
from api.queries.reports import ReportRow, listed_reports, report_conditions, report_keys
from api.queries.statements import Footprints, Methodologies, Projects, Reports
from api.snapshot import Snapshot

Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """A project and the ground of its PDD (WGS84), None where the document is not held."""

    row: ProjectRow
    name: str | None = None
    area_m2: float | None = None
    ground: BaseGeometry | None = None

    @property
    def point(self) -> BaseGeometry:
        """A point on the ground; raises ValueError without one."""
        if self.ground is None:
            raise ValueError("The project's ground is not known.")
        return shapely.point_on_surface(self.ground)


@dataclass(frozen=True)
class ReportPlace:
    """A report and the project that it is of."""

    row: ReportRow
    project: Place


def project_places(snapshot: Snapshot, filters: PlaceFilters, *, as_points: bool) -> Page[Place]:
    """A page of the projects that match, in a stable order."""
    conditions = [
        *project_conditions(snapshot.session, filters),
        *_in_time(Projects, filters.datetime),
    ]
    if filters.bbox:
        inside = point_within_box if as_points else within_box
        conditions.append(inside(snapshot.session, Projects.pdd_hash, filters.bbox))
    order = [SortKey(Projects.created_at, False), SortKey(Projects.project_id, False)]
    of = f"places as points {as_points}"
    page = project_keys(snapshot, filters, conditions, order, of)
    places = {place.row.project.project_id: place for place in _places(snapshot, page.rows)}
    return page.of(places.__getitem__)


def report_places(snapshot: Snapshot, filters: ReportPlaceFilters) -> Page[ReportPlace]:
    """A page of the reports of all projects that match, in a stable order."""
    conditions = [*report_conditions(filters), *_in_time(Reports, filters.datetime)]
    if filters.bbox:
        there = within_box(snapshot.session, Projects.pdd_hash, filters.bbox)
        projects = select(Projects.project_id).where(snapshot.valid(Projects), there.every)
        conditions.append(Reports.project_id.in_(projects))
    order = [SortKey(Reports.created_at, False), SortKey(Reports.report_id, False)]
    page = report_keys(snapshot, filters, conditions, order, listing_name("monitoring", filters))
    places = {place.row.report.report_id: place for place in _report_places(snapshot, page.rows)}
    return page.of(places.__getitem__)


def project_place(snapshot: Snapshot, name: str) -> Place | None:
    """One project by its document id or 0x… id."""
    found = _places(snapshot, ids_of(name))
    exact = [place for place in found if place.row.project.project_id == name.lower()]
    return next(iter([*exact, *found]), None)


def report_place(snapshot: Snapshot, report_id: str) -> ReportPlace | None:
    """One report by its 0x… id."""
    return next(iter(_report_places(snapshot, [report_id.lower()])), None)


def extent(snapshot: Snapshot) -> tuple[Extent | None, int | None, int | None]:
    """Bounds of all projects (WGS84), and their first and last day (UTC days since 1970-01-01)."""
    state = state_of(snapshot, Projects)
    return remembered_in(snapshot, state, "extent", lambda: _extent(snapshot))


def _extent(snapshot: Snapshot) -> tuple[Extent | None, int | None, int | None]:
    bounds = (
        func.min(Footprints.west),
        func.min(Footprints.south),
        func.max(Footprints.east),
        func.max(Footprints.north),
    )
    shown = and_(snapshot.valid(Projects), Footprints.hash == Projects.pdd_hash)
    west, south, east, north = snapshot.session.exec(select(*bounds).where(shown)).one()
    days = select(func.min(Projects.start_day), func.max(Projects.end_day))
    known = and_(snapshot.valid(Projects), Projects.start_day > 0, Projects.end_day < _NO_END)
    first, last = snapshot.session.exec(days.where(known)).one()
    return (None if west is None else (west, south, east, north)), first, last


def _places(snapshot: Snapshot, ids: Sequence[str]) -> list[Place]:
    found = _PLACES.all(snapshot, ids=ids) if ids else ()
    return [_place(listed_row(*row), ground) for *row, ground in found]


def _report_places(snapshot: Snapshot, ids: Sequence[str]) -> list[ReportPlace]:
    found = _REPORT_PLACES.all(snapshot, ids=ids) if ids else ()
    return [
        ReportPlace(ReportRow(*row), _place(ProjectRow(project, None, None), ground))
        for *row, project, ground in found
    ]


def _place(row: ProjectRow, footprint: Any) -> Place:
    if footprint is None or footprint.geometry is None:
        return Place(row, footprint and footprint.name)
    ground = shapely.from_wkb(footprint.geometry)
    return Place(row, footprint.name, footprint.area_m2, ground)


def _in_time(table: Any, interval: str | None) -> list[ColumnElement[bool]]:
    """A thing without days of its own (0 … 65535) is of every time."""
    if interval is None:
        return []
    first, last = days_of(interval)
    return [table.start_day <= last, table.end_day >= first]


def _with_ground(valid: Valid) -> Any:
    """Projects with their methodology and ground, as lists show them."""
    methodology = some_of(Methodologies, "methodology_key", "methodology_id", "version")
    query = listed_projects(valid).add_columns(methodology, _GROUND)
    query = query.outerjoin(Methodologies, followed(valid))
    return query.outerjoin(Footprints, Footprints.hash == Projects.pdd_hash)


def _on_ground(valid: Valid) -> Any:
    """Reports with their project and its ground, as lists show them."""
    own = and_(Projects.project_id == Reports.project_id, valid(Projects))
    project = some_of(Projects, "project_id", "document_id")
    query = listed_reports(valid).add_columns(project, _GROUND).join(Projects, own)
    return query.outerjoin(Footprints, Footprints.hash == Projects.pdd_hash)


_GROUND = some_of(Footprints, "hash", "name", "area_m2", "geometry")
_PLACES = Prepared(_with_ground, by_key=True)
_REPORT_PLACES = Prepared(_on_ground, by_key=True)
_NO_END = 65_535

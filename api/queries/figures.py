"""Queries: the registry in figures, counted once for a state of what they are counted from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import func
from sqlmodel import select

from api.encoding import day_number, day_text
from api.filters import SupplyFilters
from api.queries.counts import remembered_in, state_of
from api.queries.statements import Footprints, Projects, Reports, Units
from api.queries.supply import SupplyRow, supply
from api.queries.units import SECONDS_PER_DAY, day_of
from api.snapshot import Snapshot

#: So many months are told, the one of the answer among them.
MONTHS = 24
#: So many countries are told: more than there are, and no document can name any number of others.
COUNTRIES = 250

Counts = Sequence[tuple[Any, int]]


@dataclass(frozen=True)
class ProjectFigures:
    """How many projects there are by status, activity and country, the most frequent first, and how
    many were registered in each of the last months (UTC); what no document names is None."""

    by_status: Counts
    by_type: Counts
    by_country: Counts
    by_month: Counts


@dataclass(frozen=True)
class UnitFigures:
    """kg CO2e of one unit type: where they are, by vintage, retired by year, issued in each of the
    last months (UTC), as the blocks say that there are of them."""

    supply: SupplyRow
    by_vintage: Counts
    retired_by_year: Counts
    issued_by_month: Counts


def project_figures(snapshot: Snapshot) -> ProjectFigures:
    """The projects of a state in figures."""
    months = _last_months(snapshot)
    return remembered_in(
        snapshot,
        state_of(snapshot, Projects),
        f"project figures until {months[-1]}",
        partial(_project_figures, snapshot, months),
    )


def report_figures(snapshot: Snapshot) -> Counts:
    """How many reports there are by status, the most frequent first."""
    query = select(Reports.status, func.count()).where(snapshot.valid(Reports))
    return remembered_in(
        snapshot,
        state_of(snapshot, Reports),
        "report figures",
        lambda: _counted(snapshot.session.exec(query.group_by(Reports.status)), 0),
    )


def unit_figures(snapshot: Snapshot) -> Sequence[UnitFigures]:
    """The units of a state in figures, in the order of the names of their types."""
    months = _last_months(snapshot)
    return remembered_in(
        snapshot,
        state_of(snapshot, Units),
        f"unit figures until {months[-1]}",
        partial(_unit_figures, snapshot, months),
    )


def _project_figures(snapshot: Snapshot, months: Sequence[str]) -> ProjectFigures:
    # One row for many projects, each of which is looked up for its country anyway.
    kinds = (Projects.status, Projects.project_type, Footprints.country)
    query = select(*kinds, func.count()).select_from(Projects)
    joined = query.outerjoin(Footprints, Footprints.hash == Projects.pdd_hash)
    counted = joined.where(snapshot.valid(Projects)).group_by(*kinds)
    rows = snapshot.session.exec(counted).all()
    day = (Projects.created_at // SECONDS_PER_DAY).label("day")
    lately = Projects.created_at >= _first_second(months)
    begun = select(day, func.count()).where(snapshot.valid(Projects), lately)
    registered: Counter[str] = Counter()
    for number, projects in snapshot.session.exec(begun.group_by("day")):
        registered[_month(number)] += projects
    return ProjectFigures(
        _counted(rows, 0),
        _counted(rows, 1),
        _counted(rows, 2)[:COUNTRIES],
        [(month, registered[month]) for month in months],
    )


def _unit_figures(snapshot: Snapshot, months: Sequence[str]) -> Sequence[UnitFigures]:
    rows = supply(snapshot, SupplyFilters())
    ended, issued = (one // SECONDS_PER_DAY for one in (Units.ended_at, Units.issued_at))
    # With their types, the index of these has the rest.
    of_types = Units.unit_type.in_([row.unit_type for row in rows])
    lately = (of_types, Units.issued_at >= _first_second(months))
    vintages = _summed(snapshot, Units.vintage, int)
    years = _summed(snapshot, ended, _year, Units.status == "retired")
    begun = _summed(snapshot, issued, _month, *lately)
    return [
        UnitFigures(
            row,
            sorted(vintages[row.unit_type].items()),
            sorted(years[row.unit_type].items()),
            [(month, begun[row.unit_type][month]) for month in months],
        )
        for row in rows
    ]


def _summed(
    snapshot: Snapshot, column: Any, shown: Callable[[int], Any], *conditions: Any
) -> Mapping[str, Counter[Any]]:
    """kg CO2e by unit type, and what is shown of a column."""
    query = select(Units.unit_type, column.label("part"), func.sum(Units.quantity_kg))
    matching = query.where(snapshot.valid(Units), *conditions)
    found: Mapping[str, Counter[Any]] = defaultdict(Counter)
    for kind, part, kg in snapshot.session.exec(matching.group_by("part", Units.unit_type)):
        found[kind][shown(part)] += int(kg)
    return found


def _counted(rows: Iterable[Any], place: int) -> Counts:
    """The counts at the ends of rows by what stands at a place of them, the highest first."""
    found: Counter[Any] = Counter()
    for row in rows:
        found[row[place]] += row[-1]
    return sorted(found.items(), key=lambda one: (-one[1], one[0] or ""))


def _last_months(snapshot: Snapshot) -> list[str]:
    """The last months (UTC) as `2026-11`, up to that of the answer."""
    year, month = (int(part) for part in _month(day_of(snapshot)).split("-"))
    last = 12 * year + month - 1
    return [f"{one // 12}-{one % 12 + 1:02}" for one in range(last - MONTHS + 1, last + 1)]


def _month(day: int) -> str:
    return f"{day_text(int(day))}"[:7]


def _year(day: int) -> int:
    return int(_month(day)[:4])


def _first_second(months: Sequence[str]) -> int:
    """When the first of these months began, UNIX seconds."""
    return day_number(f"{months[0]}-01") * SECONDS_PER_DAY

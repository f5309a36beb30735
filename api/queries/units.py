"""Queries: units, with the report and the project they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, case, cast, exists, func, true
from sqlalchemy.orm import aliased
from sqlmodel import select

from api.filters import UnitFilters
from api.queries.among import among
from api.queries.anchored import FEW, Anchored
from api.queries.counts import remembered, state_of
from api.queries.listing import Listing, keys_of, listing_name
from api.queries.order import order_of
from api.queries.pages import Page
from api.queries.positions import first_block
from api.queries.prepared import Prepared, Valid, some_of
from api.queries.projects import ids_of
from api.queries.reports import ids_of_reports
from api.queries.reversals import marks_of
from api.queries.runs import Condition
from api.queries.statements import (
    Blocks,
    Events,
    Exports,
    Footprints,
    ImpairedUnits,
    Imports,
    Methodologies,
    Projects,
    Reasons,
    Reports,
    Units,
    Vintages,
)
from api.snapshot import Snapshot
from indexer.models import (
    ENDING,
    NEVER,
    ImpairedUnit,
    Methodology,
    Project,
    Report,
    ReportVintage,
    RetirementReason,
    Unit,
    UnitExport,
    UnitImport,
)

#: What a block can be whose time may be over before anybody records that.
LIVE = ("held", "buffer", "locked")
SECONDS_PER_DAY = 86_400

SORTS = {
    "issued_at": Units.issued_at,
    "issuance_year": Units.issued_at,
    "project": Units.project_id,
    "report": Units.report_id,
    "unit_type": Units.unit_type,
    "vintage": Units.vintage,
    "quantity_kg": Units.quantity_kg,
    "status": Units.status,
    "owner": Units.owner,
    "id": Units.token_id,
}


@dataclass(frozen=True)
class UnitRow:
    """A unit with its provenance; `country` is ISO 3166-1 alpha-2 when the PDD names it,
    `block_number` that of the transaction which changed the unit last, `monitoring_end_day` the
    last UTC day of its monitoring period if it expires, `is_over` whether that has passed without
    an `expire`; `origin` is where an imported one came from, `marks` are what reversals did to it,
    `label` is that of a retirement reason which was added."""

    unit: Unit
    report: Report | None
    project: Project | None
    methodology: Methodology | None
    country: str | None
    block_number: int | None
    monitoring_end_day: int | None = None
    is_over: bool = False
    export: UnitExport | None = None
    origin: UnitImport | None = None
    marks: Sequence[ImpairedUnit] = ()
    label: str | None = None

    @property
    def status(self) -> str | None:
        """What the unit is: expired by time, or what the chain has recorded."""
        return "expired" if self.is_over else self.unit.status


@dataclass(frozen=True)
class Sum:
    """How many blocks there are of a unit type and status, and their kg CO2e."""

    unit_type: str | None
    status: str | None
    blocks: int
    quantity_kg: int


def unit(snapshot: Snapshot, token_id: str) -> UnitRow | None:
    """A unit by its token id, `0x` and 64 lower-case hex digits."""
    return next(iter(_unit_rows(snapshot, [token_id])), None)


def issued_in(snapshot: Snapshot, token_id: str) -> int | None:
    """The block in which a unit was issued, split off or merged, whatever the state read."""
    return first_block(snapshot.session, Unit, Units.token_id == token_id)


def units(snapshot: Snapshot, filters: UnitFilters) -> Page[UnitRow]:
    """A page of the units that match; its totals are their number and their kg CO2e."""
    day = day_of(snapshot)
    listing = Listing(
        Units,
        Units.token_id,
        order_of(filters.sort, SORTS, Units.issued_at, Units.token_id),
        _conditions(snapshot, filters, day),
        parts=_parts(snapshot, filters, day),
        sums=[Units.quantity_kg],
        state=state_of(snapshot, Units, Vintages, Reports),
        name=listing_name(f"units on day {day}", filters),
    )
    page = keys_of(snapshot, listing, filters)
    rows = {row.unit.token_id: row for row in _unit_rows(snapshot, page.rows)}
    return page.of(rows.__getitem__)


def sums(snapshot: Snapshot, *, project_id: str) -> Sequence[Sum]:
    """Units of a project by unit type and status."""
    found = _SUMS.all(snapshot, project_id=project_id)
    return [Sum(kind, status, blocks, int(kg)) for kind, status, blocks, kg in found]


def over(valid: Valid, day: Any) -> ColumnElement[bool]:
    """Whether a unit's monitoring period ended before a day, that of the answer, unrecorded."""
    return and_(Units.expires.is_(True), Units.status.in_(LIVE), _has_ended(valid, day))


def day_of(snapshot: Snapshot) -> int:
    """The UTC day of the answer: that of its block, or of the last before whose time is kept."""
    time = snapshot.position.block_time
    if not time:
        latest = func.coalesce(func.max(Blocks.timestamp), 0)
        known = select(latest).where(Blocks.number <= snapshot.position.block_number)
        time = snapshot.session.exec(known).one()
    return int(time // SECONDS_PER_DAY)


def added_reason(snapshot: Snapshot, label: str) -> RetirementReason | None:
    """The retirement reason that was added under that label; of several, the first."""
    query = select(Reasons).where(snapshot.valid(Reasons), Reasons.label == label)
    found: RetirementReason | None = snapshot.session.exec(query.order_by(Reasons.code)).first()
    return found


def _unit_rows(snapshot: Snapshot, token_ids: Sequence[str]) -> Iterator[UnitRow]:
    if not token_ids:
        return
    found = _UNITS.all(snapshot, token_ids=token_ids)
    beside = _Rare.of(snapshot, found)
    day, labels = day_of(snapshot), remembered(snapshot, "reasons", partial(_labels, snapshot))
    for unit, report, project, methodology, country, block, end_day, *_ in found:
        yield UnitRow(
            unit,
            report,
            project,
            methodology,
            country,
            block,
            end_day,
            _is_over(unit, end_day, day),
            beside.exports.get(unit.token_id),
            beside.origins.get(unit.report_id),
            beside.marks.get(unit.token_id, ()),
            labels.get(unit.retirement_reason),
        )


@dataclass(frozen=True)
class _Rare:
    """What hardly any unit has, read where the units say that there is some."""

    exports: Mapping[str, UnitExport]
    origins: Mapping[str, UnitImport]
    marks: Mapping[str, Sequence[ImpairedUnit]]

    @classmethod
    def of(cls, snapshot: Snapshot, found: Sequence[Any]) -> _Rare:
        exported, imported, hit = ([one for one in ids if one] for ids in _last_of(found, 3))
        exports = _EXPORTS.all(snapshot, token_ids=exported) if exported else ()
        origins = _IMPORTS.all(snapshot, report_ids=imported) if imported else ()
        return cls(
            {one.token_id: one for one in exports},
            {one.report_id: one for one in origins},
            marks_of(snapshot, hit) if hit else {},
        )


def _last_of(rows: Sequence[Any], count: int) -> Iterable[Iterable[Any]]:
    """Its last columns, each as a set."""
    return ({row[-place] for row in rows} for place in range(count, 0, -1))


def _is_over(unit: Unit, end_day: int | None, day: int) -> bool:
    """What `over` says of a unit whose vintage's last day is known."""
    if not unit.expires or unit.status not in LIVE or end_day is None:
        return False
    return end_day < day and end_day != NEVER


def _labels(snapshot: Snapshot) -> dict[str | None, str | None]:
    return dict(_LABELS.all(snapshot))


def _has_ended(valid: Valid, day: Any) -> ColumnElement[bool]:
    period: Any = aliased(ReportVintage)
    return exists().where(
        period.report_id == Units.report_id,
        period.vintage == Units.vintage,
        valid(period),
        period.monitoring_end_day < day,
        period.monitoring_end_day != NEVER,
    )


def _units(valid: Valid) -> Any:
    """Units with what answers say of what they come from, and whether there is more of each: an
    export, an import, a reversal."""
    reported = and_(Reports.report_id == Units.report_id, valid(Reports))
    owned_by = and_(Projects.project_id == Units.project_id, valid(Projects))
    followed = and_(Methodologies.methodology_key == Projects.methodology_key, valid(Methodologies))
    # Nothing is looked for where nothing expires.
    expiring = case((Units.expires.is_(True), Units.report_id))
    of_vintage = and_(
        Vintages.report_id == expiring, Vintages.vintage == Units.vintage, valid(Vintages)
    )
    exported = and_(Exports.token_id == Units.token_id, valid(Exports))
    imported = and_(Imports.report_id == Units.report_id, valid(Imports))
    changed_in = select(func.min(Events.block_number)).where(Events.tx_hash == Units.updated_tx)
    hit = and_(ImpairedUnits.token_id == Units.token_id, valid(ImpairedUnits))
    return (
        select(Units)
        .add_columns(
            some_of(Reports, "report_id", "document_id", "start_day", "end_day"),
            some_of(Projects, "project_id", "document_id", "pdd_hash"),
            some_of(Methodologies, "methodology_key", "methodology_id", "version"),
            Footprints.country,
            changed_in.scalar_subquery(),
            Vintages.monitoring_end_day,
            Exports.token_id,
            Imports.report_id,
            select(func.min(ImpairedUnits.token_id)).where(hit).scalar_subquery(),
        )
        .outerjoin(Reports, reported)
        .outerjoin(Projects, owned_by)
        .outerjoin(Methodologies, followed)
        .outerjoin(Footprints, Footprints.hash == Projects.pdd_hash)
        .outerjoin(Vintages, of_vintage)
        .outerjoin(Exports, exported)
        .outerjoin(Imports, imported)
        .where(valid(Units), among(Units.token_id, "token_ids"))
    )


def _exports(valid: Valid) -> Any:
    of_units = among(Exports.token_id, "token_ids")
    return select(Exports).where(valid(Exports), of_units)


def _imports(valid: Valid) -> Any:
    of_reports = among(Imports.report_id, "report_ids")
    return select(Imports).where(valid(Imports), of_reports)


def _sums(valid: Valid) -> Any:
    kinds = (Units.unit_type, Units.status)
    query = select(*kinds, func.count(), func.sum(Units.quantity_kg))
    of_project = query.where(valid(Units), Units.project_id == bindparam("project_id"))
    return of_project.group_by(*kinds).order_by(*kinds)


_UNITS, _SUMS = Prepared(_units, by_key=True), Prepared(_sums)
_EXPORTS, _IMPORTS = Prepared(_exports, by_key=True), Prepared(_imports, by_key=True)
_LABELS = Prepared(
    lambda valid: select(cast(Reasons.code, String), Reasons.label).where(valid(Reasons))
)


def _conditions(snapshot: Snapshot, filters: UnitFilters, day: int) -> list[Condition]:
    found: list[Condition] = []
    if filters.project:
        found.append(Units.project_id.in_(ids_of(filters.project)))
    if filters.report:
        found.append(Units.report_id.in_(ids_of_reports(snapshot, filters.report)))
    of = _column_of(filters)
    if filters.vintage is not None:
        found.append(of(Units.vintage, 0) == filters.vintage)
    if filters.issuance_year is not None:
        found += _within_year(filters.issuance_year)
    if filters.owner:
        found.append(Units.owner == filters.owner.lower())
    if filters.status in LIVE and _reports_over(snapshot, day):
        found.append(~over(snapshot.valid, day))
    return [*found, *_kinds(filters, of)]


def _parts(snapshot: Snapshot, filters: UnitFilters, day: int) -> Sequence[ColumnElement[bool]]:
    """Units that have expired are those whose end is recorded, and those that are over; each of
    these an index has in order, or there are few."""
    if filters.status != "expired":
        return (true(),)
    recorded = _column_of(filters)(Units.status, "") == "expired"
    reports = _reports_over(snapshot, day)
    if not reports:
        return (recorded,)
    if len(reports) > FEW:
        return (recorded, over(snapshot.valid, day))
    is_live = func.coalesce(Units.status, "").in_(LIVE)
    ended = _has_ended(snapshot.valid, day)
    named = Units.report_id.in_(reports)
    return (recorded, and_(named, Units.expires.is_(True), is_live, ended))


def _reports_over(snapshot: Snapshot, day: int) -> Sequence[str]:
    """Reports with a monitoring period that ended before a day, `FEW` and one of them at most."""
    ended = (ENDING, Vintages.monitoring_end_day < day)
    query = select(Vintages.report_id).where(snapshot.valid(Vintages), *ended).limit(FEW + 1)
    return snapshot.session.exec(query).all()


def _column_of(filters: UnitFilters) -> Callable[..., Any]:
    """Gives a column to filter by; kept from its index, so that none is taken but that of what has
    few units, where that is asked for."""
    is_narrow = bool(filters.project or filters.report or filters.owner)
    return func.coalesce if is_narrow else lambda column, _: column


def _kinds(filters: UnitFilters, of: Callable[..., Any]) -> list[Condition]:
    found: list[Condition] = []
    status = of(Units.status, "")
    if filters.status and filters.status != "expired":
        found.append(status == filters.status)
    if filters.retired:
        found.append(status == "retired")
    elif filters.retired is not None:
        # Of all of them SQLite takes the index of the status only where that has a beginning.
        others = status != "retired"
        found.append(Anchored(and_(status >= "", others), others))
    if filters.unit_type:
        found.append(of(Units.unit_type, "") == filters.unit_type)
    return found


def _within_year(year: int) -> list[ColumnElement[bool]]:
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    following = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    return [Units.issued_at >= first, Units.issued_at < following]

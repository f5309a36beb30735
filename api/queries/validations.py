"""Queries: checks of documents, one by one and in numbers (OGCR 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, select

from api.filters import ValidationFilters, ValidationPeriod
from api.queries.order import SortKey, between, count_of
from api.queries.pages import Page, page_of
from api.queries.statements import ValidationFaults, Validations
from api.tables import Validation, ValidationFault

#: So many of the most frequent codes, fields and submitters are told.
MOST_FREQUENT = 50
_DAY = 86_400


@dataclass(frozen=True)
class Checked:
    """A check, what it found, and whether the document was accepted later on."""

    validation: Validation
    faults: Sequence[ValidationFault]
    is_resolved: bool

    @property
    def status(self) -> str:
        """`accepted`, `open`, or `resolved` when a later version was accepted."""
        if self.validation.accepted:
            return "accepted"
        return "resolved" if self.is_resolved else "open"


@dataclass(frozen=True)
class Totals:
    """How many checks there were, how many found nothing, and the mean score of the others."""

    checks: int
    accepted: int
    dry_runs: int
    mean_score: float | None


def validations(
    session: Session, filters: ValidationFilters, whose: str | None = None
) -> Page[Checked]:
    """A page of the checks that match, the newest first; of one principal, or of everybody."""
    query = select(Validations).where(*_conditions(filters))
    if whose is not None:
        query = query.where(Validations.principal == whose)
    order = [SortKey(Validations.at, is_down=True), SortKey(Validations.id, is_down=True)]
    page = page_of(session, 0, query, filters, order, lambda: (count_of(session, query),))
    return page.holding(_with_faults(session, [row[0] for row in page.rows]))


def totals(session: Session, period: ValidationPeriod) -> Totals:
    """The numbers of a time as a whole."""
    query = select(
        func.count(),
        func.coalesce(func.sum(_one_if(Validations.accepted)), 0),
        func.coalesce(func.sum(_one_if(Validations.dry_run)), 0),
        func.avg(Validations.score),
    ).where(*_in_time(period))
    checks, accepted, dry_runs, score = session.exec(query).one()
    mean = None if score is None else round(float(score), 1)
    return Totals(checks, int(accepted), int(dry_runs), mean)


def counts_by(session: Session, period: ValidationPeriod, what: str) -> list[tuple[str, int]]:
    """How many faults there were by `code`, `field` or `submitter`, the most frequent first."""
    column = {
        "code": ValidationFaults.code,
        "field": ValidationFaults.field,
        "submitter": Validations.submitter,
    }[what]
    query = select(column, func.count()).select_from(Validations)
    joined = query.join(ValidationFaults, ValidationFaults.validation_id == Validations.id)
    counted = joined.where(*_in_time(period), column.is_not(None)).group_by(column)
    ordered = counted.order_by(func.count().desc(), column).limit(MOST_FREQUENT)
    return [(name, number) for name, number in session.exec(ordered)]


def days(session: Session, period: ValidationPeriod) -> list[tuple[int, int, int]]:
    """By UTC day (since 1970-01-01): how many checks there were, and how many were accepted."""
    day = (Validations.at // _DAY).label("day")
    accepted = func.sum(_one_if(Validations.accepted))
    query = select(day, func.count(), accepted).where(*_in_time(period))
    found = session.exec(query.group_by("day").order_by("day"))
    return [(int(number), checks, int(told)) for number, checks, told in found]


def _one_if(column: Any) -> Any:
    return case((column, 1), else_=0)


def _in_time(period: ValidationPeriod) -> list[ColumnElement[bool]]:
    return between(Validations.at, period.since, period.until)


def _conditions(filters: ValidationFilters) -> list[ColumnElement[bool]]:
    found = _in_time(filters)
    if filters.kind:
        found.append(Validations.kind == filters.kind)
    if filters.submitter:
        found.append(Validations.submitter == filters.submitter)
    if filters.document:
        found.append(Validations.document_id == filters.document)
    if filters.code:
        of_code = ValidationFaults.code == filters.code
        found.append(exists().where(ValidationFaults.validation_id == Validations.id, of_code))
    if filters.status:
        found.append(_status_is(filters.status))
    return found


def _status_is(status: str) -> ColumnElement[bool]:
    accepted: ColumnElement[bool] = Validations.accepted.is_(True)
    if status == "accepted":
        return accepted
    later: Any = aliased(Validation)
    follows = exists().where(
        later.document_id == Validations.document_id,
        later.kind == Validations.kind,
        later.accepted.is_(True),
        later.dry_run.is_(False),
        later.at >= Validations.at,
    )
    return and_(~accepted, follows if status == "resolved" else ~follows)


def _with_faults(session: Session, rows: Sequence[Validation]) -> list[Checked]:
    ids = [row.id for row in rows]
    query = select(ValidationFaults).where(ValidationFaults.validation_id.in_(ids))
    faults = session.exec(query.order_by(ValidationFaults.place)).all()
    resolved = set(
        session.exec(select(Validations.id).where(Validations.id.in_(ids), _status_is("resolved")))
    )
    return [
        Checked(row, [f for f in faults if f.validation_id == row.id], row.id in resolved)
        for row in rows
    ]

"""Queries: what projects can be sorted by, and the runs that such a list is read in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import select

from api.queries.anchored import anchoring
from api.queries.counts import remembered_of_documents
from api.queries.order import Nullable, Order
from api.queries.runs import Joined, Run, by_presence, by_value
from api.queries.statements import Footprints, Methodologies, Projects
from api.snapshot import Snapshot
from indexer.models import Project

SORTS = {
    "created_at": Projects.created_at,
    "approved_at": Nullable(Projects.validated_at),
    "updated_at": Projects.updated_at,
    "status": Projects.status,
    "methodology": Nullable(Methodologies.methodology_id),
    "actor": Projects.developer,
    "project_type": Projects.project_type,
    "country": Nullable(Footprints.country),
    "id": Projects.document_id,
    "name": Nullable(Footprints.name),
}
#: So many projects are sorted by what their documents say in less time than runs take.
SORTED_TOGETHER = 5_000
#: More values than there are countries are somebody's mischief, and each would be asked for.
MOST_VALUES = 300
#: So many versions of a methodology are put together; no database takes any number of them.
MOST_VERSIONS = 50


def project_runs(snapshot: Snapshot, order: Order, matched: int) -> Sequence[Run]:
    """The runs of a list of so many projects."""
    first, rest = order[0].column, order[1:]
    if any(key.is_nullable for key in rest):
        return [_together(snapshot, order)]
    if first is Projects.validated_at:
        there = Run(order, condition=lambda: first.is_not(None))
        after = replace(order[0], is_nullable=False)
        return by_presence(order, Run(order, condition=lambda: first.is_(None), after=after), there)
    if not order[0].is_nullable or matched < SORTED_TOGETHER:
        return [_together(snapshot, order)]
    if first is Footprints.name:
        absent = Run(order, condition=lambda: ~_says(first), is_rare=True, few=_silent(first))
        return by_presence(order, absent, _in_order_of_documents(order))
    by = _by_country if first is Footprints.country else _by_methodology
    groups = list(by(snapshot, order))
    return by_value(order, groups) if len(groups) <= MOST_VALUES else [_together(snapshot, order)]


def _together(snapshot: Snapshot, order: Order) -> Run:
    """All of them, sorted by the database."""
    sorted_by = {str(key.column.table) for key in order}
    followed = Methodologies.methodology_key == Projects.methodology_key
    beside: Sequence[Joined] = (
        (Methodologies, and_(followed, snapshot.valid(Methodologies))),
        (Footprints, Footprints.hash == Projects.pdd_hash),
    )
    joined = [one for one in beside if str(one[0].__table__) in sorted_by]
    return Run(order, joined=joined, is_optional=True)


def _by_country(snapshot: Snapshot, order: Order) -> Iterator[tuple[str | None, Run]]:
    session, country = snapshot.session, Footprints.country
    query = select(country).where(country.is_not(None)).distinct().order_by(country)

    def within(code: str) -> Run:
        return Run(order, condition=lambda: anchoring(session, Projects.pdd_hash, country, code))

    yield None, Run(order, condition=lambda: ~_says(country), is_rare=True, few=_silent(country))
    for code in remembered_of_documents(session, "countries", lambda: session.exec(query).all()):
        yield code, within(code)


def _by_methodology(snapshot: Snapshot, order: Order) -> Iterator[tuple[str | None, Run]]:
    name, key = Methodologies.methodology_id, Methodologies.methodology_key
    query = select(name, key).where(snapshot.valid(Methodologies), name.is_not(None))
    known = snapshot.session.exec(query.order_by(name, key)).all()
    follows = Projects.methodology_key
    unknown = or_(follows.is_(None), follows.not_in([one[1] for one in known]))
    yield None, Run(order, condition=lambda: unknown, is_rare=True)
    for identifier, found in groupby(known, lambda one: one[0]):
        versions = [version for _, version in found]
        each = [follows == version for version in versions[:MOST_VERSIONS]]
        if len(versions) > MOST_VERSIONS:
            each = [follows.in_(versions)]
        yield identifier, Run(order, parts=each)


def _says(column: Any) -> ColumnElement[bool]:
    """The condition that a project's document says something for a column."""
    there = exists().where(Footprints.hash == Projects.pdd_hash, column.is_not(None))
    return there.correlate_except(Footprints)


def _silent(column: Any) -> Sequence[ColumnElement[bool]]:
    """The same the other way round, of current projects: without a document, with one that is not
    held, with one that says nothing. Which are not held is seen from two indexes alone, in the
    order of both."""
    current: Any = aliased(Project)
    is_held = exists().where(Footprints.hash == current.pdd_hash)
    missing = select(current.pdd_hash).where(
        current.valid_to.is_(None), current.pdd_hash >= "", ~is_held
    )
    silent = select(Footprints.hash).where(column.is_(None))
    digest = Projects.pdd_hash
    return (digest.is_(None), digest.in_(missing), digest.in_(silent))


def _in_order_of_documents(order: Order) -> Run:
    """Documents that have a name, each with its projects: said so that these are found by documents
    and no document by its project, as all of them would have to be sorted then."""
    by_document = func.coalesce(Footprints.hash, "") == Projects.pdd_hash
    return Run(
        order,
        condition=lambda: order[0].column.is_not(None),
        joined=[(Footprints, by_document)],
        anyhow=Footprints.hash == Projects.pdd_hash,
    )

"""Queries: methodologies."""

from __future__ import annotations

from sqlalchemy import String, cast
from sqlmodel import select

from api.filters import MethodologyFilters
from api.queries.order import order_of
from api.queries.pages import Page, listed
from api.queries.positions import first_block
from api.queries.projects import methodology_is
from api.queries.statements import Methodologies
from api.snapshot import Snapshot
from indexer.identity import methodology_key
from indexer.models import Methodology

SORTS = {
    "id": Methodologies.methodology_id,
    "registered_at": Methodologies.registered_at,
    "status": Methodologies.status,
}


def methodology(snapshot: Snapshot, name: str) -> Methodology | None:
    """A methodology version by its key or `id@version`; a bare id finds its newest version."""
    query = select(Methodologies).where(snapshot.valid(Methodologies), methodology_is(name))
    newest = query.order_by(Methodologies.registered_at.desc(), Methodologies.valid_from.desc())
    return snapshot.session.exec(newest).first()


def registered_in(snapshot: Snapshot, name: str) -> int | None:
    """The block that registered a methodology of that name, whatever the state that is read."""
    return first_block(snapshot.session, Methodology, methodology_is(name))


def methodology_version(snapshot: Snapshot, identifier: str, version: str) -> Methodology | None:
    """A methodology version as documents refer to it."""
    key = methodology_key(identifier, version)
    query = select(Methodologies).where(snapshot.valid(Methodologies))
    return snapshot.session.exec(query.where(Methodologies.methodology_key == key)).first()


def methodologies(snapshot: Snapshot, filters: MethodologyFilters) -> Page[Methodology]:
    """A page of the methodology versions that match."""
    query = select(Methodologies).where(snapshot.valid(Methodologies))
    if filters.status:
        query = query.where(Methodologies.status == filters.status)
    if filters.project_type:
        permitted = cast(Methodologies.project_types, String)
        query = query.where(permitted.contains(f'"{filters.project_type}"', autoescape=True))
    order = order_of(
        filters.sort, SORTS, Methodologies.registered_at, Methodologies.methodology_key
    )
    return listed(snapshot, query, filters, order).of(lambda row: row[0])

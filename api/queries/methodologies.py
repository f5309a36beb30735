"""Queries: methodologies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, bindparam, cast
from sqlmodel import select

from api.filters import MethodologyFilters
from api.queries.order import order_of
from api.queries.pages import Page, listed
from api.queries.positions import first_block
from api.queries.prepared import Prepared, Valid
from api.queries.projects import is_key, methodology_is
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
    if is_key(name):
        return _of_key(snapshot, name.lower())
    identifier, _, version = name.partition("@")
    found = _VERSIONS.all(snapshot, methodology_id=identifier)
    return next((one for one in found if not version or one.version == version), None)


def registered_in(snapshot: Snapshot, name: str) -> int | None:
    """The block that registered a methodology of that name, whatever the state that is read."""
    return first_block(snapshot.session, Methodology, methodology_is(name))


def methodology_version(snapshot: Snapshot, identifier: str, version: str) -> Methodology | None:
    """A methodology version as documents refer to it."""
    return _of_key(snapshot, methodology_key(identifier, version))


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


def _of_key(snapshot: Snapshot, key: str) -> Methodology | None:
    found: Methodology | None = _BY_KEY.first(snapshot, key=key)
    return found


def _by_key(valid: Valid) -> Any:
    return select(Methodologies).where(
        valid(Methodologies), Methodologies.methodology_key == bindparam("key")
    )


def _versions(valid: Valid) -> Any:
    """The versions of a methodology, the newest one first."""
    named = Methodologies.methodology_id == bindparam("methodology_id")
    query = select(Methodologies).where(valid(Methodologies), named)
    return query.order_by(Methodologies.registered_at.desc(), Methodologies.valid_from.desc())


_BY_KEY, _VERSIONS = Prepared(_by_key), Prepared(_versions)

"""Queries: API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, select

from api.access.tables import ApiKey
from api.filters import KeyFilters
from api.queries.order import SortKey, count_of
from api.queries.pages import Page, page_of

_Keys: Any = ApiKey


def key(session: Session, key_id: str) -> ApiKey | None:
    """A key as it is."""
    return session.get(_Keys, key_id)


def keys(session: Session, filters: KeyFilters, owner: str | None = None) -> Page[ApiKey]:
    """A page of the keys that match, of one owner or of everybody, the newest first."""
    named = ((_Keys.owner, owner), (_Keys.organization, filters.organization))
    query = select(_Keys).where(*(column == value for column, value in named if value is not None))
    order = [SortKey(_Keys.created_at, is_down=True), SortKey(_Keys.id, is_down=True)]
    page = page_of(session, 0, query, filters, order, lambda: (count_of(session, query),))
    return page.holding([row[0] for row in page.rows])


def ids_made_by(session: Session, owner: str) -> Sequence[str]:
    """The ids of the keys that a principal made, revoked ones as well."""
    found: Sequence[str] = session.exec(select(_Keys.id).where(_Keys.owner == owner)).all()
    return found


def every_key(session: Session) -> Sequence[ApiKey]:
    """All keys, the oldest first."""
    found: Sequence[ApiKey] = session.exec(select(_Keys).order_by(_Keys.created_at)).all()
    return found

"""Queries: API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, select

from api.access.tables import ApiKey
from api.queries.order import count_of

_Keys: Any = ApiKey


def key(session: Session, key_id: str) -> ApiKey | None:
    """A key as it is."""
    return session.get(_Keys, key_id)


def keys(
    session: Session, owner: str | None, organization: str | None, limit: int, offset: int
) -> tuple[int, Sequence[ApiKey]]:
    """How many keys there are of an owner and an organization, and one page, the newest first."""
    named = ((_Keys.owner, owner), (_Keys.organization, organization))
    query = select(_Keys).where(*(column == value for column, value in named if value is not None))
    page = query.order_by(_Keys.created_at.desc(), _Keys.id).offset(offset).limit(limit)
    return count_of(session, query), session.exec(page).all()

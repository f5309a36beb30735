"""Queries: blocks that the chain took back, and what was lost with them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, select

from api.filters import ReorganisationFilters
from api.queries.order import SortKey, between
from api.queries.pages import Page, listed
from api.queries.statements import Reorganisations
from api.snapshot import Snapshot
from indexer.models import Reorganisation


@dataclass(frozen=True)
class Repairs:
    """How many reorganisations were repaired, how many of them below finality, and the last."""

    count: int
    below_finality: int
    last: Reorganisation | None


def reorganisations(snapshot: Snapshot, filters: ReorganisationFilters) -> Page[Reorganisation]:
    """A page of the reorganisations that match, the last one first."""
    query = select(Reorganisations)
    query = query.where(*between(Reorganisations.noticed_at, filters.since, filters.until))
    if filters.below_finality is not None:
        query = query.where(Reorganisations.is_below_finality.is_(filters.below_finality))
    order = [SortKey(Reorganisations.number, is_down=True)]
    return listed(snapshot, query, filters, order).of(lambda row: row[0])


def repairs(session: Session) -> Repairs:
    """The reorganisations in numbers."""
    deep = select(func.count()).where(Reorganisations.is_below_finality.is_(True))
    last = select(Reorganisations).order_by(Reorganisations.number.desc()).limit(1)
    return Repairs(
        session.exec(select(func.count()).select_from(Reorganisations)).one(),
        session.exec(deep).one(),
        session.exec(last).first(),
    )

"""Queries: which rows anchor documents of some kind, or documents that lie in a box."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, select

from api.parameters import numbers_of
from api.queries.among import among_these
from api.queries.counts import remembered_of_documents
from api.queries.statements import Footprints

#: So many documents are named one by one in a query.
FEW = 500

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Anchored:
    """The condition that a row anchors a document of some kind.

    `every` finds all such rows, `each` tests one row after another until a page is full: where many
    documents are of the kind, no database can do both well by one. Few are named: no database
    guesses well how many four bounds leave.
    """

    every: ColumnElement[bool]
    each: ColumnElement[bool]

    @classmethod
    def by_name(cls, digest: Any, hashes: Sequence[str]) -> Anchored:
        """Where the documents are few: each of them by its hash."""
        named = among_these(digest, hashes)
        return cls(named, named)

    @classmethod
    def by_kind(cls, digest: Any, condition: ColumnElement[bool]) -> Anchored:
        """Where they are many: by a condition on their footprints."""
        query = select(Footprints.hash).where(condition)
        # A list that is sorted by what documents say has them in its own FROM.
        each = exists().where(Footprints.hash == digest, condition).correlate_except(Footprints)
        return cls(digest.in_(query), each)


def anchoring(session: Session, digest: Any, column: Any, value: str) -> Anchored:
    """The condition that the document of a hash has a footprint that holds a value in a column."""
    query = select(Footprints.hash).where(column == value)

    def are_many() -> bool:
        return session.exec(query.offset(FEW).limit(1)).first() is not None

    if remembered_of_documents(session, f"more than {FEW} of {column.key} {value}", are_many):
        return Anchored.by_kind(digest, column == value)
    return Anchored.by_name(digest, session.exec(query).all())


def within_box(
    session: Session,
    digest: Any,
    bbox: str,
    part: Callable[[BaseGeometry], BaseGeometry] = lambda ground: ground,
) -> Anchored:
    """The condition that the ground of a document, or a part of it, shares a point with a box."""
    boxes = list(_rectangles(numbers_of(bbox)))
    inside = or_(*(_inside(box) for box in boxes))
    reaching = _reaching_in(session, boxes, inside, part)
    # Ordered as the index of the bounds is, or PostgreSQL would not take that for so few.
    query = select(Footprints.hash).where(inside).order_by(Footprints.west)
    found = session.exec(query.limit(FEW + 1)).all()
    if len(found) <= FEW:
        return Anchored.by_name(digest, [*found, *reaching])
    return Anchored.by_kind(digest, or_(inside, Footprints.hash.in_(reaching)))


def point_within_box(session: Session, digest: Any, bbox: str) -> Anchored:
    """The condition that the point which stands for a document's ground lies in a box."""
    return within_box(session, digest, bbox, shapely.point_on_surface)


def _rectangles(box: Rectangle) -> Iterable[Rectangle]:
    west, south, east, north = box
    if west <= east:
        yield box
    else:
        yield (west, south, 180.0, north)
        yield (-180.0, south, east, north)


def _inside(box: Rectangle) -> ColumnElement[bool]:
    west, south, east, north = box
    return and_(
        Footprints.west >= west,
        Footprints.east <= east,
        Footprints.south >= south,
        Footprints.north <= north,
    )


def _touching(box: Rectangle) -> ColumnElement[bool]:
    west, south, east, north = box
    return and_(
        Footprints.west <= east,
        Footprints.east >= west,
        Footprints.south <= north,
        Footprints.north >= south,
    )


def _reaching_in(
    session: Session,
    boxes: list[Rectangle],
    inside: ColumnElement[bool],
    part: Callable[[BaseGeometry], BaseGeometry],
) -> list[str]:
    # The bounds of a footprint say too much: of two parcels far apart, or on both sides of the
    # antimeridian, they cover all that lies between.
    candidates = select(Footprints.hash, Footprints.geometry).where(
        or_(*(_touching(box) for box in boxes)), ~inside
    )
    area = shapely.union_all([shapely.box(*box) for box in boxes])
    shapely.prepare(area)
    return [
        digest
        for digest, ground in session.exec(candidates)
        if ground is not None and area.intersects(part(shapely.from_wkb(ground)))
    ]

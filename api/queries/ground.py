"""Queries: what lies where, and which projects claim the same ground."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, or_, union_all
from sqlalchemy import select as sql_select
from sqlmodel import Session, select

from api.parameters import numbers_of
from api.queries.prepared import Prepared, Valid
from api.queries.statements import Conflicts, Footprints, Projects, Submissions, Tasks
from api.snapshot import Snapshot
from indexer.models import Project

#: Projects in one of these hold their ground against others (OGCR 4.4.2).
CLAIMING = ("submitted", "under_review", "validated")

#: Tasks in one of these have not reached the index yet.
PENDING = ("awaiting_signature", "broadcast", "mined")

#: So many documents are named one by one in a query.
FEW = 500

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Claim:
    """Another project that claims the same ground or facility.

    `area_m2` and `overlap` (GeoJSON geometry) are None for a facility; `status` is None for a
    project that is accepted but not yet on chain.
    """

    project_id: str
    document_id: str | None
    status: str | None
    kind: str
    area_m2: float | None
    overlap: dict[str, object] | None


@dataclass(frozen=True)
class Anchored:
    """The condition that a row anchors a document of some kind.

    `every` finds all such rows, `each` tests one row after another until a page is full: where many
    documents are of the kind, no database can do both well by one. Few are named: no database
    guesses well how many four bounds leave. `known` is how many are of the kind, None for few; as
    none is ever changed or taken away, as many as before are the same as before.
    """

    every: ColumnElement[bool]
    each: ColumnElement[bool]
    known: int | None = None

    @classmethod
    def by_name(cls, digest: Any, hashes: Sequence[str]) -> Anchored:
        """Where the documents are few: each of them by its hash."""
        named = digest.in_(hashes)
        return cls(named, named)


def within_box(session: Session, bbox: str) -> ColumnElement[bool]:
    """The condition that a footprint shares a point with a box."""
    boxes = list(_rectangles(numbers_of(bbox)))
    inside = or_(*(_inside(box) for box in boxes))
    return or_(inside, Footprints.hash.in_(_reaching_in(session, boxes, inside)))


def point_within_box(session: Session, bbox: str) -> ColumnElement[bool]:
    """The condition that the point which stands for a footprint lies in a box."""
    boxes = list(_rectangles(numbers_of(bbox)))
    inside = or_(*(_inside(box) for box in boxes))
    reaching = _reaching_in(session, boxes, inside, shapely.point_on_surface)
    return or_(inside, Footprints.hash.in_(reaching))


def anchoring(session: Session, digest: Any, condition: ColumnElement[bool]) -> Anchored:
    """The condition that the document of a hash has a footprint of which a condition holds."""
    query = select(Footprints.hash).where(condition)
    found = session.exec(query.limit(FEW + 1)).all()
    if len(found) <= FEW:
        return Anchored.by_name(digest, found)
    each = exists().where(Footprints.hash == digest, condition)
    counted = select(func.count()).select_from(Footprints).where(condition)
    return Anchored(digest.in_(query), each, session.exec(counted).one())


def area_m2(snapshot: Snapshot, digest: str | None) -> float | None:
    """The area of the ground that a document names, None where it is not held."""
    area: float | None = _AREA.first(snapshot, hash=digest) if digest else None
    return area


def claims(snapshot: Snapshot, project: Project) -> list[Claim]:
    """Who else claims a project's ground, by the state of the index."""
    if project.pdd_hash is None or project.status not in CLAIMING:
        return []
    found = _CLAIMS.all(snapshot, pdd_hash=project.pdd_hash, project_id=project.project_id)
    return _as_claims(found)


def claims_against(session: Session, pdd_hash: str, project_id: str, now: int) -> list[Claim]:
    """Who stands in the way of a PDD: indexed projects and accepted submissions still waiting.

    `now` is UNIX seconds; a submission that nobody signed in time does not count.
    """
    return [
        *_as_claims(_CLAIMS.newest(session, pdd_hash=pdd_hash, project_id=project_id)),
        *_waiting_claims(session, pdd_hash, project_id, now),
    ]


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
    part: Callable[[BaseGeometry], BaseGeometry] = lambda ground: ground,
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


def _pairs(pdd_hash: Any) -> list[tuple[object, ColumnElement[bool]]]:
    a, b = Conflicts.hash_a, Conflicts.hash_b
    return [(b, a == pdd_hash), (a, b == pdd_hash)]


def _claims(valid: Valid) -> Any:
    """Indexed projects that claim ground in conflict with a document, on either side of it."""
    halves = [
        sql_select(
            Projects.project_id,
            Projects.document_id,
            Projects.status,
            Conflicts.kind,
            Conflicts.area_m2,
            Conflicts.geometry,
            literal(place).label("side"),
        )
        .join(Projects, Projects.pdd_hash == other)
        # Said so that no index is taken but those of the documents, which have few conflicts.
        .where(ours, valid(Projects), func.coalesce(Projects.status, "").in_(CLAIMING))
        .where(Projects.project_id != bindparam("project_id"))
        for place, (other, ours) in enumerate(_pairs(bindparam("pdd_hash")))
    ]
    both: Any = union_all(*halves).subquery()
    return select(*both.c).order_by(both.c.side, both.c.project_id)


def _as_claims(rows: Iterable[Any]) -> list[Claim]:
    return [Claim(*row[:-1]) for row in rows]


_CLAIMS = Prepared(_claims)
_AREA = Prepared(lambda _: select(Footprints.area_m2).where(Footprints.hash == bindparam("hash")))


def _waiting_claims(session: Session, pdd_hash: str, project_id: str, now: int) -> list[Claim]:
    found = []
    for other, ours in _pairs(pdd_hash):
        query = select(Submissions, Conflicts).join(Submissions, Submissions.pdd_hash == other)
        query = query.join(Tasks, Tasks.id == Submissions.task_id)
        query = query.where(ours, Submissions.expires_at > now, Tasks.state.in_(PENDING))
        query = query.where(Submissions.project_id != project_id)
        found += [
            Claim(s.project_id, s.document_id, None, c.kind, c.area_m2, c.geometry)
            for s, c in session.exec(query.order_by(Submissions.project_id))
        ]
    return found

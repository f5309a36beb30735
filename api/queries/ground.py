"""Queries: what ground a document names, and which projects claim the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_
from sqlmodel import Session, select

from api.queries.prepared import Prepared, Valid
from api.queries.statements import Conflicts, Footprints, Projects, Submissions, Tasks
from api.snapshot import Snapshot
from indexer.models import Project

#: Projects in one of these hold their ground against others (OGCR 4.4.2).
CLAIMING = ("submitted", "under_review", "validated")

#: Tasks in one of these have not reached the index yet.
PENDING = ("awaiting_signature", "broadcast", "mined")


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


def area_m2(snapshot: Snapshot, digest: str | None) -> float | None:
    """The area of the ground that a document names, None where it is not held."""
    area: float | None = _AREA.first(snapshot, hash=digest) if digest else None
    return area


def claims(snapshot: Snapshot, project: Project) -> list[Claim]:
    """Who else claims a project's ground, by the state of the index."""
    if project.pdd_hash is None or project.status not in CLAIMING:
        return []
    block = snapshot.block
    return _indexed_claims(snapshot.session, block, project.pdd_hash, project.project_id)


def claims_against(session: Session, pdd_hash: str, project_id: str, now: int) -> list[Claim]:
    """Who stands in the way of a PDD: indexed projects and accepted submissions still waiting.

    `now` is UNIX seconds; a submission that nobody signed in time does not count.
    """
    return [
        *_indexed_claims(session, None, pdd_hash, project_id),
        *_waiting_claims(session, pdd_hash, project_id, now),
    ]


def _indexed_claims(
    session: Session, block: int | None, pdd_hash: str, project_id: str
) -> list[Claim]:
    """Of those whose document the conflict names second first, each in the order of their ids."""
    conflicts = _CONFLICTS.at(session, None, pdd_hash=pdd_hash)
    first = [(c.hash_b, c) for c in conflicts if c.hash_a == pdd_hash]
    second = [(c.hash_a, c) for c in conflicts if c.hash_b == pdd_hash]
    if not conflicts:
        return []
    hashes = [digest for digest, _ in [*first, *second]]
    claimants: dict[str, list[Any]] = defaultdict(list)
    for one in _CLAIMANTS.at(session, block, hashes=hashes, project_id=project_id):
        claimants[one.pdd_hash].append(one)
    found = []
    for side in (first, second):
        pairs = [(p, c) for digest, c in side for p in claimants[digest]]
        found += sorted(pairs, key=lambda pair: str(pair[0].project_id))
    return [
        Claim(p.project_id, p.document_id, p.status, c.kind, c.area_m2, c.geometry)
        for p, c in found
    ]


def _conflicts(_: Valid) -> Any:
    own: Any = bindparam("pdd_hash")
    return select(Conflicts).where(or_(Conflicts.hash_a == own, Conflicts.hash_b == own))


def _claimants(valid: Valid) -> Any:
    query = select(Projects).where(valid(Projects), Projects.pdd_hash.in_(bindparam("hashes")))
    others = Projects.project_id != bindparam("project_id")
    return query.where(others, Projects.status.in_(CLAIMING))


_CONFLICTS, _CLAIMANTS = Prepared(_conflicts), Prepared(_claimants)
_AREA = Prepared(lambda _: select(Footprints.area_m2).where(Footprints.hash == bindparam("hash")))


def _pairs(pdd_hash: str) -> list[tuple[object, ColumnElement[bool]]]:
    a, b = Conflicts.hash_a, Conflicts.hash_b
    return [(b, a == pdd_hash), (a, b == pdd_hash)]


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

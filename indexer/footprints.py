"""What stored PDDs say of their ground, and which of them claim the same: derived, never undone."""

import secrets
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.errors import ShapelyError
from sqlalchemy import Select, and_, or_, select, text, update
from sqlmodel import Session

import schemas
from indexer.documents import hash_of
from indexer.models import Footprint, FootprintMark, GeometryConflict
from indexer.words import words_of

_kept = Footprint.__table__.c
_TURN = int.from_bytes(b"ogcr-geo")
#: Anybody can anchor a document, and its geometry may be any JSON value.
_UNUSABLE = (ShapelyError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
#: What is indexed of a document is cut there: longer than anything that is valid, and short enough
#: for PostgreSQL's indexes, whatever somebody anchors.
_LONGEST = 500


def register_document(session: Session, content: bytes) -> Footprint:
    """Keep the footprint of a document's content bytes and its conflicts with all others.

    Idempotent. A document that is no PDD, or whose geometry cannot be used, has a `fault` and no
    conflicts. Bounds are WGS84 degrees, areas geodesic square metres (OGCR 4.4.2). Whether a
    conflict counts depends on the projects that anchor the two documents now.
    """
    digest = hash_of(content)
    _wait_for_turn(session)
    known = session.get(Footprint, digest)
    if known is not None:
        return known
    made = footprint_of(digest, content)
    session.add_all([made, *_conflicts(session, made)])
    session.execute(update(FootprintMark).values(mark=secrets.randbits(62)))
    session.flush()
    return made


def _wait_for_turn(session: Session) -> None:
    """Two documents registered at once would not see each other; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TURN})


def conflicts_of(session: Session, digest: str) -> list[GeometryConflict]:
    """Every document that claims ground or facility of this one, by hash."""
    pairs = GeometryConflict.__table__.c
    query = select(GeometryConflict).where(or_(pairs.hash_a == digest, pairs.hash_b == digest))
    return list(session.scalars(query.order_by(pairs.hash_a, pairs.hash_b)))


def footprint_of(digest: str, content: bytes) -> Footprint:
    """The footprint of a document from its bytes alone."""
    try:
        document = schemas.parse(content)
    except schemas.DocumentError as error:
        return Footprint(hash=digest, kind="unknown", fault=str(error))
    kind = schemas.kind_of(document)
    if kind != "pdd":
        return Footprint(hash=digest, kind=kind or "unknown", fault="The document is no PDD.")
    return Footprint(hash=digest, kind=kind, **_described(document), **_ground(document))


def _described(document: dict[str, Any]) -> dict[str, Any]:
    properties = _object(document.get("properties"))
    methodology = _object(properties.get("methodology"))
    identity, name = _text(schemas.document_id(document)), _text(properties.get("name"))
    return {
        "document_id": _cut(identity),
        "project_type": _cut(_text(properties.get("project_type"))),
        "facility_id": _cut(_text(properties.get("facility_id"))),
        "country": _cut(_text(properties.get("country"))),
        "name": _cut(name),
        "words": " ".join(words_of((identity, name, _text(properties.get("description"))))),
        "actor_id": _cut(_text(properties.get("actor_id"))),
        "methodology_id": _cut(_text(methodology.get("id"))),
        "methodology_version": _text(methodology.get("version")),
    }


def _ground(document: dict[str, Any]) -> dict[str, Any]:
    geometry = document.get("geometry")
    faults = schemas.geometry_faults(geometry)
    if faults:
        return {"fault": " ".join(fault.message for fault in faults)}
    try:
        ground = schemas.footprint(geometry)
        west, south, east, north = schemas.bounds(geometry)
    except _UNUSABLE as error:
        return {"fault": f"The geometry cannot be used: {error}"}
    return {
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "area_m2": schemas.area_m2(geometry),
        "geometry": shapely.to_wkb(ground),
    }


def _conflicts(session: Session, made: Footprint) -> Iterator[GeometryConflict]:
    if made.project_type is None:
        return
    if schemas.is_land_based(made.project_type):
        yield from _on_land(session, made)
    elif made.facility_id is not None:
        same_plant = _kept.facility_id == made.facility_id
        for other in session.scalars(_others(made).where(same_plant)):
            if other.project_type and not schemas.is_land_based(other.project_type):
                yield _conflict(made, other, "facility")


def _on_land(session: Session, made: Footprint) -> Iterator[GeometryConflict]:
    if made.geometry is None:
        return
    ground = shapely.from_wkb(made.geometry)
    beside = and_(
        _kept.west <= made.east,
        _kept.east >= made.west,
        _kept.south <= made.north,
        _kept.north >= made.south,
    )
    for other in session.scalars(_others(made).where(beside)):
        if other.project_type and schemas.is_land_based(other.project_type):
            overlap = schemas.conflict(ground, shapely.from_wkb(other.geometry))
            if overlap is not None:
                yield _conflict(made, other, "ground", overlap)


def _others(made: Footprint) -> Select[Footprint]:
    """Footprints of other projects: versions of one project may share their ground."""
    return select(Footprint).where(_kept.document_id != made.document_id)


def _conflict(
    one: Footprint, other: Footprint, kind: str, overlap: schemas.Overlap | None = None
) -> GeometryConflict:
    first, second = sorted((one.hash, other.hash))
    area, shared = (overlap.area_m2, overlap.geometry) if overlap else (None, None)
    return GeometryConflict(hash_a=first, hash_b=second, kind=kind, area_m2=area, geometry=shared)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _cut(value: str | None) -> str | None:
    return value and value[:_LONGEST]


def _text(value: Any) -> str | None:
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else None

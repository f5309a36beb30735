"""Judging: what speaks against a document, without any consequence, and a record of each check."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from api.access.authorization import require_signer
from api.access.links import writable
from api.access.principals import Principal
from api.errors import ApiError, Detail, faults_error
from api.queries.projects import project
from api.registry import Registry
from api.snapshot import Snapshot
from api.tables import Validation, ValidationFault
from api.writes.projects import registration, update
from api.writes.proposals import Ground, Proposal, claims_of_others
from api.writes.reports import submission
from indexer.documents import DocumentCorrupt, DocumentMissing
from indexer.footprints import footprint_of, register_document
from indexer.models import Footprint
from schemas import (
    Context,
    DocumentError,
    Fault,
    Quality,
    assess,
    content_bytes,
    content_hash,
    document_id,
    kind_of,
    parse,
    validate,
)

_INDEX = re.compile(r"/[0-9]+(?=/|$)")
#: Projects whose PDD may be replaced: a document of their name is their next version.
_OPEN = ("draft", "submitted", "rejected")
_LONGEST = 500


@dataclass(frozen=True)
class Verdict:
    """What a document is, everything that speaks against it, and how good it is."""

    kind: str | None
    document_hash: str | None
    details: tuple[Detail, ...]
    quality: Quality | None


@dataclass(frozen=True)
class Submitter:
    """Who hands a document in: the principal, the wallet that is to sign, and the request's id."""

    principal: Principal
    sender: str | None
    request_id: str


def verdict(registry: Registry, snapshot: Snapshot, document: Any) -> Verdict:
    """Judge a document as handing it in would, but keep nothing (OGCR 4.4)."""
    kind = kind_of(document)
    if kind is None:
        return Verdict(None, None, (_UNKNOWN_KIND,), None)
    details = tuple(_details(registry, snapshot, kind, document))
    digest = None if validate(kind, document) else content_hash(document)
    return Verdict(kind, digest, details, quality(registry, snapshot, kind, document))


def quality(registry: Registry, snapshot: Snapshot, kind: str, document: Any) -> Quality | None:
    """The quality of a document, beside what the registry knows of its project."""
    if kind == "mrv":
        return assess(kind, document, _project_context(registry, snapshot, document))
    if kind == "pdd" and not validate(kind, document):
        made = footprint_of(content_hash(document), content_bytes(document))
        return assess(kind, document, Context(made.area_m2, made.project_type))
    return assess(kind, document)


@contextmanager
def recorded(
    registry: Registry,
    principal: Principal,
    document: Any,
    sender: str | None,
    request_id: str,
) -> Iterator[None]:
    """Keep what comes of handing a document in; what is raised goes on.

    Raises `PermissionsError` for a sender that is none of the principal's, and keeps nothing.
    """
    require_signer(principal, sender)
    submitter = Submitter(principal, sender, request_id)
    try:
        yield
    except ApiError as error:
        if error.status < 500:
            details = error.details or (Detail("", error.code, error.message),)
            keep(registry, document, submitter, _judged(registry, document, details))
        raise
    keep(registry, document, submitter, _judged(registry, document, ()))


def keep(
    registry: Registry,
    document: Any,
    submitter: Submitter,
    found: Verdict,
    *,
    dry_run: bool = False,
) -> None:
    """Write one check down."""
    details, sender = found.details, submitter.sender
    made = Validation(
        id=uuid4().hex,
        at=int(time.time()),
        request_id=submitter.request_id,
        principal=submitter.principal.id,
        kind=found.kind,
        document_id=_text(document.get("id")) if isinstance(document, Mapping) else None,
        document_hash=found.document_hash,
        submitter=sender.lower() if sender else _text(_properties(document).get("actor_id")),
        dry_run=dry_run,
        accepted=not details,
        score=found.quality.score if found.quality else None,
    )
    with registry.transaction() as session:
        session.add(made)
        session.flush()
        session.add_all(_fault(made.id, place, detail) for place, detail in enumerate(details))


def _fault(validation_id: str, place: int, detail: Detail) -> ValidationFault:
    return ValidationFault(
        validation_id=validation_id,
        place=place,
        code=detail.code,
        field=writable(_INDEX.sub("/*", detail.field), _LONGEST),
        pointer=writable(detail.field, _LONGEST),
        message=writable(detail.message, _LONGEST),
    )


def _details(registry: Registry, snapshot: Snapshot, kind: str, document: Any) -> Iterator[Detail]:
    try:
        proposal = _proposal(registry, snapshot, kind, document)
    except ApiError as error:
        yield from error.details or (Detail("", error.code, error.message),)
        return
    if proposal is not None:
        yield from proposal.findings
        yield from _claims(registry, proposal.ground, document)


def _proposal(registry: Registry, snapshot: Snapshot, kind: str, document: Any) -> Proposal | None:
    """The write that would come of it, None for kinds that other documents lead to."""
    if kind == "pdd":
        known = project(snapshot, str(document_id(document)))
        if known is not None and known.project.status in _OPEN:
            return update(registry, snapshot, known, document, None)
        return registration(registry, snapshot, document, draft=False)
    faults = validate(kind, document)
    if kind == "mrv":
        named = _properties(document).get("project_id")
        of_project = project(snapshot, named) if isinstance(named, str) else None
        if of_project is not None:
            return submission(registry, snapshot, of_project, document)
        faults.append(Fault("/properties/project_id", "PROJECT_UNKNOWN", _NO_PROJECT))
    if faults:
        raise faults_error(faults)
    return None


def _claims(registry: Registry, ground: Ground | None, document: Any) -> list[Detail]:
    """Who claims the same ground; the document is looked at and forgotten again."""
    if ground is None:
        return []
    with registry.transaction() as session:
        # With the lock from the start: who reads first and writes then is refused by SQLite when
        # somebody else wrote in between.
        looked = session.begin_nested()
        register_document(session, content_bytes(document))
        found = claims_of_others(session, ground)
        looked.rollback()
    return found


def _judged(registry: Registry, document: Any, details: tuple[Detail, ...]) -> Verdict:
    """What is known already to speak against a document, with its quality."""
    kind = kind_of(document)
    if kind is None:
        return Verdict(None, None, details, None)
    digest = None if validate(kind, document) else content_hash(document)
    with registry.snapshot() as snapshot:
        context = _context(registry, snapshot, kind, document, digest)
    return Verdict(kind, digest, details, assess(kind, document, context))


def _context(
    registry: Registry, snapshot: Snapshot, kind: str, document: Any, digest: str | None
) -> Context:
    if kind == "mrv":
        return _project_context(registry, snapshot, document)
    if kind != "pdd" or digest is None:
        return Context()
    made = footprint_of(digest, content_bytes(document))
    return Context(made.area_m2, made.project_type)


def _project_context(registry: Registry, snapshot: Snapshot, document: Any) -> Context:
    named = _properties(document).get("project_id")
    row = project(snapshot, named) if isinstance(named, str) else None
    if row is None or row.project.pdd_hash is None:
        return Context()
    footprint = snapshot.session.get(Footprint, row.project.pdd_hash)
    try:
        pdd = parse(registry.documents.get(row.project.pdd_hash))
    except (DocumentMissing, DocumentCorrupt, DocumentError):
        pdd = {}
    expected = _properties(pdd).get("expected_annual_benefit")
    return Context(
        footprint.area_m2 if footprint else None,
        row.project.project_type,
        expected if isinstance(expected, int | float) else None,
    )


def _properties(document: Any) -> Mapping[str, Any]:
    properties = document.get("properties") if isinstance(document, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def _text(value: Any) -> str | None:
    return value[:100].replace("\x00", "\ufffd") if isinstance(value, str) else None


_NO_PROJECT = "There is no project of that id; GET /projects lists those there are."
_UNKNOWN_KIND = Detail(
    "/profile",
    "KIND_UNKNOWN",
    "The document names no profile that is known here; write pdd, mrv, methodology, decision, "
    "metadata or cru.",
)

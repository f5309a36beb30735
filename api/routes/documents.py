"""Routes of documents: by their hash, as the exact bytes that the chain anchors."""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.responses import Response

from api.dependencies import HashName, OfRegistry, RawBody
from api.encoding import dumps
from api.errors import ConflictError, Detail, MissingError, ValidationError, faults_error
from api.queries.documents import anchored_kinds
from api.registry import Registry
from indexer import database
from indexer.documents import DocumentCorrupt, DocumentMissing
from indexer.footprints import register_document
from indexer.retrievals import examine_soon
from schemas import cid, content_bytes, content_hash, kind_of, parse, validate
from schemas.projection import FEATURE_PROFILES

router = APIRouter(tags=["documents"], prefix="/documents")

_DIGITS = re.compile(r"(?:sha256:|0x)?([0-9a-fA-F]{64})")
_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/{hash}", summary="Read a document")
def read_document(registry: OfRegistry, name: HashName) -> Response:
    """The canonical bytes of a document: `sha256sum` of the answer is the hash."""
    digest = _digest(name)
    content = registry.documents.get(digest)
    headers = {"ETag": f'"{digest}"', "Cache-Control": _FOR_EVER, "OGCR-CID": cid(digest)}
    return Response(content, headers=headers, media_type=_media_type(content))


@router.put("/{hash}", status_code=201, summary="Supply a document")
def supply_document(registry: OfRegistry, name: HashName, body: RawBody) -> Response:
    """Add a document whose hash the chain anchors, for whoever registered without this API."""
    digest = _digest(name)
    document = parse(body)
    found = content_hash(document)
    if found != digest:
        message = (
            f"The document hashes to {found}, not to {digest}; send the one that was anchored."
        )
        raise ValidationError(message, [Detail("", "HASH_MISMATCH", message)])
    _require_anchored(registry, digest, document)
    held = _is_held(registry, digest)
    content = content_bytes(document)
    with registry.transaction() as session:
        register_document(session, content)
        registry.documents.put(content)
        examine_soon(session, digest)
    answer = {
        "content_hash": digest,
        "cid": cid(digest),
        "href": registry.link(f"/documents/{digest}"),
    }
    status = 200 if held else 201
    return Response(dumps(answer), status, {"Location": f"/documents/{digest}"}, "application/json")


def _digest(name: str) -> str:
    match = _DIGITS.fullmatch(name)
    if match is None:
        raise MissingError(f"“{name}” is no hash; give sha256: and 64 hexadecimal digits.")
    return "sha256:" + match[1].lower()


def _media_type(content: bytes) -> str:
    document = parse(content)
    profile = document.get("profile") if isinstance(document, dict) else None
    return "application/geo+json" if profile in FEATURE_PROFILES else "application/json"


def _require_anchored(registry: Registry, digest: str, document: object) -> None:
    with database.snapshot(registry.engine) as session:
        kinds = anchored_kinds(session, digest)
    if not kinds:
        raise ConflictError(
            f"No contract of this registry anchors {digest}; send a new document with the write "
            "that anchors it."
        )
    kind = kind_of(document)
    if kind not in kinds:
        message = f"The chain anchors this hash as {' and '.join(sorted(kinds))}."
        raise ValidationError(message, [Detail("/profile", "UNKNOWN_PROFILE", message)])
    faults = validate(kind, document)
    if faults:
        raise faults_error(faults)


def _is_held(registry: Registry, digest: str) -> bool:
    try:
        registry.documents.get(digest)
    except (DocumentMissing, DocumentCorrupt):
        return False
    return True

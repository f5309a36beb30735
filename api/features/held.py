"""Held documents: what the store has for a hash, and what to do when it has nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.reading import Document
from api.registry import Registry
from indexer.documents import DocumentCorrupt, DocumentMissing
from schemas import DocumentError


@dataclass(frozen=True)
class Held:
    """A document, or why there is none: `status` is held, missing, corrupt or unfit. `authored` is
    what of it its author answers for."""

    status: str
    document: dict[str, Any] | None = None
    remedy: str | None = None
    authored: dict[str, Any] | None = None


def held_document(
    registry: Registry, digest: str | None, kind: str, name: str | None = None
) -> Held:
    """The document of a hash that the chain anchors as a `kind`, for the record of that `name`.

    Somebody may anchor the hash of any document without this API; one of another kind or name is
    unfit, and is not shown as if it were the record's.
    """
    if digest is None:
        return Held("missing", remedy="The chain names no document.")
    remedy = f"PUT {registry.link(f'/documents/{digest}')} with the document adds it."
    try:
        document = registry.reader.document(digest)
    except DocumentMissing:
        return Held("missing", remedy=remedy)
    except DocumentCorrupt:
        return Held("corrupt", remedy=remedy)
    except DocumentError:
        return Held("unfit", remedy=_UNFIT)
    if not _fits(document, kind, name):
        return Held("unfit", remedy=_UNFIT)
    return Held("held", document.value, authored=document.authored)


def _fits(document: Document, kind: str, name: str | None) -> bool:
    if document.kind != kind or not isinstance(document.value, Mapping):
        return False
    return name is None or document.name == name


_UNFIT = "What the chain anchors is no document of this record; its author has to hand in another."

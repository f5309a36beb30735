"""Held documents: what the store has for a hash, and what to do when it has nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.registry import Registry
from indexer.documents import DocumentCorrupt, DocumentMissing
from schemas import DocumentError, document_id, kind_of


@dataclass(frozen=True)
class Held:
    """A document, or why there is none: `status` is held, missing, corrupt or unfit."""

    status: str
    document: dict[str, Any] | None = None
    remedy: str | None = None


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
        document = registry.reader.get(digest)
    except DocumentMissing:
        return Held("missing", remedy=remedy)
    except DocumentCorrupt:
        return Held("corrupt", remedy=remedy)
    except DocumentError:
        return Held("unfit", remedy=_UNFIT)
    if not _fits(document, kind, name):
        return Held("unfit", remedy=_UNFIT)
    return Held("held", document)


def _fits(document: Any, kind: str, name: str | None) -> bool:
    if kind_of(document) != kind or not isinstance(document, Mapping):
        return False
    return name is None or document_id(document) == name


_UNFIT = "What the chain anchors is no document of this record; its author has to hand in another."

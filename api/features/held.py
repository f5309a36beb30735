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
    """A document, or why there is none: `status` is held, missing, corrupt or unfit."""

    status: str
    read: Document | None = None
    remedy: str | None = None

    @property
    def document(self) -> dict[str, Any] | None:
        """Its value."""
        return self.read.value if self.read else None

    @property
    def authored(self) -> dict[str, Any] | None:
        """What of it its author answers for."""
        return self.read.authored if self.read else None


def held_document(
    registry: Registry, digest: str | None, kind: str, name: str | None = None
) -> Held:
    """The document of a hash that the chain anchors as a `kind`, for the record of that `name`.

    Somebody may anchor the hash of any document without this API; one of another kind or name is
    unfit, and is not shown as if it were the record's.
    """
    if digest is None:
        return Held("missing", remedy="The chain names no document.")
    try:
        document = registry.reader.document(digest)
    except DocumentMissing:
        return Held("missing", remedy=_supply(registry, digest))
    except DocumentCorrupt:
        return Held("corrupt", remedy=_supply(registry, digest))
    except DocumentError:
        return Held("unfit", remedy=_UNFIT)
    return Held("held", document) if _fits(document, kind, name) else Held("unfit", remedy=_UNFIT)


def _supply(registry: Registry, digest: str) -> str:
    return f"PUT {registry.link(f'/documents/{digest}')} with the document adds it."


def _fits(document: Document, kind: str, name: str | None) -> bool:
    if document.kind != kind or not isinstance(document.value, Mapping):
        return False
    return name is None or document.name == name


_UNFIT = "What the chain anchors is no document of this record; its author has to hand in another."

"""Reading: documents of the store as values, those read lately without reading them again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from indexer.documents import DocumentMissing, DocumentStore
from schemas import content_projection, document_id, kind_of, parse

#: Bytes of documents that are remembered together; as values they take about ten times that.
REMEMBERED_BYTES = 16_000_000
_LARGE = REMEMBERED_BYTES // 16

Mark = tuple[int, int, int]


@dataclass(frozen=True)
class Document:
    """A document as a value, with what follows from it; none of it must be changed."""

    value: Any

    @cached_property
    def kind(self) -> str | None:
        """The kind that its profile names."""
        return kind_of(self.value)

    @cached_property
    def name(self) -> str:
        """The id of a PDD or MRV."""
        return document_id(self.value)

    @cached_property
    def authored(self) -> Any:
        """What of it is hashed."""
        return content_projection(self.value)


class Reader:
    """The documents of a store; safe for several threads. What it gives must not be changed."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._known: OrderedDict[str, tuple[Mark, Document]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, digest: str) -> Any:
        """The value of a document; raises as `document` does."""
        return self.document(digest).value

    def document(self, digest: str) -> Document:
        """A document; raises `DocumentMissing`, `DocumentCorrupt` or `DocumentError`.

        What was taken out of the store, or written over, is not remembered any more.
        """
        mark = self._store.mark(digest)
        if mark is None:
            raise DocumentMissing(digest)
        with self._lock:
            known = self._known.get(digest)
            if known is not None and known[0] == mark:
                self._known.move_to_end(digest)
                return known[1]
        found = Document(parse(self._store.get(digest)))
        self._remember(digest, mark, found)
        return found

    def _remember(self, digest: str, mark: Mark, found: Document) -> None:
        size = mark[1]
        if size > _LARGE:
            return
        with self._lock:
            before = self._known.pop(digest, None)
            self._bytes += size - (before[0][1] if before else 0)
            self._known[digest] = (mark, found)
            while self._bytes > REMEMBERED_BYTES:
                _, (dropped, _) = self._known.popitem(last=False)
                self._bytes -= dropped[1]

"""Reading: documents of the store as values, those read lately without reading them again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from indexer.documents import DocumentMissing, DocumentStore
from schemas import parse

#: Bytes of documents that are remembered together; as values they take about ten times that.
REMEMBERED_BYTES = 16_000_000
_LARGE = REMEMBERED_BYTES // 16

Mark = tuple[int, int, int]


class Reader:
    """The documents of a store; safe for several threads. What it gives must not be changed."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._known: OrderedDict[str, tuple[Mark, Any]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, digest: str) -> Any:
        """The value of a document; raises `DocumentMissing`, `DocumentCorrupt` or `DocumentError`.

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
        value = parse(self._store.get(digest))
        self._remember(digest, mark, value)
        return value

    def _remember(self, digest: str, mark: Mark, value: Any) -> None:
        size = mark[1]
        if size > _LARGE:
            return
        with self._lock:
            before = self._known.pop(digest, None)
            self._bytes += size - (before[0][1] if before else 0)
            self._known[digest] = (mark, value)
            while self._bytes > REMEMBERED_BYTES:
                _, (dropped, _) = self._known.popitem(last=False)
                self._bytes -= dropped[1]

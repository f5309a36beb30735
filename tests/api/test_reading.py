"""Documents that were read lately: given again, but never when the store has them no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.reading import REMEMBERED_BYTES, Reader
from indexer.documents import DocumentCorrupt, DocumentMissing, DocumentStore
from schemas import DocumentError


class TestReader:
    """
    when a document is read again             it is not read anew
    when it was taken out of the store        it is missing
    when its bytes were written over          it is corrupt, and good again when they are mended
    when it cannot be parsed                  it says why each time
    when many are read                        the oldest are forgotten
    """

    def test_remembers(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path)
        reader, digest = Reader(store), store.put(b'{"a":1}')
        assert reader.get(digest) == {"a": 1}
        assert reader.get(digest) is reader.get(digest)

    def test_is_missing_when_it_was_taken_out(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path)
        reader, digest = Reader(store), store.put(b'{"a":1}')
        reader.get(digest)
        next(tmp_path.glob("*.json")).unlink()
        with pytest.raises(DocumentMissing):
            reader.get(digest)
        with pytest.raises(DocumentMissing):
            reader.get("sha256:none")

    def test_is_corrupt_when_it_was_written_over(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path)
        reader, digest = Reader(store), store.put(b'{"a":1}')
        reader.get(digest)
        (path,) = tmp_path.glob("*.json")
        path.write_bytes(b'{"a":22}')
        with pytest.raises(DocumentCorrupt):
            reader.get(digest)
        store.put(b'{"a":1}')
        assert reader.get(digest) == {"a": 1}

    def test_says_each_time_why_it_cannot_be_parsed(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path)
        reader, digest = Reader(store), store.put(b'{"a":1,"a":2}')
        for _ in range(2):
            with pytest.raises(DocumentError):
                reader.get(digest)

    def test_forgets_the_oldest(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path)
        reader, half = Reader(store), REMEMBERED_BYTES // 20
        digests = [store.put(b'"%d%s"' % (place, b"x" * half)) for place in range(25)]
        first = reader.get(digests[0])
        for digest in digests[1:]:
            reader.get(digest)
        assert reader.get(digests[0]) is not first
        assert reader.get(digests[24]) is reader.get(digests[24])

"""The documents behind the anchors: from a folder or from an API, each recomputed."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

import schemas
from scripts.auditing.anchors import Anchor
from scripts.auditing.checks import Checks
from scripts.patience import Patient

NAMED_BY_HASH = re.compile(r"[0-9a-f]{64}\.json")
SUFFIXES = (".json", ".geojson")


@dataclass(frozen=True)
class Found:
    """The bytes of a document, and where they came from."""

    content: bytes
    origin: str


class Source(Protocol):
    """Somewhere documents are kept."""

    def find(self, content_hash: str) -> Found | None:
        """The canonical bytes kept for a `sha256:…` hash, whatever they hash to now."""

    def corrupt(self) -> Iterator[str]:
        """A sentence for each document kept under a hash that is not its own."""


class Folder:
    """A folder of documents: a store with one file a hash, or files as their authors wrote them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._by_hash: dict[str, Found] = {}
        self._corrupt: list[str] = []
        files = [path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES]
        for path in files:
            self._take(path)

    def find(self, content_hash: str) -> Found | None:
        """By name when the file is named by the hash, by content for every other file."""
        return self._by_hash.get(content_hash)

    def corrupt(self) -> Iterator[str]:
        """Files named by a hash that their bytes do not have."""
        yield from self._corrupt

    def _take(self, path: Path) -> None:
        content = path.read_bytes()
        if NAMED_BY_HASH.fullmatch(path.name):
            self._by_hash[f"sha256:{path.stem}"] = Found(content, str(path))
            actual = hashlib.sha256(content).hexdigest()
            if actual != path.stem:
                self._corrupt.append(f"The bytes of {path} hash to sha256:{actual}.")
            return
        for document in _features(content):
            try:
                canonical = schemas.content_bytes(document)
            except schemas.DocumentError:
                continue
            digest = "sha256:" + hashlib.sha256(canonical).hexdigest()
            self._by_hash.setdefault(digest, Found(canonical, str(path)))


class Service:
    """The documents of an API."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(transport=Patient(), timeout=30)

    def find(self, content_hash: str) -> Found | None:
        """`GET /documents/{hash}`; the bytes of the answer are what counts."""
        where = f"{self.url}/documents/{content_hash}"
        response = self._http.get(where)
        return Found(response.content, where) if response.is_success else None

    def corrupt(self) -> Iterator[str]:
        """An API gives out only what it is asked for."""
        yield from ()


def check_documents(
    anchors: Iterable[Anchor], source: Source, checks: Checks, progress: Callable[[int, int], None]
) -> None:
    """Recompute every anchored hash and compare each document with its anchor."""
    anchors = [anchor for anchor in anchors if int(anchor.hash, 16)]
    read: dict[str, Any] = {}
    for done, anchor in enumerate(anchors, start=1):
        checks.saw("documents")
        digest = anchor.content_hash
        if digest not in read:
            read[digest] = _read(digest, source.find(digest))
        for sentence in _faults(anchor, read[digest]):
            checks.discrepancy("documents", sentence)
        progress(done, len(anchors))
    for sentence in source.corrupt():
        checks.discrepancy("documents", sentence)


def _read(digest: str, found: Found | None) -> Any:
    if found is None:
        return f"is missing: no document hashes to {digest}"
    actual = "sha256:" + hashlib.sha256(found.content).hexdigest()
    if actual != digest:
        return f"was changed: {found.origin} hashes to {actual}, its anchor is {digest}"
    try:
        return {"document": schemas.parse(found.content)}
    except schemas.DocumentError as error:
        return f"cannot be read: {error.faults[0]}"


def _faults(anchor: Anchor, read: Any) -> Iterator[str]:
    if isinstance(read, str):
        yield f"The {anchor.what} {read}."
        return
    document = read["document"]
    faults = schemas.validate(anchor.kind, document)
    if faults:
        yield f"The {anchor.what} ({anchor.content_hash}) is no valid {anchor.kind}: {faults[0]}"
        return
    for difference in anchor.differences(document):
        yield f"The {anchor.what} does not fit its anchor: {difference}."


def _features(content: bytes) -> Iterator[Any]:
    try:
        document = schemas.parse(content)
    except schemas.DocumentError:
        return
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        yield from document.get("features", ())
    else:
        yield document

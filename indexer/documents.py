"""The content-addressed store: documents by the hash that the chain anchors."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

_HASH = re.compile(r"sha256:([0-9a-f]{64})")


class DocumentMissing(KeyError):
    """The store holds no document of that hash."""


class DocumentCorrupt(Exception):
    """The bytes that the store holds are not those of the hash: fetch the document anew."""


def hash_of(content: bytes) -> str:
    """`sha256:` + 64 hex digits of the bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class DocumentStore:
    """A folder with one file a document, `<64 hex>.json`, holding exactly the hashed bytes."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._folder = str(self.folder)

    def put(self, content: bytes) -> str:
        """Keep canonical content bytes, give their hash; the file appears whole or not at all."""
        digest = hash_of(content)
        path = self._path(digest)
        if path.exists() and path.read_bytes() == content:
            return digest
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_whole(path, content)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a hash; raises `DocumentMissing`, or `DocumentCorrupt` when they changed."""
        try:
            # Read at once, as it is: a buffer takes as long as the reading.
            with open(self._name(digest), "rb", buffering=0) as file:
                content = file.readall()
        except (FileNotFoundError, ValueError) as error:
            raise DocumentMissing(digest) from error
        if hash_of(content) != digest:
            raise DocumentCorrupt(
                f"The stored bytes of {digest} were changed: delete {self._path(digest)} and hand "
                "in the document again."
            )
        return content

    def mark(self, digest: str) -> tuple[int, int, int] | None:
        """What tells the kept bytes of a hash from those before and after; None without any."""
        try:
            found = os.stat(self._name(digest))
        except (FileNotFoundError, ValueError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def has(self, digest: str) -> bool:
        """True when a document of that hash is kept; its bytes are not checked."""
        return bool(_HASH.fullmatch(digest)) and self._path(digest).exists()

    def hashes(self) -> Iterator[str]:
        """Hashes of everything kept, ascending."""
        for path in sorted(self.folder.glob("*.json")):
            if _HASH.fullmatch(f"sha256:{path.stem}"):
                yield f"sha256:{path.stem}"

    def _path(self, digest: str) -> Path:
        return Path(self._name(digest))

    def _name(self, digest: str) -> str:
        found = _HASH.fullmatch(digest)
        if found is None:
            raise ValueError(f"{digest} is no content hash: sha256: and 64 lower-case hex digits.")
        return f"{self._folder}/{found[1]}.json"


def _write_whole(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

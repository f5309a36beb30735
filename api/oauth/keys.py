"""Signing keys: ES256 keys in one file that only its owner reads; the first signs, all verify."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet

ALGORITHM = "ES256"
_MADE, _RETIRED = "ogcr:made_at", "ogcr:retired_at"


class SigningKeysError(OSError):
    """The signing keys cannot be used; the message says how to mend it, never what is in them."""


class SigningKeys:
    """The keys of one file, read again when another process has rotated them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._read: tuple[tuple[int, ...], list[ECKey]] | None = None

    @property
    def current(self) -> KeySet:
        """The key that signs, which names itself in what it signs."""
        return KeySet([cast(Key, self._keys()[0])])

    @property
    def all(self) -> KeySet:
        """Every key whose signatures still count."""
        return KeySet([cast(Key, key) for key in self._keys()])

    def published(self) -> dict[str, Any]:
        """The public halves (RFC 7517)."""
        return {"keys": [_public(key) for key in self._keys()]}

    def rotate(self, keep_seconds: int) -> list[dict[str, Any]]:
        """Let a new key sign; the old ones verify for `keep_seconds` more. Gives the public ones.

        Raises `SigningKeysError`.
        """
        now = int(time.time())
        kept = []
        for key in self._keys():
            held = key.as_dict(private=True)
            since = int(str(held.get(_RETIRED, now)))
            if now - since <= keep_seconds:
                kept.append({**held, _RETIRED: since})
        _replace(self.file, [_new_key(), *kept])
        return [_public(key) for key in self._keys()]

    def _keys(self) -> Sequence[ECKey]:
        if not self.file.exists():
            _create(self.file)
        seen = self.file.stat()
        mark = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
        if self._read is None or self._read[0] != mark:
            if seen.st_mode & 0o077:
                raise SigningKeysError(f"{self.file} can be read by others: `chmod 600` it.")
            self._read = (mark, _load(self.file))
        return self._read[1]


def _load(file: Path) -> list[ECKey]:
    try:
        held = json.loads(file.read_text(encoding="utf-8"))["keys"]
        keys = [ECKey.import_key(entry) for entry in held]
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        # Not chained: what the reader says may hold parts of the file.
        message = f"{file} holds no signing keys: remove it, and new ones are made."
        raise SigningKeysError(message) from (error and None)
    if not keys or not all(key.is_private and key.curve_name == "P-256" for key in keys):
        raise SigningKeysError(f"{file} holds no P-256 keys: remove it, and new ones are made.")
    return keys


def _new_key() -> dict[str, Any]:
    about = {"use": "sig", "alg": ALGORITHM}
    key = ECKey.generate_key("P-256", about, auto_kid=True)  # type: ignore[arg-type]
    return {**key.as_dict(private=True), _MADE: int(time.time())}


def _public(key: ECKey) -> dict[str, Any]:
    held = key.as_dict(private=False)
    return {name: held[name] for name in ("kty", "crv", "x", "y", "use", "alg", "kid")}


def _create(file: Path) -> None:
    """Make the file; where two processes begin at once, the first one's keys count for both."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = _written(file, [_new_key()])
    try:
        os.link(made, file)
    except FileExistsError:
        return
    finally:
        made.unlink()


def _replace(file: Path, keys: list[dict[str, Any]]) -> None:
    _written(file, keys).replace(file)


def _written(file: Path, keys: list[dict[str, Any]]) -> Path:
    # `mkstemp` lets nobody else read what it makes.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".signing-keys-")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump({"keys": keys}, out)
        out.flush()
        os.fsync(out.fileno())
    return Path(name)

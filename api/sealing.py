"""Sealing: the server's own key, from which whatever it must keep secret gets a key of its own."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_BYTES = 32
_NONCE = 12


class SealError(Exception):
    """What is kept cannot be opened: with another key, or changed."""


class SealKeyError(OSError):
    """The server's key cannot be used; the message says how to mend it."""


class Seal:
    """The key in a file of this machine, made when there is none; several API processes share it.

    No key lies in the database, so whoever reads that alone opens nothing.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def load(cls, path: Path) -> Seal:
        """The key of a file; raises `SealKeyError`."""
        try:
            found = bytes.fromhex((_read(path) or _made(path)).strip())
        except (OSError, ValueError) as error:
            raise SealKeyError(_unusable(path)) from error
        if len(found) != _BYTES:
            raise SealKeyError(_unusable(path))
        return cls(found)

    @property
    def name(self) -> str:
        """Tells keys apart without telling anything of them."""
        return self.derived("name").hex()[:16]

    def derived(self, *words: str) -> bytes:
        """32 bytes for one purpose; other words give bytes that have nothing in common with it."""
        text = "".join(f"{len(word.encode())}:{word}" for word in words)
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()

    def seal(self, content: bytes, *words: str) -> bytes:
        """The content as only the same words open it (AES-256-GCM)."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.derived(*words)).encrypt(nonce, content, None)

    def open(self, sealed: bytes, *words: str) -> bytes:
        """The content again; raises `SealError`."""
        nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
        try:
            return AESGCM(self.derived(*words)).decrypt(nonce, rest, None)
        except (InvalidTag, ValueError) as error:
            raise SealError("It was sealed with another key, or changed since.") from error


def _read(path: Path) -> str | None:
    return path.read_text(encoding="ascii") if path.exists() else None


def _made(path: Path) -> str:
    """A new key, for its owner's eyes only; of two processes that make one at once, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text(encoding="ascii")


def _unusable(path: Path) -> str:
    return (
        f"The server's key in {path} cannot be used: OGCR_SEAL_KEY_FILE names a file that this "
        "process can read, or make, and that holds 64 hexadecimal digits."
    )

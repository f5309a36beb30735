"""One writer per database: the second indexer stands by until the first one is gone."""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from indexer.placement import lock_key

WRITER = b"ogcr-idx"
ERRANDS = b"ogcr-err"
_FILES = {WRITER: ".indexer", ERRANDS: ".errands"}
#: The server gives up a holder whose machine is gone after seven seconds without a sign of life.
_KEEPALIVES = ("tcp_keepalives_idle = 3", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 2")


class WriterLock(Protocol):
    """The right to write the index of one database; lost with the process that holds it."""

    def acquire(self) -> bool:
        """Take the lock unless another process has it; True while this one holds it."""
        ...

    def release(self) -> None:
        """Give the lock back."""
        ...


def writer_lock(engine: Engine, word: bytes = WRITER) -> WriterLock:
    """The lock of an index: an advisory lock on PostgreSQL, a locked file beside SQLite's.

    `word` is `WRITER` for the one who follows the chain, `ERRANDS` for the one who looks around.
    """
    if engine.dialect.name == "sqlite":
        return FileLock(Path(f"{engine.url.database}{_FILES[word]}"))
    return AdvisoryLock(engine, lock_key(engine.url, word))


class FileLock:
    """`flock` on a file, which the kernel frees when the process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock unless another process has it."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class AdvisoryLock:
    """PostgreSQL's session lock on a connection of its own; it ends with the connection."""

    def __init__(self, engine: Engine, key: int) -> None:
        self._engine = engine
        self._key = key
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """Take the lock unless another process has it; a lost connection is noticed here."""
        if self._connection is not None:
            return self._is_alive()
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for setting in _KEEPALIVES:
            connection.execute(text(f"SET {setting}"))
        found = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
        if not found:
            connection.close()
            return False
        self._connection = connection
        return True

    def release(self) -> None:
        """Give the lock back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # Returned to the pool, the connection would keep the lock.
            connection.invalidate()
            connection.close()

    def _is_alive(self) -> bool:
        try:
            return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1
        except DBAPIError:
            self.release()
            raise

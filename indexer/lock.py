"""One writer per database: the second indexer stands by until the first one is gone."""

import fcntl
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from indexer.placement import lock_key

WRITER = b"ogcr-idx"
ERRANDS = b"ogcr-err"
HOOKS = b"ogcr-hok"
_FILES = {WRITER: ".indexer", ERRANDS: ".errands", HOOKS: ".hooks"}
#: The server gives up a holder after seven seconds without a sign of life: of its machine, or of
#: the process, which says something every two (`idle_session_timeout` came with PostgreSQL 14).
_SIGNS = (
    "tcp_keepalives_idle = 3",
    "tcp_keepalives_interval = 2",
    "tcp_keepalives_count = 2",
    "idle_session_timeout = '7s'",
)
BEAT_SECONDS = 2.0


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

    `word` is `WRITER` for the one who follows the chain, `ERRANDS` for the one who looks around,
    `HOOKS` for the one who tells subscribers.
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
    """PostgreSQL's session lock on a connection of its own; it ends with the connection.

    A thread gives the signs of life: a process that is frozen gives none, however well its machine
    answers for it, and loses the lock.
    """

    def __init__(self, engine: Engine, key: int) -> None:
        self._engine = engine
        self._key = key
        self._connection: Connection | None = None
        self._turn = threading.Lock()

    def acquire(self) -> bool:
        """Take the lock unless another process has it; a lost connection is noticed here."""
        with self._turn:
            return self._take() if self._connection is None else self._is_alive()

    def release(self) -> None:
        """Give the lock back."""
        with self._turn:
            self._give_up()

    def _take(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        found = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
        if not found:
            connection.close()
            return False
        for setting in _SIGNS:
            connection.execute(text(f"SET {setting}"))
        self._connection = connection
        threading.Thread(target=self._beat, args=(connection,), name="lock", daemon=True).start()
        return True

    def _give_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Returned to the pool, the connection would keep the lock.
            connection.invalidate()
            connection.close()

    def _is_alive(self) -> bool:
        try:
            return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1
        except DBAPIError:
            self._give_up()
            raise

    def _beat(self, connection: Connection) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            with self._turn:
                if self._connection is not connection:
                    return
                with suppress(DBAPIError):
                    self._is_alive()

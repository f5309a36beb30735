"""The trail: every attempt becomes an entry of the audit log, in one chain (OGCR 4.3).

One thread of each process writes what came meanwhile in one transaction. Who holds the head's row
adds to the chain, so that any number of processes make one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session

from api.access.links import Attempt, commitment, digest_of, new_salt, writable
from api.queries.audit import Entries, Machines, locked_head, note_use
from indexer import database

log = logging.getLogger("api")

#: What waits at most before readers wait as well, and what one transaction takes.
_MOST_WAITING, _BATCH = 10_000, 1000
#: How long an attempt may wait for others, in seconds: one transaction for all of them.
_TOGETHER = 0.05
_KEY = "key:"
_USED_EVERY = 10.0


class Trail:
    """What one process has to write down; starts with the first attempt."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[tuple[Attempt, Future[None]]] = deque()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_urgent = self._is_ending = False
        self._stuck_since: float | None = None
        self._used: dict[str, float] = {}

    def note(self, attempt: Attempt, *, at_once: bool) -> Future[None]:
        """Queue an attempt; what is given is done once it is written."""
        done: Future[None] = Future()
        with self._news:
            self._waiting.append((attempt, done))
            self._is_urgent = self._is_urgent or at_once
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()
            if at_once or len(self._waiting) == 1:
                self._news.notify()
        return done

    @property
    def is_full(self) -> bool:
        """So much waits that nobody may go on before it is written."""
        return len(self._waiting) >= _MOST_WAITING

    def stuck_seconds(self) -> float:
        """How long nothing could be written."""
        since = self._stuck_since
        return 0.0 if since is None else time.monotonic() - since

    def stop(self, patience: float = 10.0) -> None:
        """Write what is left and end."""
        with self._news:
            self._is_ending = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(patience)
        if self._waiting:
            log.error("%d attempts could not be written to the audit log", len(self._waiting))

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: bool(self._waiting) or self._is_ending)
                if not self._waiting:
                    return
                self._news.wait_for(lambda: self._is_urgent or self._is_ending, _TOGETHER)
                self._is_urgent = False
                batch = [self._waiting[i] for i in range(min(_BATCH, len(self._waiting)))]
            if self._is_written([attempt for attempt, _ in batch]):
                for _, done in batch:
                    self._waiting.popleft()
                    done.set_result(None)
            elif self._is_ending:
                return

    def _is_written(self, attempts: Sequence[Attempt]) -> bool:
        try:
            with database.transaction(self._engine) as session:
                append(session, attempts)
                note_use(session, self._uses(attempts))
        except Exception as error:
            # Whatever it is: the thread goes on, and no write is taken until it is mended.
            self._stuck_since = self._stuck_since or time.monotonic()
            log.warning("the audit log cannot be written: %s", str(error).split("\n")[0])
            time.sleep(0.5)
            return False
        self._stuck_since = None
        return True

    def _uses(self, attempts: Iterable[Attempt]) -> dict[str, float]:
        """Keys that were used, but for those of which that was noted just now."""
        found = {}
        for attempt in attempts:
            if attempt.credential and attempt.actor.startswith(_KEY):
                at = attempt.at / 1000
                if at - self._used.get(attempt.credential, 0.0) >= _USED_EVERY:
                    found[attempt.credential] = self._used[attempt.credential] = at
        return found


def append(session: Session, attempts: Sequence[Attempt]) -> None:
    """Add attempts to the chain, in their order."""
    head = locked_head(session)
    rows, machines = [], []
    for attempt in map(_writable, _together(attempts)):
        head.sequence, machine = head.sequence + 1, None
        seen = {"address": attempt.address, "agent": attempt.agent}
        if attempt.address or attempt.agent:
            salt = new_salt()
            machine = commitment(salt, **seen)
            machines.append({"sequence": head.sequence, "salt": salt, **seen})
        row = {**vars(attempt), "sequence": head.sequence, "machine": machine}
        # What is personal stays out of the chain itself.
        for name in seen:
            del row[name]
        head.digest = digest_of(row, head.digest)
        rows.append({**row, "digest": head.digest})
    session.execute(insert(Entries.__table__), rows)
    if machines:
        session.execute(insert(Machines.__table__), machines)


def _writable(attempt: Attempt) -> Attempt:
    texts: dict[str, Any] = {
        name: writable(text) for name, text in vars(attempt).items() if isinstance(text, str)
    }
    return replace(attempt, **texts)


def _together(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Refusals of the same client for coming too often are one entry: a flood is told, and cannot
    flood the log as well."""
    found: dict[object, Attempt] = {}
    for place, attempt in enumerate(attempts):
        same = (attempt.actor, attempt.operation, attempt.address)
        key: object = same if attempt.status == 429 else place
        known = found.get(key)
        found[key] = replace(known, times=known.times + attempt.times) if known else attempt
    return list(found.values())

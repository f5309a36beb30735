"""The worker: of all processes on one database one tells the subscribers, the others stand by."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from api.errors import ApiError
from api.hooks.sending import Sender
from api.hooks.steps import number_steps
from api.hooks.tables import WebhookRow
from api.hooks.telling import take_over, tell
from api.queries.hooks import due, reached
from api.queries.positions import newest
from api.registry import Registry
from indexer import database
from indexer.lock import HOOKS, writer_lock

#: Whatever it is made of, another one means that there may be news.
Mark = tuple[object, ...]
log = logging.getLogger("api")

#: So many receivers are told at once, and so many of one principal.
_AT_ONCE, _OF_ONE = 16, 4
#: Then others have their turn.
_IN_A_ROW = 50


class Teller:
    """A thread that tells subscribers while this process holds the lock; a slow receiver keeps up
    its own messages alone."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._sender = Sender(registry.settings)
        self._lock = writer_lock(registry.engine, HOOKS)
        self._is_ours = False
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hooks")
        self._running: dict[str, tuple[str, Future[None]]] = {}
        #: Where everything stood when a subscription had nothing to be told.
        self._idle: dict[str, Mark] = {}
        self._thread = threading.Thread(target=self._run, name="hooks", daemon=True)

    def start(self) -> None:
        """Begin, unless the settings leave it to others."""
        if self._registry.settings.hooks:
            self._thread.start()

    def stop(self) -> None:
        """End after the messages at hand."""
        self._stop.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(self._registry.settings.hooks_timeout + 5)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._lock.release()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._holds():
                    self._round()
            except (SQLAlchemyError, ApiError, OSError) as error:
                self._is_ours = False
                log.warning("subscribers could not be told: %s", error)
            self._woken.wait(self._registry.settings.hooks_seconds)
            self._woken.clear()

    def _holds(self) -> bool:
        held, self._is_ours = self._is_ours, self._lock.acquire()
        if self._is_ours and not held:
            take_over(self._registry)
        return self._is_ours

    def _round(self) -> None:
        number_steps(self._registry)
        with database.snapshot(self._registry.engine) as session:
            here = reached(session)
            waiting = due(session, time.time(), here)
            mark = (here.change, here.step, *_finality(session))
        for row in waiting:
            wanted = (row.change_cursor, row.step_cursor, row.finality, *row.events)
            self._submit(row, (*mark, *wanted))

    def _submit(self, row: WebhookRow, mark: Mark) -> None:
        self._running = {k: v for k, v in self._running.items() if not v[1].done()}
        busy = Counter(owner for owner, _ in self._running.values())
        is_free = len(self._running) < _AT_ONCE and busy[row.principal] < _OF_ONE
        if row.id not in self._running and is_free and self._idle.get(row.id) != mark:
            future = self._pool.submit(self._tell, row.id, mark)
            self._running[row.id] = (row.principal, future)

    def _tell(self, webhook_id: str, mark: Mark) -> None:
        try:
            for number in range(_IN_A_ROW):
                told = "later" if self._stop.is_set() else self._told(webhook_id)
                # Later on it stands elsewhere than the mark says, and may be set back to there.
                if told == "nothing" and number == 0:
                    self._idle[webhook_id] = mark
                if told != "more":
                    return
            # Others had to wait meanwhile.
            self._woken.set()
        except Exception as error:
            # The next round tries again; nothing was passed over.
            log.warning("webhook %s could not be told: %s", webhook_id, error)

    def _told(self, webhook_id: str) -> str:
        return tell(self._registry, self._sender, webhook_id)


def _finality(session: Session) -> tuple[int, ...]:
    try:
        position = newest(session)
    except ApiError:
        return ()
    return position.safe_number, position.finalized_number

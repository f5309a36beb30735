"""The process of the errands: a child of the indexer that ends with it and is started again."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import structlog
from sqlalchemy.exc import SQLAlchemyError

from indexer.database import engine
from indexer.lock import ERRANDS, WriterLock, writer_lock
from indexer.logs import configure_logs
from indexer.metrics import Metrics
from indexer.settings import IndexerSettings

LONGEST_PAUSE = 60.0

log = structlog.get_logger("indexer")


class Errands:
    """Keeps the process alive from `start` to `stop`; does nothing when no errand is wanted."""

    def __init__(self, settings: IndexerSettings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="errands", daemon=True)

    def start(self) -> None:
        """Start the process and watch it."""
        if self._settings.failed_calls or self._settings.examine_documents:
            self._thread.start()

    def stop(self) -> None:
        """End the process."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(15)

    def _keep(self) -> None:
        pause = 1.0
        while not self._stopped.is_set():
            began = time.monotonic()
            child = multiprocessing.get_context("spawn").Process(
                target=serve, args=(self._settings,), name="errands", daemon=True
            )
            child.start()
            self._watch(child)
            if self._stopped.is_set():
                return
            pause = (
                1.0 if time.monotonic() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            )
            self._metrics.errand_restarts.inc()
            log.error("the errands' process ended", code=child.exitcode, again_in=pause)
            self._stopped.wait(pause)

    def _watch(self, child: SpawnProcess) -> None:
        while child.is_alive() and not self._stopped.is_set():
            wait([child.sentinel], 0.2)
        child.terminate()
        child.join(5)
        if child.is_alive():
            child.kill()
            child.join()


def serve(settings: IndexerSettings) -> None:
    """Run errands until the indexer that started this process is gone."""
    # Only this process judges documents; the indexer itself does without the memory for it.
    from indexer.errands.rounds import Rounds

    # Ctrl-C reaches the whole group; the indexer says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever there is to find out, the follower comes first.
    os.nice(10)
    configure_logs(settings.json_logs)
    parent = multiprocessing.parent_process()
    database = engine(settings.index_url)
    lock = writer_lock(database, ERRANDS)
    with Rounds(settings) as rounds:
        while parent is not None and parent.is_alive():
            more = _is_mine(lock) and rounds.run()
            if not more:
                wait([parent.sentinel], settings.errand_seconds)
    lock.release()


def _is_mine(lock: WriterLock) -> bool:
    try:
        return lock.acquire()
    except SQLAlchemyError:
        return False

"""The keeper: watches the local chain and starts again whatever of ours ends before its time."""

import signal
import threading
from collections.abc import Callable, Sequence

from scripts.local.children import Child, ChildEnded
from scripts.local.services import Service

LOOK_SECONDS = 0.2


class Keeper:
    """A thread that looks after the chain's process and the services until `stop`.

    When it can do no more, `failure` says why and the main thread is interrupted as by Ctrl-C.
    """

    def __init__(
        self, chain: Child, services: Sequence[Service], say: Callable[[str], None]
    ) -> None:
        self.failure: ChildEnded | None = None
        self._chain = chain
        self._services = services
        self._say = say
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking, then the services, the last one first."""
        self._stopping.set()
        with self._lock:
            for service in reversed(self._services):
                service.stop()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._look()
            except ChildEnded as error:
                self.failure = error
                # A true signal, so that it also ends a read that the main thread waits in.
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                break
        # A child dies with the thread that started it: this one must not end before the process.
        threading.Event().wait()

    def _look(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            self._chain.require_running()
            for news in filter(None, [service.look() for service in self._services]):
                self._say(news)

"""One write at a time in a thread of its own, while the next is prepared."""

import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self


class Writing(AbstractContextManager["Writing"]):
    """Runs writes one after another; what one raises comes out of `finish`, or of the end."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "writing")
        self._pending: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self.finish()
        finally:
            self._thread.shutdown()

    def begin(self, write: Callable[[], None]) -> None:
        """Start a write, once the one before is finished."""
        self.finish()
        self._pending = self._thread.submit(write)

    def finish(self) -> None:
        """Wait for the write that was begun; raises what it raised."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()


@contextmanager
def quick_turns() -> Iterator[None]:
    """Threads that wait for Python's lock get it ten times as soon as they do by default.

    A write lets go of it some forty times, at each statement, and has to have it back each time.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cycles, which costs as much as all the rest where rows come in bulk.

    Events and rows hold no cycles: they go as soon as nobody names them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""Streams: readers who are told as the feed grows; one look at the index serves all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

LOOK_SECONDS = 0.1

#: Where the feed and the marks of finality stand; whatever it is, a change of it is news.
Mark = tuple[int, ...]


class Streams:
    """The readers of this process; touched by its event loop alone."""

    def __init__(self, most: int, look: Callable[[], Mark]) -> None:
        self.most = most
        self.open = 0
        self._look = look
        self._mark: Mark = ()
        self._news = asyncio.Condition()
        self._watch: asyncio.Task[None] | None = None

    def begin(self) -> bool:
        """One more reader, unless there are too many."""
        if self.open >= self.most:
            return False
        self.open += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._follow())
        return True

    def end(self) -> None:
        """One reader less; without any, nobody looks."""
        self.open -= 1
        if self.open == 0 and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def wait(self, known: Mark, seconds: float) -> Mark:
        """The mark as soon as it is another than the one known, or after so many seconds."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._mark != known)
        except TimeoutError:
            pass
        return self._mark

    async def _follow(self) -> None:
        while True:
            mark = await run_in_threadpool(self._look)
            if mark != self._mark:
                async with self._news:
                    self._mark = mark
                    self._news.notify_all()
            await asyncio.sleep(LOOK_SECONDS)

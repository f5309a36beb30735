"""How far long work is: a bar with rate and time left on a terminal, else a log line a minute."""

import sys
import time
from types import TracebackType
from typing import Self

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS = 60.0

log = structlog.get_logger("indexer")


class Work:
    """Counted work, `total` pieces of it; tells of its progress while it is entered."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        self._began = self._told = time.monotonic()
        if sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._bar.add_task(self._title, total=self._total, rate="")
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, pieces: int = 1) -> None:
        """So many pieces more are done."""
        self._done += pieces
        now = time.monotonic()
        rate = self._done / max(now - self._began, 1e-9)
        if self._bar is not None:
            shown = f"{rate:,.0f}/s"
            self._bar.update(self._bar.task_ids[0], completed=self._done, rate=shown)
        elif now - self._told >= LINE_SECONDS:
            self._told = now
            left = round((self._total - self._done) / rate) if rate else None
            facts = {"done": self._done, "of": self._total, "per_second": round(rate)}
            log.info(self._title, **facts, seconds_left=left)

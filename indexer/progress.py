"""How far a long backfill is: a bar on a terminal, else a log line a minute."""

import sys
import time
from types import TracebackType
from typing import Self

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from indexer.models import Checkpoint

LONG = 1_000
LINE_SECONDS = 60.0

log = structlog.get_logger("indexer")


class Backfill:
    """Tells of progress while the index is far behind the head, and keeps silent otherwise."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._began: tuple[float, int] | None = None
        self._told = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._end()

    def show(self, checkpoint: Checkpoint | None) -> None:
        """Tell where the index is, when it is time to."""
        if checkpoint is None:
            return
        if checkpoint.block_number >= checkpoint.head_number:
            self._end()
        elif self._began is not None:
            self._tell(checkpoint)
        elif checkpoint.head_number - checkpoint.block_number >= LONG:
            self._begin(checkpoint)

    def _begin(self, checkpoint: Checkpoint) -> None:
        self._began = (time.monotonic(), checkpoint.block_number)
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
            self._bar.add_task("blocks", total=None)
        self._tell(checkpoint)

    def _tell(self, checkpoint: Checkpoint) -> None:
        if self._began is None:
            return
        now = time.monotonic()
        rate = (checkpoint.block_number - self._began[1]) / max(now - self._began[0], 1e-9)
        if self._bar is not None:
            position, head = checkpoint.block_number, checkpoint.head_number
            self._bar.update(
                self._bar.task_ids[0], completed=position, total=head, rate=f"{rate:,.0f}/s"
            )
        elif now - self._told >= LINE_SECONDS:
            self._told = now
            left = checkpoint.head_number - checkpoint.block_number
            facts = {"block": checkpoint.block_number, "left": left, "per_second": round(rate)}
            log.info("indexing the past", **facts)

    def _end(self) -> None:
        self._began = None
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    console = Console(stderr=True)
    return Progress(TextColumn("blocks"), *columns, TimeRemainingColumn(), console=console)

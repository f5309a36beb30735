"""Programs that are started again when they end, because the registry is to stay up."""

import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from scripts.local.children import Child, ChildEnded

#: So many ends within so many seconds are no accident.
MAX_ENDS, WITHIN_SECONDS = 5, 60.0


class Service:
    """A program of ours that starts again wherever it was ended."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._ends: deque[float] = deque(maxlen=MAX_ENDS)
        self._child: Child | None = None

    def start(self) -> None:
        """Start it."""
        self._child = Child(self.name, self._command, self.log)

    def look(self) -> str | None:
        """Start it again when it ended, and say so.

        Raises ChildEnded with the end of its log when that happened five times in a minute.
        """
        how = self._child.ending() if self._child else None
        if how is None or self._child is None:
            return None
        now = time.monotonic()
        self._ends.append(now)
        if len(self._ends) == MAX_ENDS and now - self._ends[0] < WITHIN_SECONDS:
            raise ChildEnded(
                f"{how}, for the fifth time; the end of {self.log}:{self._child.tail()}"
            )
        self.start()
        return f"{how}: started again"

    def stop(self) -> None:
        """End it for good."""
        if self._child is not None:
            self._child.stop()
            self._child = None

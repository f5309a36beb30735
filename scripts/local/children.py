"""Child processes that never outlive the one that started them."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
PATIENCE_SECONDS = 10
TAIL_LINES = 15


class ChildEnded(Exception):
    """A child ended although it was to stay; the message tells which, and the end of its log."""


class Child:
    """A started program with its log; on Linux it dies with this process, even on `kill -9`.

    It leads a session of its own, so that Ctrl-C reaches this process alone, which then stops its
    children in order.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._began = output.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-S", str(LEASH), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ending(self) -> str | None:
        """How it ended, for a sentence; None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        how = (
            f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        )
        return f"{self.name} {how}"

    def require_running(self) -> None:
        """Raises ChildEnded when the program is gone."""
        how = self.ending()
        if how is not None:
            raise ChildEnded(f"{how}; the end of {self.log}:{self.tail()}")

    def stop(self) -> None:
        """Ask it to end, and make it after ten seconds."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def tail(self) -> str:
        """The last lines of this run's log, each on a line of its own."""
        with self.log.open("rb") as log:
            log.seek(self._began)
            lines = log.read().decode(errors="replace").splitlines()
        return "".join(f"\n  {line}" for line in lines[-TAIL_LINES:]) or " (empty)"

"""Signals that end a run the way Ctrl-C does."""

import signal

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_by_interrupt() -> None:
    """Let each of them raise KeyboardInterrupt; to be called again after Ape has set its own."""
    for number in ENDING:
        signal.signal(number, _interrupt)


def ignore_all() -> None:
    """Let none of them disturb the end of a run."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt

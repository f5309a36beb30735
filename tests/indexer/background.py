"""An indexer at work in the background of a test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.errors import StopLoudly
from indexer.follower import Follower
from indexer.settings import IndexerSettings


@contextmanager
def running(settings: IndexerSettings) -> Iterator[None]:
    """An indexer that runs meanwhile; its failure is the test's."""
    failures: list[BaseException] = []

    def work(follower: Follower) -> None:
        try:
            follower.run()
        except StopLoudly as failure:
            failures.append(failure)

    with Follower(settings) as follower:
        thread = threading.Thread(target=work, args=(follower,))
        thread.start()
        try:
            yield
        finally:
            follower.stop()
            thread.join(30)
    assert not failures

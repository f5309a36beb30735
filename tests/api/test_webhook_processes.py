"""Webhooks told by processes that are killed: nothing is lost, and what comes twice has one id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ..ports import free_port  # noqa: TID252
from . import documents
from .receiving import CHANGES, changes, cursors, receiver, subscribed, told
from .world import World


@contextmanager
def process(world: World, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """An API of its own on the world's database."""
    settings = world.settings
    environment = {
        "DATABASE_URL": url,
        "OGCR_RPC_URL": settings.rpc_urls[0],
        "OGCR_DEPLOYMENTS": str(settings.deployments),
        "OGCR_DOCUMENTS": str(settings.documents),
        "OGCR_SEAL_KEY_FILE": str(settings.seal_key_file),
        "OGCR_HOOKS_ALLOW": "127.0.0.1",
        "OGCR_HOOKS_HTTP": "true",
        "OGCR_HOOKS_SECONDS": "0.05",
        "OGCR_HOOKS_TIMEOUT": "1",
    }
    command = [sys.executable, "-m", "api", "--port", str(free_port())]
    started = subprocess.Popen(command, env=os.environ | environment)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.mark.slow
class TestKills:
    """
    when the process that tells is killed   another one goes on: nothing lost, skipped or turned
                                            round, and what comes twice has one id
    given two processes                     one alone tells
    """

    def test_nothing_is_lost(self, deployed: Any, fresh_postgres_url: str, tmp_path: Path) -> None:
        with World.opened(deployed, tmp_path, fresh_postgres_url) as world:
            world.register(documents.forest("kill-land", east=14.0))
            world.validate(documents.forest("kill-land", east=14.0))
            expected = [c["cursor"] for c in changes(world)]
            with receiver() as heard:
                # Slow until one was killed in the middle of it.
                heard.answers = lambda n: (204, {}, 0.15 if n < 8 else 0.0)
                subscribed(world, heard.url, after=0, events=CHANGES)
                with process(world, fresh_postgres_url) as one:
                    heard.wait(lambda: len(heard.messages) >= 2)
                    with told(world):
                        alone = len(heard.messages)
                        heard.wait(lambda: len(heard.messages) > alone)
                        assert len(cursors(heard)) == len(heard.messages)
                        one.send_signal(signal.SIGKILL)
                        one.wait()
                        heard.wait(lambda: len(cursors(heard)) == len(expected))
                by_id: dict[str, set[str]] = {}
                for message in heard.messages:
                    by_id.setdefault(message.id, set()).add(message.body)
            assert cursors(heard) == expected
            assert all(len(bodies) == 1 for bodies in by_id.values())
            assert len(heard.messages) <= len(expected) + 1

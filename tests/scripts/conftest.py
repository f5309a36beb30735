"""One running registry with the sample, for every test of this room that only looks at it."""

import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ..ports import free_port  # noqa: TID252
from .running import PATIENCE_SECONDS, Running, output_of, up, wait_for_line


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Play the sample once from nothing, then take it up again and leave it running."""
    data = tmp_path_factory.mktemp("registry")
    port, rpc_port = free_port(), free_port()
    once = up(data, port, rpc_port, "--once")
    output = output_of(once)
    assert once.returncode == 0, output
    process = up(data, port, rpc_port)
    wait_for_line(process, "Ctrl-C stops everything.")
    yield Running(data, port, rpc_port, output, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 0


@pytest.fixture
def kept(running: Running, tmp_path: Path) -> Path:
    """A copy of the running registry's documents and index, to be tampered with."""
    shutil.copytree(running.documents, tmp_path / "documents")
    copied = sqlite3.connect(tmp_path / "index.db")
    with closing(sqlite3.connect(running.database)) as live, closing(copied) as copy:
        live.backup(copy)
    return tmp_path

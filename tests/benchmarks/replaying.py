"""A replayed chain (`replay.py`) and one run of the indexer over it, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.deployments import CONTRACT_NAMES

from ..indexer.stage import MANIFEST  # noqa: TID252

CHAIN = 31337


@contextmanager
def replaying(folder: Path, events: int, empty: int = 0) -> Iterator[dict[str, Any]]:
    """Settings of an indexer of the chain, but for its database; the server lives meanwhile."""
    placed = {
        name: {"address": "0x" + f"{number:02x}" * 20, "block": 1}
        for number, name in enumerate(CONTRACT_NAMES, 1)
    }
    record = {"chain_id": CHAIN, "forwarder": "0x" + "00" * 20, "contracts": placed}
    (folder / f"{CHAIN}.json").write_text(json.dumps(record))
    script = str(Path(__file__).with_name("replay.py"))
    arguments = [str(MANIFEST), placed["CRU"]["address"], str(events), str(empty)]
    command = [sys.executable, script, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        assert port, "The server did not start."
        yield {
            "rpc_urls": [f"http://127.0.0.1:{port}"],
            "deployments": str(folder),
            "documents": str(folder),
            "artifacts": str(MANIFEST),
            "subscribe": False,
        }
        server.kill()


def indexing(settings: dict[str, Any]) -> subprocess.Popen[str]:
    """The indexer from an empty database to the head; see `indexing.py` for what it prints."""
    script = str(Path(__file__).with_name("indexing.py"))
    command = [sys.executable, script, json.dumps(settings)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def measured(process: subprocess.Popen[str]) -> dict[str, float]:
    """Seconds, CPU seconds and MiB of a run, once it has ended."""
    said, _ = process.communicate()
    assert process.returncode == 0
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found

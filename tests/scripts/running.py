"""A registry that `scripts/up` keeps running, as tests see it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.auditing.checks import Checks
from scripts.auditing.documents import Folder
from scripts.auditing.registry_audit import Assignment, audit

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / ".build" / "__local__.json"
#: A start and the sample take half a minute on an idle machine, many times that on a busy one.
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Running:
    """A registry that `scripts/up` keeps running, and what its first run, with --once, printed."""

    data: Path
    port: int
    rpc_port: int
    first_output: str
    process: subprocess.Popen[str]

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rpc(self) -> str:
        return f"http://127.0.0.1:{self.rpc_port}"

    @property
    def record(self) -> Path:
        return self.data / "deployments" / "31337.json"

    @property
    def client(self) -> Path:
        return self.data / "client"

    @property
    def documents(self) -> Path:
        return self.data / "documents"

    @property
    def database(self) -> Path:
        return self.data / "registry.db"


def audited(running: Running, kept: Path, *, api: bool = False) -> Checks:
    """The audit of the running chain against a copy of documents and index."""
    assignment = Assignment(
        running.rpc,
        running.record,
        ARTIFACTS,
        Folder(kept / "documents"),
        running.api if api else None,
        f"sqlite:///{kept / 'index.db'}",
    )
    checks, _ = audit(assignment, lambda text: None)
    return checks


def up(data: Path, port: int, rpc_port: int, *options: str) -> subprocess.Popen[str]:
    """Start `scripts/up` as a process, without the set-up that precedes it."""
    command = [sys.executable, "-m", "scripts.up", "--data", str(data)]
    command += ["--port", str(port), "--rpc-port", str(rpc_port), *options]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output_of(process: subprocess.Popen[str]) -> str:
    """All that a process printed until it ended."""
    try:
        return process.communicate(timeout=PATIENCE_SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"did not end:\n{process.communicate()[0]}") from None


def wait_for_line(process: subprocess.Popen[str], wanted: str) -> str:
    """What a process printed up to and with a line that holds the words."""
    assert process.stdout is not None
    seen, deadline = "", time.monotonic() + PATIENCE_SECONDS
    for line in process.stdout:
        seen += line
        if wanted in line:
            return seen
        assert time.monotonic() < deadline, seen
    raise AssertionError(f"ended without “{wanted}”:\n{seen}")

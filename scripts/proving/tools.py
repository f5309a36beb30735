"""The tools that prove: each from a lock of its own, installed when first wanted."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = Path(__file__).parent / "locks"
TOOLS = ROOT / ".tools"
SOLC = ROOT / "scripts" / "solc" / "solc-v0.8.34"
FOUNDRY_SETTINGS = ROOT / "tests" / "solidity" / "foundry.toml"


class ToolFailed(Exception):
    """A tool did not do its work; the message is what it said, and how to mend it."""


def environment(lock: str) -> Path:
    """The folder of programs of that lock's environment; installs it unless it stands as locked.

    Raises ToolFailed with the installer's words.
    """
    home, wanted = TOOLS / lock, LOCKS / f"{lock}.lock"
    mark, digest = home / "installed-from", hashlib.sha256(wanted.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != f"{home} {digest}":
        shutil.rmtree(home, ignore_errors=True)
        _succeed([sys.executable, "-m", "venv", str(home)])
        _install(home, wanted)
        mark.write_text(f"{home} {digest}")
    return home / "bin"


def _install(home: Path, lock: Path) -> None:
    python = str(home / "bin" / "python")
    options = ["--no-config", "--no-cache", "--require-hashes", "--python", python]
    try:
        _succeed(["uv", "pip", "sync", *options, str(lock)], {"UV_SYSTEM_CERTS": "true"})
    except ToolFailed:
        # Only pip reads pip's own configuration (mirrors, proxies, certificates).
        _succeed([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)])


def _succeed(command: Sequence[str], settings: Mapping[str, str] | None = None) -> None:
    ended = run(command, settings)
    if ended.returncode:
        raise ToolFailed(f"{' '.join(command[:4])} … failed: {ended.stdout[-2_000:]}")


def forge_folder() -> Path:
    """Where the real binary of forge is; npm's launcher hides its exit code."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"forge-{platform.system().lower()}-{machine}"
    return ROOT / "node_modules" / "@foundry-rs" / name / "bin"


def run(
    command: Sequence[str], settings: Mapping[str, str] | None = None, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run to the end; output and errors together as text. Never contacts anything."""
    return subprocess.run(
        list(command),
        cwd=folder,
        env={**os.environ, **_path(), **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )


def _path() -> dict[str, str]:
    return {
        "PATH": f"{forge_folder()}{os.pathsep}{os.environ['PATH']}",
        "FOUNDRY_CONFIG": str(FOUNDRY_SETTINGS),
        "NO_COLOR": "1",
    }

"""Storage layouts of this build, and whether it may run on what an earlier release stored."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from scripts.building.compilation import FOLDER, CompilationError

_SCRIPT = Path(__file__).with_suffix(".js")


def layouts(contracts: Iterable[str], folder: Path = FOLDER) -> Mapping[str, Any]:
    """The layout of each contract, its ERC-7201 namespaces with slot and offset of each member."""
    return _layouts(tuple(contracts), folder, (folder / "output.json").stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _layouts(contracts: tuple[str, ...], folder: Path, _changed: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(_run("extract", str(folder), *contracts).stdout)
    return found


def misfits(contracts: Iterable[str], released: Path, folder: Path = FOLDER) -> str:
    """OpenZeppelin's report of what would break the state of a release; empty when nothing."""
    return _run("compare", str(folder), str(released), *contracts).stdout


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["node", str(_SCRIPT), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stdout):
        raise CompilationError(f"The storage layouts cannot be read: {done.stderr.strip()}")
    return done

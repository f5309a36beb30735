"""Wake over the contracts: all that it finds, but for what is excused here or in place."""

import hashlib
import json
import shutil

from eth_utils import keccak

from scripts.proving.syntax_solc import compiler
from scripts.proving.tools import ROOT, TOOLS, environment, run

HOME = TOOLS / "wake-home"
#: Wake reads relative paths from where its settings lie.
_OTHERS = ("node_modules", ".venv", ".tools", ".ape", "tests", "contracts/mocks")
SETTINGS = f"""
[compiler.solc]
target_version = "0.8.34"
evm_version = "cancun"
include_paths = ["{ROOT}/node_modules"]
exclude_paths = {json.dumps([f"{ROOT}/{one}" for one in _OTHERS])}
[detectors]
exclude_paths = ["{ROOT}/node_modules"]
ignore_paths = ["{ROOT}/contracts/mocks"]
"""
#: Detectors that object to how this project is written as a whole.
EXCUSED = {
    "unchecked-return-value": "internal functions that also answer what some callers need",
    "reentrancy": "Wake does not know the transient guard; Slither does, and looks for the same",
    "missing-return": "a named return that stays zero is what its documentation says",
}


def findings() -> list[str]:
    """What is wrong, one description each; none when the contracts are clean.

    Raises ToolFailed when Wake could not be installed.
    """
    folder = environment("wake")
    _settle()
    report = HOME / "wake-detections.json"
    report.unlink(missing_ok=True)
    excused = [word for name in EXCUSED for word in ("--exclude", name)]
    command = [str(folder / "wake"), "--config", str(HOME / "wake.toml")]
    command += ["detect", *excused, "--no-artifacts", "all", "contracts"]
    ended = run(
        command,
        {f"XDG_{kind}_HOME": str(HOME / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE")},
    )
    if ended.returncode == 0:
        return []
    return [f"Wake ended with {ended.returncode}: {ended.stdout}"]


def _settle() -> None:
    """Wake runs no compiler but those of its own list: the list names ours."""
    name = "solc-linux-amd64-v0.8.34"
    compilers = HOME / "data" / "wake" / "compilers"
    for one in (compilers / name, HOME / "config", HOME / "cache"):
        one.mkdir(parents=True, exist_ok=True)
    placed = compilers / name / name
    shutil.copy(compiler(), placed)
    (compilers / "solc.json").write_text(json.dumps(_builds(name, placed.read_bytes())))
    (HOME / "wake.toml").write_text(SETTINGS)


def _builds(name: str, program: bytes) -> dict[str, object]:
    build = {
        "path": name,
        "version": "0.8.34",
        "build": "npm",
        "longVersion": "0.8.34+npm",
        "keccak256": f"0x{keccak(program).hex()}",
        "sha256": f"0x{hashlib.sha256(program).hexdigest()}",
        "urls": [],
    }
    return {"builds": [build], "releases": {"0.8.34": name}, "latestRelease": "0.8.34"}

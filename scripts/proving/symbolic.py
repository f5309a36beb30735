"""Halmos: the core arithmetic proved for all values, not for some."""

import os
import re
from dataclasses import dataclass

from scripts.proving.tools import environment, forge_folder, run

QUICK = "^check_"
#: Also the proofs that take a minute and more each.
ALL = "^(check|long)_"
OUTCOME = re.compile(r"\[(PASS|FAIL|ERROR|TIMEOUT)\]\S*\s+(\w+)\(.*?(?:time: ([\d.]+)s|$)", re.M)


@dataclass(frozen=True)
class Proof:
    """A property, whether it was proved, and how long that took (seconds)."""

    name: str
    is_proved: bool
    seconds: float


def proofs(which: str = QUICK, seconds: int = 300) -> list[Proof]:
    """Prove every property whose name matches; each query to the solver may take so long.

    Raises ToolFailed when Halmos could not be installed; ValueError when nothing was tried.
    """
    folder = environment("crytic")
    command = [str(folder / "halmos"), "--match-test", which, "--solver", "yices"]
    command += ["--forge-build-out", ".tools/symbolic/out"]
    command += ["--solver-timeout-assertion", f"{seconds}s", "--loop", "4"]
    settings = {
        "FOUNDRY_PROFILE": "symbolic",
        # The solver comes with Halmos' environment; without it Halmos would want to download one.
        "PATH": os.pathsep.join((str(folder), str(forge_folder()), os.environ["PATH"])),
    }
    said = run(command, settings).stdout
    found = [
        Proof(name, outcome == "PASS", float(taken or 0))
        for outcome, name, taken in OUTCOME.findall(re.sub(r"\x1b\[\d+m", "", said))
    ]
    if not found:
        raise ValueError(f"Halmos proved nothing: {said[-2_000:]}")
    return found

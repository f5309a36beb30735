"""Slither over the contracts: all that it finds, but for what is excused here or in place."""

import json
from pathlib import Path

from scripts.proving.syntax_solc import compiler
from scripts.proving.tools import ROOT, TOOLS, environment, run

#: Detectors that object to how this project is written as a whole; all others run, and what they
#: find is mended or excused beside the line it is about.
EXCUSED = {
    "assembly": "each contract finds its ERC-7201 storage with one line of assembly",
    "too-many-digits": "words packed by the generator of ActionTypes.sol read best in hexadecimal",
    "uninitialized-local": "Solidity sets every local to zero; a counter that begins there says so",
    "calls-loop": "batches ask the registry's own contracts, whose code is known, for each member",
    "naming-convention": "`__X_init` and `$` are OpenZeppelin's names for initialisers and storage",
}


def findings() -> list[str]:
    """What is wrong, one description each; none when the contracts are clean.

    Raises ToolFailed when Slither could not be installed.
    """
    output = TOOLS / "slither.json"
    folder = environment("crytic")
    output.unlink(missing_ok=True)
    command = [
        str(folder / "slither"),
        str(_request()),
        "--compile-force-framework=Solc-json",
        f"--solc={compiler()}",
        "--filter-paths=node_modules|contracts/mocks",
        f"--exclude={','.join(EXCUSED)}",
        f"--json={output}",
    ]
    ended = run(command)
    if not output.exists():
        return [f"Slither ended with {ended.returncode}: {ended.stdout[-3_000:]}"]
    answer = json.loads(output.read_text())
    if not answer["success"]:
        return [str(answer["error"])]
    return [
        f"{one['impact']} {one['check']}: {one['description'].strip()}"
        for one in answer["results"].get("detectors", [])
    ]


def _request() -> Path:
    """The sources as standard JSON."""
    sources = sorted((ROOT / "contracts").rglob("*.sol"))
    request = {
        "language": "Solidity",
        "sources": {
            str(one.relative_to(ROOT)): {"content": one.read_text()}
            for one in sources
            if ".cache" not in one.parts
        },
        "settings": {
            "evmVersion": "cancun",
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
        },
    }
    TOOLS.mkdir(exist_ok=True)
    written = TOOLS / "contracts.json"
    written.write_text(json.dumps(request))
    return written

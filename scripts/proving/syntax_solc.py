"""A compiler for analysers that read the syntax tree alone: solc without making code.

Installed under `.tools/` by `compiler`; speaks native solc's command line through scripts/solc.
"""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.proving.tools import SOLC, TOOLS

NO_CODE = {"object": "", "sourceMap": "", "opcodes": "", "linkReferences": {}}
#: The WebAssembly build counts built-in symbols down from 2^32, the native one from zero.
BUILT_IN = re.compile(r"(?<=[:\[,])42949\d{5}\b")


def compiler() -> Path:
    """An executable that answers as solc."""
    TOOLS.mkdir(exist_ok=True)
    script = TOOLS / "solc-syntax"
    root = Path(__file__).parents[2]
    script.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        "from scripts.proving.syntax_solc import answer\n"
        "answer(sys.argv[1:])\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def answer(arguments: list[str]) -> None:
    """Compile what stands on standard input, asking for no code."""
    if "--standard-json" not in arguments:
        sys.exit(subprocess.call([str(SOLC), "--version"]))
    wanted = json.load(sys.stdin)
    wanted["settings"]["outputSelection"] = {"*": {"*": ["abi", "userdoc", "devdoc"], "": ["ast"]}}
    ended = subprocess.run(
        [str(SOLC), "--standard-json"],
        input=json.dumps(wanted).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    compiled: dict[str, Any] = json.loads(BUILT_IN.sub(_signed, ended.stdout.decode()))
    for contracts in compiled.get("contracts", {}).values():
        for contract in contracts.values():
            contract["evm"] = {"bytecode": NO_CODE, "deployedBytecode": NO_CODE}
    json.dump(compiled, sys.stdout)


def _signed(found: re.Match[str]) -> str:
    return str(int(found[0]) - 2**32)

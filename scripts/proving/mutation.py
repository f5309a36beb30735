"""Rules broken on purpose, one at a time in a copy, to see whether the tests notice."""

import os
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.proving.tools import ROOT, TOOLS, ToolFailed, forge_folder, run

COPY = TOOLS / "mutants"
#: What is changed to what. A line is changed in one place only.
_SWAPS = (
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" == ", " != "),
    (r" != ", " == "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \+= ", " -= "),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
)
#: Lines that go as a whole: a check, an event, a guard.
_LOST = (
    r"^ +if \(.*\) revert .*;$",
    r"^ +_require\w+\(.*\);$",
    r"^ +emit .*;$",
)
_GUARDS = r" (restricted|whenNotPaused|nonReentrant|onlyAuthorized)\b"
#: What such code cannot pass unchanged: its cost, its size and its bytes.
_IGNORING = [f"--ignore=tests/contracts/test_{one}.py" for one in ("cost", "deployment", "upgrade")]
_IGNORED = re.compile(r"^\s*(//|\*|/\*|import |pragma |using |event |error |assembly )")


@dataclass(frozen=True)
class Mutant:
    """A change of one line of a source."""

    path: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: {self.before.strip()}  =>  {self.after.strip() or '(gone)'}"
        )


def mutants(paths: Sequence[str]) -> list[Mutant]:
    """Every change that is known of these sources."""
    return [one for path in paths for one in _of(path)]


def sample(paths: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """So many of them, drawn by the seed."""
    found = mutants(paths)
    return random.Random(seed).sample(found, min(count, len(found)))


def survivors(chosen: Sequence[Mutant], tests: Sequence[str]) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with what became of it: killed, survived, or stillborn (it does not compile).

    Raises ToolFailed when the tests fail without any change.
    """
    _copy()
    if _judged(tests) != "SURVIVED":
        raise ToolFailed("The tests do not pass on the contracts as they are: mend that first.")
    for mutant in chosen:
        source = COPY / mutant.path
        kept = source.read_text()
        try:
            source.write_text(_changed(kept, mutant))
            yield mutant, _judged(tests)
        finally:
            source.write_text(kept)


def _judged(tests: Sequence[str]) -> str:
    if run(["scripts/compile"], _settings(), COPY).returncode:
        return "stillborn"
    ended = run(["pytest", "-q", "-x", *_IGNORING, *tests], _settings(), COPY)
    return "killed" if ended.returncode else "SURVIVED"


def _settings() -> dict[str, str]:
    return {
        "PATH": f"{COPY / 'bin'}{os.pathsep}{forge_folder()}{os.pathsep}{os.environ['PATH']}",
        "REGISTRY_ROOT": str(COPY),
        "PYTHONPATH": str(COPY),
        "APE_DATA_FOLDER": str(COPY / ".ape"),
        "SOLCX_BINARY_PATH": str(COPY / "scripts" / "solc"),
    }


def _copy() -> None:
    """A copy of what is committed and what is not, with the tools that are installed."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in ("contracts", "scripts", "tests", "indexer", "api", "schemas", "docs"):
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ape-config.yaml", "pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, COPY / name)
    for name in (".venv", "node_modules"):
        (COPY / name).symlink_to(ROOT / name)
    _make_haste()


def _make_haste() -> None:
    """Compile in a third of the time; the longer code needs a chain without a limit for it."""
    config = COPY / "ape-config.yaml"
    config.write_text(config.read_text().replace("via_ir: true", "via_ir: false"))
    anvil = COPY / "bin" / "anvil"
    anvil.parent.mkdir()
    anvil.write_text(f'#!/bin/sh\nexec {shutil.which("anvil")} --disable-code-size-limit "$@"\n')
    anvil.chmod(0o755)


def _of(path: str) -> Iterator[Mutant]:
    for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
        if _IGNORED.match(line):
            continue
        code = line.split("//")[0]
        for found in _changes(code):
            yield Mutant(path, number, line, found)


def _changes(code: str) -> Iterator[str]:
    for pattern, other in _SWAPS:
        for found in re.finditer(pattern, code):
            yield code[: found.start()] + other + code[found.end() :]
    if any(re.match(pattern, code) for pattern in _LOST):
        yield ""
    for found in re.finditer(_GUARDS, code):
        yield code[: found.start()] + code[found.end() :]


def _changed(text: str, mutant: Mutant) -> str:
    lines = text.splitlines(keepends=True)
    lines[mutant.line - 1] = mutant.after + "\n"
    return "".join(lines)


def product() -> list[str]:
    """The sources of the product, but for interfaces and what is generated."""
    return [
        str(path.relative_to(ROOT))
        for path in sorted(Path(ROOT / "contracts").rglob("*.sol"))
        if not {"interfaces", "mocks", ".cache"} & set(path.parts) and path.stem != "ActionTypes"
    ]

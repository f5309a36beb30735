"""Which statements and branches of the contracts the tests reach, read from the deployed code.

The tests note every place of the code that was jumped to and both ways out of every branch; the
compiler's source map says what of the sources each instruction is. A branch is an `if`, a
conditional, a loop or one side of `&&` and `||`, as far as it stands in the deployed code at all.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.proving.tools import ROOT

OUTPUT = ROOT / ".build" / "solc" / "output.json"
VISITS = ROOT / ".tools" / "visits.json"
_JUMPI, _JUMPDEST, _PUSH1, _PUSH32 = 0x57, 0x5B, 0x60, 0x7F
#: STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT
_LAST = {0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF}
_CONDITIONS = ("IfStatement", "Conditional", "ForStatement", "WhileStatement")
_STATEMENTS = (
    "ExpressionStatement",
    "VariableDeclarationStatement",
    "Return",
    "RevertStatement",
    "EmitStatement",
)

#: File number, first byte, length: a piece of the sources.
Range = tuple[int, int, int]


@dataclass
class Coverage:
    """The statements and branches of one source file, and which the tests did not reach."""

    path: str
    statements: int = 0
    branches: int = 0
    missed: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)


def coverage(visits: Path = VISITS) -> list[Coverage]:
    """What was reached of each file under contracts/, the mocks aside."""
    compiled = json.loads(OUTPUT.read_text())
    seen, ways = _sources_of(compiled, json.loads(visits.read_text()))
    return [
        _of_file(path, source, seen, ways)
        for path, source in sorted(compiled["sources"].items())
        if path.startswith("contracts/") and "/mocks/" not in path
    ]


def _sources_of(compiled: Any, visited: dict[str, list[str]]) -> tuple[Any, Any]:
    """Every range in deployed code: whether it ran, and which ways its branches took."""
    seen: defaultdict[Range, bool] = defaultdict(bool)
    ways: defaultdict[Range, list[set[str]]] = defaultdict(list)
    for file, contracts in compiled["contracts"].items():
        if not file.startswith("contracts/") or "/mocks/" in file:
            continue
        for contract in contracts.values():
            _read(contract["evm"]["deployedBytecode"], visited, seen, ways)
    return seen, ways


def _read(deployed: Any, visited: dict[str, list[str]], seen: Any, ways: Any) -> None:
    code = bytes.fromhex(deployed["object"])
    if not code:
        return
    places: set[str] = set()
    for other, found in visited.items():
        if _is_same(code, bytes.fromhex(other[2:]), deployed["immutableReferences"]):
            places.update(found)
    is_running = True
    for (pc, op), where in zip(_instructions(code), _ranges(deployed["sourceMap"]), strict=False):
        if op == _JUMPDEST:
            is_running = str(pc) in places
        seen[where] |= is_running and bool(places)
        if op == _JUMPI:
            taken = {way for way in "+-" if f"{pc}{way}" in places}
            ways[where].append(taken)
            is_running = "-" in taken
        elif op in _LAST:
            is_running = False


def _is_same(code: bytes, other: bytes, immutables: Any) -> bool:
    if len(code) != len(other):
        return False
    blank = bytearray(other)
    for spans in immutables.values():
        for span in spans:
            blank[span["start"] : span["start"] + span["length"]] = bytes(span["length"])
    return bytes(blank) == code


def _instructions(code: bytes) -> Iterator[tuple[int, int]]:
    pc = 0
    while pc < len(code):
        op = code[pc]
        yield pc, op
        pc += 1 + (op - _PUSH1 + 1 if _PUSH1 <= op <= _PUSH32 else 0)


def _ranges(source_map: str) -> Iterator[Range]:
    start = length = file = 0
    for entry in source_map.split(";"):
        parts = entry.split(":")
        start = int(parts[0]) if parts[0] else start
        length = int(parts[1]) if len(parts) > 1 and parts[1] else length
        file = int(parts[2]) if len(parts) > 2 and parts[2] else file
        yield file, start, length


def _of_file(path: str, source: Any, seen: Any, ways: Any) -> Coverage:
    lines = _line_starts((ROOT / path).read_bytes())
    found = Coverage(path)
    inside = {span: ran for span, ran in seen.items() if span[0] == source["id"]}
    for node in _nodes(source["ast"]):
        start, length, _ = map(int, node["src"].split(":"))
        line = f"{path}:{bisect_right(lines, start)}"
        if node["nodeType"] in _STATEMENTS:
            ran = [
                done for (_, a, n), done in inside.items() if start <= a and a + n <= start + length
            ]
            if ran:
                found.statements += 1
                found.missed += [] if any(ran) else [line]
        for condition in _conditions(node):
            taken = [one for span in condition for one in ways.get((source["id"], *span), [])]
            if taken:
                found.branches += 2
                lacking = 2 - len(set().union(*taken))
                found.half += [line] * lacking
    return found


def _line_starts(text: bytes) -> list[int]:
    return [0, *(at + 1 for at, byte in enumerate(text) if byte == ord("\n"))]


def _conditions(node: Any) -> Iterator[list[tuple[int, int]]]:
    """The places to which the compiler may map the jump of a branch."""
    if node["nodeType"] in _CONDITIONS and node.get("condition"):
        yield [_span(node["condition"]), _span(node)]
    elif node["nodeType"] == "BinaryOperation" and node["operator"] in ("&&", "||"):
        yield [_span(node)]


def _span(node: Any) -> tuple[int, int]:
    start, length, _ = map(int, node["src"].split(":"))
    return start, length


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        if "nodeType" in node:
            yield node
        for one in node.values():
            yield from _nodes(one)
    elif isinstance(node, list):
        for one in node:
            yield from _nodes(one)

"""What the compiler was given and what it gave, as `scripts/compile` keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ape import project

FOLDER = Path(__file__).parents[2] / ".build" / "solc"
VERSION = "0.8.34"


class CompilationError(Exception):
    """The compilation is missing or another than Ape's; the message says what to do."""


class Compilation:
    """One run of the compiler over all contracts.

    Raises CompilationError when it is not there, or not that from which Ape deploys.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        try:
            self.input: dict[str, Any] = json.loads((folder / "input.json").read_text())
            self.output: dict[str, Any] = json.loads((folder / "output.json").read_text())
        except (OSError, ValueError) as error:
            raise CompilationError(f"{error}: compile with `scripts/compile`.") from error

    def contract(self, name: str) -> Mapping[str, Any]:
        """The compiler's output about one contract of ours."""
        found = self._ours.get(name)
        if found is None:
            raise CompilationError(f"No contract {name} was compiled: run `scripts/compile`.")
        compiled = project.get_contract(name).contract_type.get_deployment_bytecode()
        if found["evm"]["bytecode"]["object"] != bytes(compiled or b"").hex():
            raise CompilationError(f"Ape has another {name}: compile with `scripts/compile`.")
        return found

    def source_of(self, name: str) -> str:
        """The path of the source that defines a contract, as the compiler knows it."""
        sources = json.loads(self.contract(name)["metadata"])["settings"]["compilationTarget"]
        return str(next(iter(sources)))

    def immutables(self, name: str) -> Mapping[str, list[tuple[int, int]]]:
        """Where each immutable stands in the runtime code of a contract: (start, bytes)."""
        references = self.contract(name)["evm"]["deployedBytecode"].get("immutableReferences", {})
        return {
            self._variables[int(number)]: [(place["start"], place["length"]) for place in places]
            for number, places in references.items()
        }

    @cached_property
    def _ours(self) -> dict[str, Mapping[str, Any]]:
        return {
            name: compiled
            for source, contracts in self.output["contracts"].items()
            if source.startswith("contracts/")
            for name, compiled in contracts.items()
        }

    @cached_property
    def _variables(self) -> dict[int, str]:
        return {
            node["id"]: node["name"]
            for source in self.output["sources"].values()
            for node in _nodes(source["ast"])
            if node.get("nodeType") == "VariableDeclaration"
        }


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _nodes(member)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)

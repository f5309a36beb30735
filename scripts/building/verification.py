"""Standard-JSON input and metadata of each contract, as Sourcify and Etherscan take them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.building.compilation import Compilation

#: What a compiler may be told to put out says nothing about the code.
_OUTPUT = ["abi", "metadata", "evm.bytecode.object", "evm.deployedBytecode"]


def standard_input(build: Compilation, name: str) -> dict[str, Any]:
    """The input that gives this contract's very code: its own sources and the settings."""
    metadata = json.loads(build.contract(name)["metadata"])
    settings = {k: v for k, v in metadata["settings"].items() if k != "compilationTarget"}
    source = build.source_of(name)
    return {
        "language": "Solidity",
        "sources": {one: build.input["sources"][one] for one in metadata["sources"]},
        "settings": {**settings, "outputSelection": {source: {name: _OUTPUT}}},
    }


def export(build: Compilation, name: str, folder: Path) -> Path:
    """Write input and metadata of one contract into a folder of its name."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "standard-input.json").write_text(json.dumps(standard_input(build, name), indent=1))
    # Byte for byte: its hash is part of the code.
    (place / "metadata.json").write_bytes(build.contract(name)["metadata"].encode())
    return place

"""A released version of the contracts, kept so that later code can be tried on what it stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ape import project

from scripts.building.compilation import Compilation
from scripts.building.layouts import layouts
from scripts.deployment import CONTRACTS, FUNCTION_ROLES, HOLDERS, PUBLISHED, ROLE_IDS

RELEASES = Path(__file__).parents[2] / "releases"
_ARCHIVE = "contracts.json.gz"


@dataclass(frozen=True)
class Release:
    """One folder of `releases/`: `<CONTRACT>.json` is its storage layout, the rest is packed."""

    folder: Path

    @property
    def version(self) -> str:
        """Such as `0.1.0`."""
        return self.folder.name

    def read(self) -> dict[str, Any]:
        """ABIs, creation code and sources of enums, in the shape of Ape's manifest, and `deployed`:
        what linked the contracts and who might call what."""
        packed: dict[str, Any] = json.loads(gzip.decompress(self._archive.read_bytes()))
        return packed

    def write(self, build: Compilation) -> None:
        """Keep the present contracts as this release."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, layout in layouts(CONTRACTS, build.folder).items():
            (self.folder / f"{name}.json").write_text(json.dumps(layout, indent=1) + "\n")
        packed = json.dumps(_contents(build)).encode()
        self._archive.write_bytes(gzip.compress(packed, 9, mtime=0))

    @property
    def _archive(self) -> Path:
        return self.folder / _ARCHIVE


def releases() -> list[Release]:
    """Every release, the first one first."""
    folders = [folder for folder in RELEASES.iterdir() if (folder / _ARCHIVE).exists()]
    return [Release(folder) for folder in sorted(folders, key=_order)]


def _order(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.name.split("."))


def _contents(build: Compilation) -> Mapping[str, Any]:
    sources = {
        path: {"content": source["content"]}
        for path, source in sorted(build.input["sources"].items())
        if path.startswith("contracts/interfaces/")
    }
    return {
        "sources": sources,
        "contractTypes": {name: _contract(build, name) for name in PUBLISHED},
        "deployed": {
            "contracts": {name: list(linked) for name, linked in CONTRACTS.items()},
            "function_roles": FUNCTION_ROLES,
            "holders": HOLDERS,
            "role_ids": ROLE_IDS,
        },
    }


def _contract(build: Compilation, name: str) -> Mapping[str, Any]:
    abi = project.get_contract(name).contract_type.abi
    return {
        "contractName": name,
        "abi": [one.model_dump(mode="json", by_alias=True) for one in abi],
        "deploymentBytecode": {
            "bytecode": "0x" + build.contract(name)["evm"]["bytecode"]["object"]
        },
    }

"""`scripts/sources`: what explorers are given compiles to the very code, and nothing is missing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak, to_bytes

from scripts.building.compilation import Compilation, CompilationError
from scripts.building.verification import export
from scripts.deployment import PUBLISHED

from .running import ROOT

SOLC = ROOT / "scripts" / "solc" / "solc-v0.8.34"


@pytest.fixture(scope="module")
def build() -> Compilation:
    return Compilation()


def recompiled(place: Path) -> Any:
    """What the compiler makes of an exported input, in a folder that holds nothing else."""
    answer = subprocess.run(
        [SOLC, "--standard-json", "--base-path", place],
        input=(place / "standard-input.json").read_text(),
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    (contracts,) = json.loads(answer.stdout)["contracts"].values()
    return contracts[place.name]


class TestExport:
    """
    compiled again            it gives byte-identical creation code and the same metadata
    the metadata's hash       is the one at the end of the code
    the sources               are those of the metadata, by hash, and no file of this machine
    """

    @pytest.mark.parametrize("name", PUBLISHED)
    def test_gives_the_same_code_when_compiled_again(
        self, build: Compilation, tmp_path: Path, name: str
    ) -> None:
        place = export(build, name, tmp_path)
        again, built = recompiled(place), build.contract(name)
        assert again["evm"]["bytecode"]["object"] == built["evm"]["bytecode"]["object"]
        assert again["metadata"].encode() == (place / "metadata.json").read_bytes()

    @pytest.mark.parametrize("name", PUBLISHED)
    def test_names_every_source_by_its_hash_and_none_by_a_path_of_this_machine(
        self, build: Compilation, tmp_path: Path, name: str
    ) -> None:
        place = export(build, name, tmp_path)
        metadata = json.loads((place / "metadata.json").read_text())
        sources = json.loads((place / "standard-input.json").read_text())["sources"]
        assert set(sources) == set(metadata["sources"])
        assert str(ROOT) not in (place / "standard-input.json").read_text()
        for path, source in sources.items():
            assert keccak(text=source["content"]) == to_bytes(
                hexstr=metadata["sources"][path]["keccak256"]
            )


class TestCompilation:
    """
    given no compilation                    it says to compile
    given another one than Ape deploys      it says to compile
    """

    def test_says_to_compile_given_none(self, tmp_path: Path) -> None:
        with pytest.raises(CompilationError, match="compile with `scripts/compile`"):
            Compilation(tmp_path)

    def test_says_to_compile_given_another_than_ape_deploys(self, build: Compilation) -> None:
        other = Compilation()
        other._ours["CRU"] = build.contract("MRVRegistry")
        with pytest.raises(CompilationError, match="Ape has another CRU"):
            other.contract("CRU")

"""docs/invariants.md names a test for every invariant, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "invariants.md").read_text()
#: Each numbered paragraph up to the next one or the next heading.
ENTRIES = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", TEXT, re.M | re.S)
NAMED = re.findall(r"`(tests/[\w./]+)::(\w+)`", TEXT)
PROOFS = [
    (path, name)
    for path in (ROOT / "tests" / "solidity").rglob("*.t.sol")
    for name in re.findall(r"function (invariant_\w+)", path.read_text())
]


def test_counts_from_one_without_a_gap() -> None:
    assert [int(number) for number, _ in ENTRIES] == list(range(1, len(ENTRIES) + 1))


@pytest.mark.parametrize(("number", "entry"), ENTRIES, ids=lambda value: value[:12])
def test_names_a_test_for_every_invariant(number: str, entry: str) -> None:
    assert re.search(r"^ +- `tests/", entry, re.M), number


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda value: value[-40:])
def test_names_only_tests_that_exist(path: str, name: str) -> None:
    declared = re.findall(r"^\s*(?:def|function) (\w+)", (ROOT / path).read_text(), re.M)
    assert name in declared


@pytest.mark.parametrize(("path", "name"), PROOFS, ids=lambda value: str(value)[-40:])
def test_names_every_invariant_that_solidity_holds(path: Path, name: str) -> None:
    assert (str(path.relative_to(ROOT)), name) in NAMED

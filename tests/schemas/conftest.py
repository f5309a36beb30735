"""Documents and strategies that the tests of the schemas share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / "valid" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def pdd() -> Any:
    return example("pdd.harz-reforestation")


@pytest.fixture
def mrv() -> Any:
    return example("mrv.harz-first-year")


@pytest.fixture
def decision() -> Any:
    return example("decision.verified-by-vintage")

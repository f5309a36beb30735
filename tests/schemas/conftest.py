"""Documents and strategies that the tests of the schemas share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The first example reads the schemas, and a busy machine is no fault of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

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

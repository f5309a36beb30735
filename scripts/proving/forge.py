"""Foundry: random sequences of calls against the whole registry, with what must hold after each."""

import json
from dataclasses import dataclass

from scripts.proving.tools import ToolFailed, run


@dataclass(frozen=True)
class Effort:
    """How many sequences, and how many calls in each."""

    runs: int = 8
    depth: int = 60


QUICK = Effort()
FULL = Effort(1_000, 500)


def failures(effort: Effort = QUICK) -> tuple[int, list[str]]:
    """How many invariants and fuzz tests were tried, and what each that fell says.

    Raises ToolFailed when forge compiled nothing or found no test.
    """
    settings = {
        "FOUNDRY_INVARIANT_RUNS": str(effort.runs),
        "FOUNDRY_INVARIANT_DEPTH": str(effort.depth),
    }
    ended = run(["forge", "test", "--json"], settings)
    start = ended.stdout.find('{"')
    if start < 0:
        raise ToolFailed(f"forge tested nothing: {ended.stdout[-3_000:]}")
    suites = json.loads(ended.stdout[start:].splitlines()[0])
    outcomes = [
        (f"{suite}:{name}", result)
        for suite, results in suites.items()
        for name, result in results["test_results"].items()
    ]
    if not outcomes:
        raise ToolFailed("forge found no test: tests/solidity/invariant is empty")
    fallen = [f"{name}: {one}" for name, one in outcomes if one["status"] != "Success"]
    return len(outcomes), fallen

"""`scripts/prove COMMAND`: what proves the contracts beyond the quick checks of `scripts/test`."""

import os
import subprocess
import sys
from collections.abc import Sequence

import click

from scripts.proving import coverage, forge, gas, mutation, slither, symbolic, wake
from scripts.proving.tools import ToolFailed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Prove the contracts. The quick form of most of these runs in `scripts/test` as well.

    Exit code 0: it holds. 1: what does not is named. 2: the tool could not do its work.
    """


@cli.command("slither")
def run_slither() -> None:
    """Static analysis by Slither (about 10 s)."""
    _tell(slither.findings())


@cli.command("wake")
def run_wake() -> None:
    """Static analysis by Wake (about 20 s)."""
    _tell(wake.findings())


@cli.command("halmos")
@click.option("--quick", is_flag=True, help="Only the proofs that take seconds.")
def run_halmos(quick: bool) -> None:
    """Prove the core arithmetic for all values (3 min; 10 s with --quick)."""
    found = symbolic.proofs(symbolic.QUICK if quick else symbolic.ALL)
    for one in found:
        click.echo(
            f"{'proved' if one.is_proved else 'NOT PROVED':>10} {one.seconds:7.1f}s {one.name}"
        )
    sys.exit(0 if all(one.is_proved for one in found) else 1)


@cli.command("forge")
@click.option("--runs", default=forge.FULL.runs, show_default=True, help="Sequences of calls.")
@click.option("--depth", default=forge.FULL.depth, show_default=True, help="Calls in each.")
def run_forge(runs: int, depth: int) -> None:
    """Random sequences of calls in Solidity, with the invariants checked after each call."""
    count, fallen = forge.failures(forge.Effort(runs, depth))
    click.echo(f"{count} properties over {runs} sequences of {depth} calls")
    _tell(fallen)


@cli.command("coverage")
@click.option("--again", is_flag=True, help="Of what was noted before, without a test.")
@click.option("--more", is_flag=True, help="Add these tests to what was noted before.")
@click.argument("tests", nargs=-1)
def run_coverage(again: bool, more: bool, tests: tuple[str, ...]) -> None:
    """Statements and branches of the contracts that the tests reach, and those they do not."""
    if not again:
        if not more:
            coverage.VISITS.unlink(missing_ok=True)
        _pytest(list(tests) or ["tests/contracts"], {"OGCR_COVERAGE": str(coverage.VISITS)})
    found = coverage.coverage()
    for one in [one for one in found if one.statements or one.branches]:
        reached = f"{one.statements - len(one.missed)}/{one.statements} statements"
        taken = f"{one.branches - len(one.half)}/{one.branches} branches"
        click.echo(f"{one.path:44} {reached:>22} {taken:>20}")
    for place in [place for one in found for place in sorted({*one.missed, *one.half})]:
        click.echo(f"not reached, or one way only: {place}")


@cli.command("gas")
def run_gas() -> None:
    """Measure what actions cost, commit to it (tests/contracts/gas.json, docs/gas.md), show it."""
    _pytest(["tests/contracts/test_cost.py"], {"OGCR_GAS_COMMIT": "1"})
    rows = gas.read()
    click.echo(gas.table(rows))
    click.echo(f"missed: {', '.join(gas.missed(rows)) or 'nothing'}")


@cli.command("fuzz")
@click.option("--sequences", default=200, show_default=True, help="Sequences of calls.")
@click.option("--calls", default=200, show_default=True, help="Calls in each.")
@click.option("--shrink", is_flag=True, help="Make a failing sequence short (minutes more).")
def run_fuzz(sequences: int, calls: int, shrink: bool) -> None:
    """Random calls by everybody of every function, against the rules in Python."""
    settings = {"OGCR_FUZZ_SEQUENCES": str(sequences), "OGCR_FUZZ_CALLS": str(calls)}
    if shrink:
        settings["OGCR_FUZZ_SHRINK"] = "1"
    _pytest(["tests/contracts/test_invariants.py"], settings)


@cli.command("mutate")
@click.option("--count", default=50, show_default=True, help="How many changes to try.")
@click.option("--seed", default=0, show_default=True, help="Which ones.")
@click.option("--tests", default="tests/contracts", show_default=True, help="The judges.")
@click.argument("sources", nargs=-1)
def run_mutate(count: int, seed: int, tests: str, sources: tuple[str, ...]) -> None:
    """Break rules in a copy, one at a time (minutes each), and name what no test noticed."""
    chosen = mutation.sample(list(sources) or mutation.product(), count, seed)
    outcomes = []
    for mutant, outcome in mutation.survivors(chosen, tests.split()):
        click.echo(f"{outcome:>9} {mutant}")
        outcomes.append(outcome)
    alive = outcomes.count("SURVIVED")
    click.echo(f"{outcomes.count('killed')} killed, {alive} survived, of {len(chosen)}")
    sys.exit(1 if alive else 0)


def _pytest(arguments: Sequence[str], settings: dict[str, str]) -> None:
    subprocess.run(["scripts/compile"], check=True)
    ended = subprocess.run(["pytest", "-q", *arguments], env={**os.environ, **settings})
    if ended.returncode:
        sys.exit(1)


def _tell(findings: Sequence[str]) -> None:
    for finding in findings:
        click.echo(f"{finding}\n")
    click.echo(f"{len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    try:
        cli()
    except ToolFailed as failed:
        click.echo(f"Error: {failed}", err=True)
        sys.exit(2)

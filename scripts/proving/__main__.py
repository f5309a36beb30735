"""`scripts/prove COMMAND`: what proves the contracts beyond the quick checks of `scripts/test`."""

import sys
from collections.abc import Sequence

import click

from scripts.proving import forge, slither, symbolic, wake
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

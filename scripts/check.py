"""Compares a deployed registry with this build and with the terms of its governance."""

from __future__ import annotations

from collections.abc import Iterator

import click
from ape import networks
from ape.cli import ConnectedProviderCommand
from ape.exceptions import ApeException
from ape.logging import LogLevel, logger

from indexer.abi import Abi
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.building.compilation import Compilation, CompilationError
from scripts.building.layouts import layouts
from scripts.checking.code import check_code
from scripts.checking.finding import Finding
from scripts.checking.governance import (
    check_delays,
    check_functions,
    check_members,
    check_roles,
    check_safe,
)
from scripts.checking.members import members_of
from scripts.checking.wiring import check_links
from scripts.deployment import CONTRACTS, DeploymentError, Registry
from scripts.governing.asked import expected_terms
from scripts.governing.terms import Terms, TermsError
from scripts.records import recorded_registry
from scripts.refusals import told
from scripts.tables import print_table


@click.command(cls=ConnectedProviderCommand)
@click.option("--owner", "owners", multiple=True, metavar="ADDRESS", help="An owner of the Safe.")
@click.option("--threshold", type=int, metavar="N", help="How many owners must sign.")
@click.option("--delay", metavar="DELAY", help="Delay of every act of the administrator.")
def cli(owners: tuple[str, ...], threshold: int | None, delay: str | None) -> None:
    """Compare the chain with this build: code, slots, links, roles, delays, Safe.

    What governs is compared with ape-config.yaml, or with these options. Exit status 0 when nothing
    differs, 1 with a sentence for each difference (OGCR 5.4.4).
    """
    try:
        with logger.at_level(LogLevel.WARNING):
            registry = recorded_registry()
            terms = expected_terms(owners, threshold, delay)
            findings = list(check(registry, terms, Compilation()))
    except (DeploymentError, CompilationError, TermsError, StopLoudly) as error:
        raise click.ClickException(str(error)) from error
    except ApeException as error:
        raise click.ClickException(f"The network refuses: {told(error)}") from error
    _show(findings)


def check(registry: Registry, terms: Terms, build: Compilation) -> Iterator[Finding]:
    """Look at everything that a deployment sets."""
    abi = Abi.load(IndexerSettings().artifacts)
    yield from check_code(registry, build)
    yield from check_links(registry, layouts(CONTRACTS, build.folder))
    yield from check_functions(registry)
    yield from check_roles(registry)
    yield from check_members(registry, terms, members_of(registry, abi))
    yield from check_delays(registry, terms)
    yield from check_safe(registry, terms.safe)


def _show(findings: list[Finding]) -> None:
    rows = [
        (one.subject, one.looked_at, one.found, "no" if one.difference else "yes")
        for one in findings
    ]
    title = f"Registry on chain {networks.provider.chain_id}"
    print_table(title, ("what", "looked at", "found", "as it should be"), rows)
    differences = [one.difference for one in findings if one.difference]
    for difference in differences:
        click.echo(difference, err=True)
    if differences:
        raise SystemExit(1)
    click.echo("Nothing differs.")

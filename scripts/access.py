"""Writes the table of who may do what, as the connected chain has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from ape.cli import ConnectedProviderCommand
from ape.exceptions import ApeException
from ape.logging import LogLevel, logger

from indexer.abi import Abi
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.deployment import ACCESS, CONTRACTS, HOLDERS, ROLE_IDS, DeploymentError, Registry
from scripts.governing.permissions import permissions, role_name
from scripts.paths import TypedPath
from scripts.records import recorded_registry
from scripts.refusals import told

#: The one table of the repository (OGCR 5.2.4).
TABLE = Path("docs/access.md")

_HEAD = """# Who may do what

Read from a deployed registry by `scripts/access`: every state-changing function is tried by an
account that holds nothing, and access control is asked for the role that each refusal names. A test
compares this file with a fresh deployment. What the administrator or a methodology steward calls
waits for the delay of its holder ([decision](decisions/{decision})); `scripts/check` shows the
delays of one registry.
"""


@click.command(cls=ConnectedProviderCommand)
@click.option("--to", "file", type=TypedPath(dir_okay=False), help="Write the table to this file.")
def cli(file: Path | None) -> None:
    """Show who may call which function, and who may grant, hold and cancel what."""
    try:
        with logger.at_level(LogLevel.WARNING):
            text = access_table(recorded_registry())
    except (DeploymentError, StopLoudly) as error:
        raise click.ClickException(str(error)) from error
    except ApeException as error:
        raise click.ClickException(f"The network refuses: {told(error)}") from error
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text)
        click.echo(f"{file} is written.")


def access_table(registry: Registry) -> str:
    """The table as Markdown."""
    abi = Abi.load(IndexerSettings().artifacts)
    lines = [_HEAD.format(decision=DECISION), *_roles(registry)]
    found = list(permissions(registry, abi))
    for name in CONTRACTS:
        lines += [f"## {name}", "", "| function | who |", "|---|---|"]
        lines += [f"| `{one.function}` | {one.who} |" for one in found if one.contract == name]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


DECISION = "0026-who-governs.md"


def _roles(registry: Registry) -> Iterator[str]:
    access = registry[ACCESS]
    yield from ("## Roles", "")
    yield "| role | id | granted and revoked by | whose plans are cancelled by | held by |"
    yield "|---|---|---|---|---|"
    for name, role in ROLE_IDS.items():
        if name == "public":
            yield f"| {name} | 2^64 - 1 | nobody | nobody | everybody |"
            continue
        admin, guardian = access.getRoleAdmin(role), access.getRoleGuardian(role)
        held = f"{HOLDERS[name]} alone" if name in HOLDERS else "accounts"
        yield f"| {name} | {role} | {role_name(admin)} | {role_name(guardian)} | {held} |"
    yield ""

"""Audits the registry: recomputes everything from chain and documents, names what differs."""

import sys
from pathlib import Path

import click
import httpx
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.auditing.checks import AREAS, Checks
from scripts.auditing.documents import Folder, Service, Source
from scripts.auditing.node import NodeTrouble
from scripts.auditing.registry_audit import Assignment, audit
from scripts.tables import print_table


@click.command()
@click.option("--rpc-url", metavar="URL", help="Node to read the chain from (OGCR_RPC_URL).")
@click.option(
    "--deployments",
    type=click.Path(exists=True, path_type=Path),
    help="Deployments record, or the folder of records (OGCR_DEPLOYMENTS).",
)
@click.option(
    "--documents", metavar="DIR|URL", help="Folder or API with the documents (OGCR_DOCUMENTS)."
)
@click.option("--api", metavar="URL", help="Also compare the model that this API serves.")
@click.option("--index", metavar="DATABASE_URL", help="Also compare the rows of this index.")
@click.option("--block", type=int, help="Audit the state at this block (the latest).")
def cli(
    rpc_url: str | None,
    deployments: Path | None,
    documents: str | None,
    api: str | None,
    index: str | None,
    block: int | None,
) -> None:
    """Read all events of the registry anew and recompute every hash, sum, transition and role.

    Compares the outcome with contract storage and, with --api or --index, with the indexed model.
    Exit code 0: everything holds. 1: each discrepancy is named. 2: the audit could not be made.
    """
    settings = IndexerSettings()
    assignment = Assignment(
        rpc_url or settings.rpc_urls[0],
        deployments or settings.deployments,
        settings.artifacts,
        source(documents or str(settings.documents)),
        api,
        index,
        block,
    )
    sys.exit(run(assignment))


def run(assignment: Assignment) -> int:
    """Make an audit and print its report; gives the exit code: 0 sound, 1 not, 2 not possible."""
    with _progress() as progress:
        task = progress.add_task("starting")
        try:
            checks, summary = audit(
                assignment, lambda text: progress.update(task, description=text)
            )
        except (NodeTrouble, StopLoudly, OSError, httpx.HTTPError) as error:
            progress.stop()
            click.echo(f"Error: the audit could not be made: {error}", err=True)
            return 2
    _report(checks, summary)
    return 1 if checks.discrepancies else 0


def source(documents: str) -> Source:
    """The documents of a folder or of an API; raises click's UsageError for neither."""
    if documents.startswith(("http://", "https://")):
        return Service(documents)
    if not Path(documents).is_dir():
        raise click.UsageError(f"{documents} is no folder and no URL: say where the documents are.")
    return Folder(Path(documents))


def _report(checks: Checks, summary: str) -> None:
    rows = [
        (AREAS[area], check.seen, len(check.discrepancies))
        for area, check in checks.areas.items()
        if check.seen or check.discrepancies
    ]
    print_table(summary, ("checked", "number", "discrepancies"), rows)
    for sentence in checks.discrepancies:
        click.echo(f"- {sentence}")
    found = len(checks.discrepancies)
    click.echo(f"{found} discrepancies." if found else "Everything holds.")


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


if __name__ == "__main__":
    cli()

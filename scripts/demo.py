"""Plays the registry's life cycle: the sample's, or that of the documents in a folder."""

import sys
from pathlib import Path

import click
from ape import networks
from ape.cli import ConnectedProviderCommand
from rich.console import Console

from indexer.abi import Abi
from indexer.deployments import Deployments
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.accounts import is_local
from scripts.lifecycle.documents_play import FolderPlay
from scripts.lifecycle.folder import read_documents
from scripts.lifecycle.player import Outcome, Player
from scripts.lifecycle.registry_api import Broken, Refused, RegistryApi, TooSlow
from scripts.lifecycle.sessions import Sessions
from scripts.lifecycle.step import Story
from scripts.sample.lifecycle import sample

DEFAULT_CLIENT = Path(".data/client")
DEFAULT_API = "http://127.0.0.1:8000"


@click.command(cls=ConnectedProviderCommand)
@click.option("--api", "url", metavar="URL", default=DEFAULT_API, show_default=True)
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Play the PDDs, reports and methodologies of this folder instead of the sample.",
)
@click.option(
    "--client",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_CLIENT,
    show_default=True,
    help="File with the id of the client that people sign in to, as scripts/up writes it.",
)
def cli(url: str, documents: Path | None, client: Path) -> None:
    """Play the life cycle, each step by its proper role, through the API of a running registry.

    Run again, it goes on where it stopped. Exit code 1 when something could not be played; the rest
    was.
    """
    if not is_local():
        raise click.UsageError("The demonstration signs with published keys: local chains only.")
    try:
        outcome = play(url, documents, client, Console())
    except (StopLoudly, TooSlow, Refused, Broken) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(1 if outcome.failures else 0)


def play(url: str, documents: Path | None, client: Path, console: Console) -> Outcome:
    """Play on the connected chain and the API at `url`; prints a line for each step.

    Raises TooSlow when the index does not reach the chain, StopLoudly without a deployment.
    """
    settings = IndexerSettings()
    api = RegistryApi(url)
    deployments = Deployments.load(settings.deployments, networks.provider.chain_id)
    with console.status("waiting for the index") as status:
        head = networks.provider.web3.eth.block_number
        api.wait_until_indexed(head, status.update)
    stories, faults = _stories(api, documents, console)
    player = Player(api, _sessions(url, client), Abi.load(settings.artifacts), deployments, console)
    outcome = player.play(stories)
    outcome.failures[:0] = faults
    _report(outcome, console)
    return outcome


def _sessions(url: str, client: Path) -> Sessions:
    try:
        return Sessions.of_file(url, client)
    except OSError as error:
        raise click.UsageError(
            f"{client} cannot be read ({error.strerror}): name with --client the file that "
            "scripts/up wrote beside its data, or one with the id of a client that you registered "
            "with `python -m api clients`."
        ) from error


def _stories(
    api: RegistryApi, documents: Path | None, console: Console
) -> tuple[list[Story], list[str]]:
    if documents is None:
        return sample(), []
    found = read_documents(documents)
    for sentence in found.ignored:
        _say(console, f"not played  {sentence}")
    plays = FolderPlay(found, api)
    stories = plays.stories()
    faults = [*found.faults, *plays.faults]
    if not found.count:
        faults.append(f"{documents} holds no PDD, report or methodology that is valid.")
    for sentence in faults:
        _say(console, f"cannot be played  {sentence}")
    return stories, faults


def _report(outcome: Outcome, console: Console) -> None:
    before = f", {outcome.done_before} were done before" if outcome.done_before else ""
    console.print(f"{outcome.played} steps played{before}.")
    for sentence in outcome.failures:
        _say(console, f"- {sentence}")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

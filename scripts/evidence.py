"""Checks the proof of a record that an API gave, against block hashes alone, without a network."""

from pathlib import Path

import click
import orjson

from indexer.abi import Abi
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.auditing.evidence import Finding, check_evidence
from scripts.paths import TypedPath
from scripts.tables import print_table

HASH = r"0x[0-9a-fA-F]{64}"


@click.command()
@click.argument("bundle", type=TypedPath(exists=True, dir_okay=False))
@click.option(
    "--block-hash",
    "hashes",
    multiple=True,
    required=True,
    metavar="0x…",
    help="Hash of a block that you trust, from a node or explorer of your choice; several times.",
)
@click.option(
    "--contract",
    "contracts",
    multiple=True,
    metavar="0x…",
    help="Address of a contract of the registry that you mean; several times.",
)
def cli(bundle: Path, hashes: tuple[str, ...], contracts: tuple[str, ...]) -> None:
    """Check BUNDLE, an answer of GET /projects/{id}/proof, …/monitoring/{id}/proof or
    /credits/{id}/proof.

    Nothing is believed but the block hashes: the header must hash to one of them, the transaction,
    its log and the storage must be proven by that header, the document must hash to what they hold.
    Whether the contract is that of your registry is told by --contract, or for you to see. Exit
    status 0 when all of it holds, 1 with a sentence for each fault.
    """
    try:
        trusted = {bytes.fromhex(text.removeprefix("0x")) for text in hashes}
        content = orjson.loads(bundle.read_bytes())
        abi = Abi.load(IndexerSettings().artifacts)
        findings = list(check_evidence(content, trusted, abi, contracts))
    except ValueError as error:
        raise click.ClickException(f"{error}. Give a bundle and hashes of 64 digits.") from error
    except StopLoudly as error:
        raise click.ClickException(str(error)) from error
    _show(findings)


def _show(findings: list[Finding]) -> None:
    rows = [(one.step, one.said, "yes" if one.holds else "no") for one in findings]
    print_table("What the block hashes prove", ("step", "what it says", "holds"), rows)
    faults = [one.said for one in findings if not one.holds]
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)

"""Keeps the present contracts as a release, on whose state all later ones must run."""

import re

import click

from scripts.building.compilation import Compilation, CompilationError
from scripts.building.layouts import misfits
from scripts.building.release import RELEASES, Release, releases
from scripts.deployment import CONTRACTS

_VERSION = re.compile(r"\d+\.\d+\.\d+")


@click.command()
@click.argument("version")
def cli(version: str) -> None:
    """Keep layouts, ABIs and creation code of the contracts as releases/VERSION.

    Do it once, when VERSION is deployed for the first time; commit what it writes. A release is
    never written again.
    """
    if not _VERSION.fullmatch(version):
        raise click.UsageError(f"{version} is no version: say, for example, 1.2.0.")
    release = Release(RELEASES / version)
    if release.folder.exists():
        raise click.ClickException(f"{release.folder} is there already, and stays as it is.")
    try:
        for earlier in releases() if RELEASES.exists() else []:
            if fault := misfits(CONTRACTS, earlier.folder):
                raise click.ClickException(
                    f"It would break what {earlier.version} stored:\n{fault}"
                )
        release.write(Compilation())
    except CompilationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{release.folder} is written: commit it.")

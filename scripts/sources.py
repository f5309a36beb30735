"""Exports what anybody needs to compile the contracts to the very code on the chain."""

from pathlib import Path

import click

from scripts.building.compilation import Compilation, CompilationError
from scripts.building.verification import export
from scripts.deployment import PUBLISHED
from scripts.paths import TypedPath


@click.command()
@click.argument("folder", type=TypedPath(file_okay=False))
def cli(folder: Path) -> None:
    """Write standard-JSON input and metadata of every contract to FOLDER.

    FOLDER/CONTRACT/standard-input.json is what Etherscan and Blockscout take ("Standard JSON
    input", compiler 0.8.34), FOLDER/CONTRACT/metadata.json with it what Sourcify takes. Compiled
    again, each gives the same code, hash of the metadata included (OGCR 5.4.4).
    """
    try:
        build = Compilation()
        places = [export(build, name, folder) for name in PUBLISHED]
    except CompilationError as error:
        raise click.ClickException(str(error)) from error
    for place in places:
        click.echo(place)

"""Starts the whole registry on this machine: chain, contracts, indexer, API, and the sample."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from ape.logging import LogLevel, logger
from rich.console import Console
from rich.markup import escape

from scripts.local.children import ChildEnded
from scripts.local.claims import Claimed, require_free, sole_user
from scripts.local.registry import LocalRegistry, Places, Trouble
from scripts.local.signals import end_by_interrupt


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--fresh", is_flag=True, help="Throw away what earlier runs kept and start anew.")
@click.option("--no-sample", is_flag=True, help="Do not play the sample life cycle.")
@click.option("--once", is_flag=True, help="Play, audit, stop; exit 0, or say what failed.")
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Play the documents of this folder instead of the sample.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--rpc-port", type=click.IntRange(1, 65535), default=8545, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".data"),
    show_default=True,
    help="Folder in which everything is kept.",
)
def main(
    fresh: bool,
    no_sample: bool,
    once: bool,
    documents: Path | None,
    port: int,
    rpc_port: int,
    data: Path,
) -> None:
    """Start a local chain, the contracts, the indexer and the API, and play the sample life cycle.

    Everything is kept in one folder and taken up again by the next run. Ctrl-C stops all of it.
    """
    console = Console(highlight=False)
    places = Places(data, port, rpc_port)
    logger.set_level(LogLevel.WARNING)
    try:
        end_by_interrupt()
        with sole_user(data / "up.lock"):
            require_free(port, "--port", "the API")
            require_free(rpc_port, "--rpc-port", "the local chain")
            sys.exit(_run(places, console, fresh, not no_sample, once, documents))
    except KeyboardInterrupt:
        console.print("\nStopped.")
        sys.exit(0 if not once else 130)
    except (Claimed, ChildEnded, Trouble) as error:
        console.print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)


def _run(
    places: Places, console: Console, fresh: bool, sample: bool, once: bool, documents: Path | None
) -> int:
    registry = LocalRegistry(places, console)
    if fresh:
        registry.forget()
    try:
        registry.start()
        failures = registry.play(documents) if sample or documents else []
        registry.show()
        if once:
            return _finish(registry, console, failures)
        console.print("\nCtrl-C stops everything.")
        while True:
            signal.pause()
    except KeyboardInterrupt:
        if registry.failure is not None:
            raise registry.failure from None
        raise
    finally:
        registry.stop()


def _finish(registry: LocalRegistry, console: Console, failures: Sequence[str]) -> int:
    code = registry.audit()
    if failures:
        console.print(f"[red]{len(failures)} could not be played:[/] see above.")
    return 1 if failures or code else 0


if __name__ == "__main__":
    main()

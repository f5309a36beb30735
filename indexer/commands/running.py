"""`run`: follow the chain."""

import argparse
import signal
from contextlib import ExitStack

from indexer.commands.command import DONE, Command
from indexer.database import engine
from indexer.errands.process import Errands
from indexer.follower import Follower
from indexer.memory import share_memory
from indexer.metrics import Metrics
from indexer.settings import IndexerSettings


def run(settings: IndexerSettings, options: argparse.Namespace) -> int:
    """Follow the chain until a signal says stop; with `--once` only up to the head."""
    share_memory()
    metrics = Metrics()
    with ExitStack() as stack:
        if settings.metrics_port is not None:
            stack.enter_context(metrics.serve(settings, engine(settings.index_url)))
        follower = stack.enter_context(Follower(settings, metrics))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: follower.stop())
        if options.once:
            follower.catch_up()
            _run_errands(settings)
        else:
            _follow(follower, Errands(settings, metrics))
    return DONE


def _follow(follower: Follower, errands: Errands) -> None:
    errands.start()
    try:
        follower.run()
    finally:
        errands.stop()


def _run_errands(settings: IndexerSettings) -> None:
    # What judges documents takes 35 MiB, which a backfill has better use for.
    from indexer.errands.rounds import Rounds

    with Rounds(settings) as rounds:
        while rounds.run():
            pass


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="stop at the head")
    parser.add_argument(
        "--metrics-port", type=int, metavar="PORT", help="serve /metrics, /health and /ready there"
    )


COMMAND = Command(
    run,
    (
        "python -m indexer run --metrics-port 9100",
        "DATABASE_URL=postgresql://… python -m indexer run --rpc-url http://node-a --rpc-url …",
        "python -m indexer run --once --json-logs",
    ),
    _options,
)

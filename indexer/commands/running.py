"""`run`: follow the chain."""

import argparse
import signal

from indexer.commands.command import DONE, Command
from indexer.follower import Follower
from indexer.metrics import Metrics
from indexer.settings import IndexerSettings


def run(settings: IndexerSettings, options: argparse.Namespace) -> int:
    """Follow the chain until a signal says stop; with `--once` only up to the head."""
    metrics = Metrics()
    if settings.metrics_port is not None:
        metrics.serve(settings.metrics_port)
    with Follower(settings, metrics) as follower:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: follower.stop())
        if options.once:
            follower.catch_up()
        else:
            follower.run()
    return DONE


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

"""The command: `python -m indexer [run|status|digest|rebuild]`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from indexer.database import check_index_tables, drop_index_tables, engine, snapshot
from indexer.digest import digest
from indexer.errors import StopLoudly, TryLater
from indexer.follower import Follower
from indexer.lock import writer_lock
from indexer.logs import configure_logs
from indexer.metrics import Metrics
from indexer.models import Checkpoint, Event
from indexer.settings import IndexerSettings

NOT_POSSIBLE, NOT_NOW = 3, 4


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
    return 0


def status(settings: IndexerSettings, _options: argparse.Namespace) -> int:
    """Tell how far the index is; exit code 4 when there is none yet."""
    found = engine(settings.index_url)
    check_index_tables(found)
    with snapshot(found) as session:
        checkpoint = _checkpoint(session)
        events = session.scalar(select(func.count()).select_from(Event)) if checkpoint else 0
    if checkpoint is None:
        print("nothing is indexed yet")
        return NOT_NOW
    behind = checkpoint.head_number - checkpoint.block_number
    print(f"chain      {checkpoint.chain_id}")
    print(f"block      {checkpoint.block_number} {checkpoint.block_hash}")
    print(f"behind     {behind} blocks of head {checkpoint.head_number}, as last seen")
    print(f"finalized  {checkpoint.finalized_number}")
    print(f"events     {events}")
    return 0


def show_digest(settings: IndexerSettings, options: argparse.Namespace) -> int:
    """Print block and digest of the index, now or as of `--block`; exit code 4 without an index."""
    found = engine(settings.index_url)
    check_index_tables(found)
    with snapshot(found) as session:
        checkpoint = _checkpoint(session)
        if checkpoint is None:
            print("nothing is indexed yet", file=sys.stderr)
            return NOT_NOW
        block = checkpoint.block_number if options.block is None else options.block
        if block > checkpoint.block_number:
            reached = checkpoint.block_number
            print(f"block {block} is not indexed yet: {reached} is the newest", file=sys.stderr)
            return NOT_NOW
        print(block, digest(session, options.block))
    return 0


def rebuild(settings: IndexerSettings, _options: argparse.Namespace) -> int:
    """Drop the index and make it again from the chain."""
    found = engine(settings.index_url)
    lock = writer_lock(found)
    if not lock.acquire():
        raise StopLoudly("An indexer writes this database: stop it before you rebuild.")
    drop_index_tables(found)
    lock.release()
    with Follower(settings) as follower:
        follower.catch_up()
    return 0


COMMANDS = {"run": run, "status": status, "digest": show_digest, "rebuild": rebuild}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives its exit code: 0 done, 2 usage, 3 not possible, 4 not now."""
    options = _parser().parse_args(_with_command(sys.argv[1:] if arguments is None else arguments))
    try:
        settings = _settings(options)
        configure_logs(settings.json_logs)
        return COMMANDS[options.command](settings, options)
    except StopLoudly as error:
        return _failed(error, NOT_POSSIBLE)
    except (TryLater, SQLAlchemyError) as error:
        return _failed(error, NOT_NOW)


def _failed(error: Exception, code: int) -> int:
    print(f"indexer: {str(error).splitlines()[0]}", file=sys.stderr)
    return code


def _checkpoint(session: Session) -> Checkpoint | None:
    if not _has_tables(session):
        return None
    return session.scalars(select(Checkpoint)).first()


def _has_tables(session: Session) -> bool:
    connection = session.connection()
    return inspect(connection).has_table(Checkpoint.__table__.name)


def _with_command(arguments: Sequence[str]) -> list[str]:
    """`run` when no command is named, so that options may come first."""
    given = list(arguments)
    if any(word in COMMANDS for word in given) or {"-h", "--help"} & set(given):
        return given
    return ["run", *given]


def _settings(options: argparse.Namespace) -> IndexerSettings:
    given = {
        name: value
        for name, value in vars(options).items()
        if name in IndexerSettings.model_fields and value is not None
    }
    try:
        return IndexerSettings(**given)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise StopLoudly(f"The settings cannot be used ({faults}): mend them.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m indexer",
        description="Derive the registry's tables from the events of its contracts.",
        epilog="Without a command: run. Exit codes: 0 done, 2 usage, 3 not possible, 4 not now.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        about = (command.__doc__ or "").rstrip(".")
        _add_options(commands.add_parser(name, help=about, description=f"{about}."), name)
    return parser


def _add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("--database-url", metavar="URL", help="sqlite:///… or postgresql://…")
    parser.add_argument(
        "--rpc-url", dest="rpc_urls", action="append", metavar="URL", help="may be given repeatedly"
    )
    parser.add_argument("--chain-id", type=int, metavar="ID", help="default: ask the node")
    parser.add_argument("--deployments", type=Path, metavar="DIR", help="folder of the records")
    parser.add_argument("--documents", type=Path, metavar="DIR", help="folder of the documents")
    parser.add_argument("--artifacts", type=Path, metavar="FILE", help="manifest of the contracts")
    parser.add_argument("--finality-depth", type=int, metavar="BLOCKS")
    parser.add_argument("--poll-seconds", type=float, metavar="SECONDS")
    parser.add_argument("--json-logs", action="store_true", default=None)
    if command == "run":
        parser.add_argument("--once", action="store_true", help="stop at the head")
        parser.add_argument("--metrics-port", type=int, metavar="PORT", help="serve /metrics there")
    if command == "digest":
        parser.add_argument("--block", type=int, metavar="N", help="as of this block")


if __name__ == "__main__":
    sys.exit(main())

"""The command: `python -m indexer [run|status|digest|verify|rebuild|rollback|export]`."""

import argparse
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from indexer.commands import COMMANDS, Command
from indexer.commands.command import CODES, NOT_NOW, NOT_POSSIBLE
from indexer.errors import StopLoudly, TryLater
from indexer.logs import configure_logs
from indexer.settings import IndexerSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives its exit code."""
    options = _parser().parse_args(_with_command(sys.argv[1:] if arguments is None else arguments))
    try:
        settings = _settings(options)
        configure_logs(settings.json_logs)
        return COMMANDS[options.command].run(settings, options)
    except StopLoudly as error:
        return _failed(error, NOT_POSSIBLE)
    except (TryLater, SQLAlchemyError) as error:
        return _failed(error, NOT_NOW)


def _failed(error: Exception, code: int) -> int:
    print(f"indexer: {str(error).splitlines()[0]}", file=sys.stderr)
    return code


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
        epilog=f"Without a command: run. {CODES}",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        about = inspect.getdoc(command.run) or ""
        one_line = about.split("\n\n")[0].rstrip(".").replace("\n", " ")
        made = commands.add_parser(
            name,
            help=one_line,
            description=about,
            epilog=_epilog(command),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.options(made)
        _add_common_options(made)
    return parser


def _epilog(command: Command) -> str:
    examples = "\n".join(f"  {line}" for line in command.examples)
    return f"examples:\n{examples}\n\n{CODES}"


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database-url", metavar="URL", help="sqlite:///… or postgresql://…")
    parser.add_argument(
        "--deployment-name", metavar="NAME", help="one of several deployments in that database"
    )
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


if __name__ == "__main__":
    sys.exit(main())

"""The command `python -m schemas`: validate, hash and canonicalise documents without the registry.

Exit codes: 0 when all is well, 1 when a document is invalid, 2 when the command or a file name is.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import (
    KINDS,
    DocumentError,
    Fault,
    canonical_bytes,
    cid,
    content_hash,
    kind_of,
    parse,
    validate,
)

VALID, INVALID, MISUSED = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command over its files; the exit code is the worst that any file earned."""
    chosen = _parser().parse_args(arguments)
    return max([_on_file(name, chosen) for name in chosen.files])


def _on_file(name: str, chosen: argparse.Namespace) -> int:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        print(f"{name}: {error.strerror}; give the name of a readable file.", file=sys.stderr)
        return MISUSED
    try:
        chosen.action(name, parse(data), chosen)
    except DocumentError as error:
        _print_faults(name, error.faults, sys.stdout if chosen.faults_on_stdout else sys.stderr)
        return INVALID
    return VALID


def _validate(name: str, document: Any, chosen: argparse.Namespace) -> None:
    kind = chosen.kind or kind_of(document)
    if kind is None:
        raise DocumentError([_no_kind()])
    _refuse_faults(kind, document)
    print(f"{name}: valid {kind}")


def _hash(name: str, document: Any, chosen: argparse.Namespace) -> None:
    _print_of(name, _checked_hash(document), chosen)


def _cid(name: str, document: Any, chosen: argparse.Namespace) -> None:
    _print_of(name, cid(_checked_hash(document)), chosen)


def _canonical(_: str, document: Any, __: argparse.Namespace) -> None:
    sys.stdout.buffer.write(canonical_bytes(document))
    sys.stdout.buffer.flush()


def _checked_hash(document: Any) -> str:
    kind = kind_of(document)
    if kind is not None:
        _refuse_faults(kind, document)
    return content_hash(document)


def _refuse_faults(kind: str, document: Any) -> None:
    faults = validate(kind, document)
    if faults:
        raise DocumentError(faults)


def _print_of(name: str, line: str, chosen: argparse.Namespace) -> None:
    print(f"{line}  {name}" if len(chosen.files) > 1 else line)


def _print_faults(name: str, faults: list[Fault], stream: Any) -> None:
    count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
    print(f"{name}: invalid, {count}", file=stream)
    for fault in faults:
        print(f"  {fault}", file=stream)


def _no_kind() -> Fault:
    message = f"“profile” names none of {', '.join(KINDS)}; set it, or say the kind with --kind."
    return Fault("/profile", "PROFILE_UNKNOWN", message)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m schemas",
        description="Check, hash and canonicalise the documents of the registry.",
        epilog="Exit codes: 0 all is well; 1 a document is invalid, its faults are listed; "
        "2 the command is misspelt or a file cannot be read. FILE may be “-” for standard input.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = _command(commands, "validate", _validate, "list every fault of each document")
    one.add_argument("--kind", choices=KINDS, help="the kind to check for, instead of “profile”")
    one.set_defaults(faults_on_stdout=True)
    _command(
        commands,
        "hash",
        _hash,
        "print sha256:… of each document's content (faults go to standard error); a document of "
        "no known profile is hashed whole",
    )
    _command(commands, "cid", _cid, "print the IPFS CIDv1 of each document's content")
    _command(commands, "canonical", _canonical, "write the RFC 8785 bytes of any JSON, as it is")
    return parser


def _command(commands: Any, name: str, action: Callable[..., None], purpose: str) -> Any:
    command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:])
    many = "+" if name != "canonical" else 1
    command.add_argument("files", nargs=many, metavar="FILE", help="a JSON file, or - for stdin")
    command.set_defaults(action=action, faults_on_stdout=False)
    return command


def _speak_in_any_locale() -> None:
    # A terminal or a file name that is not UTF-8 shall not end the command.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    # Whoever reads the first lines only (`| head`) wants no traceback.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    _speak_in_any_locale()
    sys.exit(main())

"""`python -m api audit`: verify, anchor, search, export and erase on the machine itself."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import time as clock
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.access.anchoring import anchor
from api.access.keys import OPERATOR
from api.access.links import Attempt
from api.access.segments import SegmentFault, check, export, require_joined
from api.access.trail import append
from api.access.verifying import verify
from api.commands.command import DONE, FAULTS, NOT_POSSIBLE, ended, opened, show
from api.features.audit import entry_json
from api.filters import AuditFilters
from api.patterns import fault_sentence
from api.queries.audit import entries, erase_machines
from api.registry import Registry
from api.relayer import Relayer
from indexer import database
from indexer.moments import unix_time

_FILTERS = tuple(AuditFilters.model_fields)


def main(arguments: Sequence[str]) -> int:
    """Read the options and do it; the exit code."""
    options = _parser().parse_args(arguments)

    def run() -> int:
        if options.run == _check:
            return _check(options)
        with opened() as registry:
            code: int = options.run(registry, options)
            return code

    return ended(run)


def _verify(registry: Registry, options: argparse.Namespace) -> int:
    """Read the whole log, name the first broken link, and hold it against its anchors on chain."""
    found = verify(registry, options.newest, options.by)
    for fault in found.faults:
        print(fault)
    if found.faults:
        return FAULTS
    waiting = f", {found.waiting} of them not in a block yet" if found.waiting else ""
    print(f"{found.entries} entries are as they were written; {found.anchors} anchors{waiting}.")
    return DONE


def _anchor(registry: Registry, options: argparse.Namespace) -> int:
    """Send the digest of the last entry to the chain, from an account to itself; once a day."""
    row = anchor(registry, Relayer.opened(options.keyfile, options.passphrase_file))
    if row is None:
        print("Nothing was added since the last anchor.")
        return DONE
    show({"transaction": row.transaction_hash, "entry": row.sequence, "digest": row.digest})
    return DONE


def _search(registry: Registry, options: argparse.Namespace) -> int:
    """Print the entries that match, the newest first, one line of JSON each."""
    given = {name: getattr(options, name, None) for name in _FILTERS}
    try:
        filters = AuditFilters(**{name: value for name, value in given.items() if value})
    except ValidationError as error:
        for entry in error.errors():
            print(f"--{entry['loc'][0]}: {fault_sentence(dict(entry))}.")
        return NOT_POSSIBLE
    with database.snapshot(registry.engine) as session:
        for row, machine in entries(session, filters).rows:
            show(entry_json(row, machine))
    return DONE


def _erase(registry: Registry, options: argparse.Namespace) -> int:
    """Erase addresses of machines and what they called themselves; the chain stays whole."""
    with registry.transaction() as session:
        wanted = (options.before, options.address, options.entry)
        count = erase_machines(session, *wanted)
        now = int(time.time() * 1000)
        what = f"{count} machines"
        append(session, [Attempt(now, OPERATOR, None, "audit erase", what, "allowed", 0, "")])
    print(f"{count} erased.")
    return DONE


def _export(registry: Registry, options: argparse.Namespace) -> int:
    """Write the entries into a new file that proves itself, to be kept elsewhere (JSON Lines)."""
    try:
        found = export(registry, options.file, options.after, with_machines=options.machines)
    except SegmentFault as fault:
        print(fault)
        return FAULTS
    show({"after": found.after, "last": found.last, "digest": found.digest})
    return DONE


def _check(options: argparse.Namespace) -> int:
    """Check files that were exported, one after another, without any database."""
    try:
        segments = [check(path) for path in options.files]
        require_joined(segments)
    except SegmentFault as fault:
        print(fault)
        return FAULTS
    first, last = segments[0], segments[-1]
    print(f"Entries {first.after + 1} to {last.last} are as they were written; {last.digest}.")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m api audit",
        description="The log of every attempt and what was decided.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    checked = _added(commands, "verify", _verify)
    checked.add_argument("--newest", help="hash of an anchor that was kept elsewhere")
    checked.add_argument("--by", help="the account that sends anchors")
    sent = _added(commands, "anchor", _anchor)
    sent.add_argument("--keyfile", type=Path, required=True, help="encrypted key of the account")
    sent.add_argument(
        "--passphrase-file", type=Path, required=True, help="file that holds its passphrase"
    )
    found = _added(commands, "search", _search)
    for name in _FILTERS:
        field = AuditFilters.model_fields[name]
        if name != "cursor":
            found.add_argument(f"--{name}", help=field.description)
    kept = _added(commands, "export", _export)
    kept.add_argument("file", type=Path, help="the file to make")
    kept.add_argument("--after", type=int, default=0, help="number of the last entry kept before")
    kept.add_argument("--machines", action="store_true", help="with what is personal")
    held = _added(commands, "check", _check)
    held.add_argument("files", type=Path, nargs="+", help="files that were exported, in order")
    gone = _added(commands, "erase", _erase)
    which = gone.add_mutually_exclusive_group(required=True)
    which.add_argument("--before", type=_moment, help="of all entries until this day or time (UTC)")
    which.add_argument("--address", help="of all entries from this address")
    which.add_argument("--entry", type=int, help="of the entry of this number")
    return parser


def _moment(text: str) -> str:
    try:
        unix_time(text, clock.max)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _added(commands: Any, name: str, run: Any) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=run.__doc__, description=run.__doc__
    )
    made.set_defaults(run=run)
    return made

"""`python -m api keys`: make, list and revoke API keys on the machine itself."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence

from limits import parse_many

from api.access.keys import OPERATOR, Wanted, make, revoke
from api.access.links import Attempt
from api.access.proofs import require_proven, statement
from api.access.scopes import SCOPES, unknown
from api.access.trail import append
from api.commands.command import DONE, ended, opened, show
from api.errors import Detail, MissingError, ValidationError
from api.features.keys import key_json
from api.patterns import ADDRESS
from api.queries.keys import every_key
from api.queries.keys import key as key_of
from api.registry import Registry
from indexer import database

_DAY = 86_400


def main(arguments: Sequence[str]) -> int:
    """Read the options and do it; the exit code."""
    options = _parser().parse_args(arguments)

    def run() -> int:
        with opened() as registry:
            code: int = options.run(registry, options)
            return code

    return ended(run)


def _create(registry: Registry, options: argparse.Namespace) -> int:
    """Make a key of an organization and show it, once."""
    wanted = _wanted(registry, options)
    with registry.transaction() as session:
        row, secret = make(session, wanted)
        append(session, [_attempt("keys create", row.id)])
        shown = key_json(row)
    show({**shown, "key": secret})
    return DONE


def _list(registry: Registry, options: argparse.Namespace) -> int:
    """List all keys, the oldest first, one line of JSON each; their secrets are nowhere."""
    with database.snapshot(registry.engine) as session:
        for row in every_key(session):
            show(key_json(row))
    return DONE


def _revoke(registry: Registry, options: argparse.Namespace) -> int:
    """End a key at once and for ever."""
    with registry.transaction() as session:
        row = key_of(session, options.id)
        if row is None:
            raise MissingError(f"There is no key {options.id}; `keys list` shows those there are.")
        revoke(row, OPERATOR)
        append(session, [_attempt("keys revoke", row.id)])
        shown = key_json(row)
    show(shown)
    return DONE


def _statement(registry: Registry, options: argparse.Namespace) -> int:
    """Print what the owner of a wallet signs (personal_sign) so that a key may act for it."""
    print(statement(registry, options.organization, options.wallet))
    return DONE


def _wanted(registry: Registry, options: argparse.Namespace) -> Wanted:
    details = [
        Detail("--scope", "UNKNOWN_SCOPE", f"There is no scope {name}; see `keys create --help`.")
        for name in unknown(options.scope)
    ]
    if details:
        raise ValidationError(details[0].message, details)
    proofs = {}
    for wallet, signature in options.wallet:
        proofs[wallet] = require_proven(registry, options.organization, wallet, signature)
    until = time.time() + options.days * _DAY if options.days else None
    return Wanted(
        name=options.name,
        organization=options.organization,
        scopes=frozenset(options.scope),
        proofs=proofs,
        owner=OPERATOR,
        rate=options.rate,
        expires_at=until,
    )


def _attempt(operation: str, resource: str) -> Attempt:
    now = int(time.time() * 1000)
    return Attempt(now, OPERATOR, None, operation, f"/keys/{resource}", "allowed", 0, "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m api keys",
        description="Make, list and revoke API keys. What is done here is done as the operator, "
        "and stands in the audit log.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    made = commands.add_parser("create", help=_create.__doc__, description=_create.__doc__)
    made.add_argument("--organization", required=True, type=_text, help="to whom it belongs")
    made.add_argument("--name", default="key", type=_text, help="what it is for")
    made.add_argument(
        "--scope",
        action="append",
        required=True,
        metavar="SCOPE",
        help="what it may be used for; repeat it. Known are " + ", ".join(SCOPES),
    )
    made.add_argument(
        "--wallet",
        action="append",
        default=[],
        type=_proof,
        metavar="ADDRESS=SIGNATURE",
        help="a wallet it may act for, with what `keys statement` says signed by it; repeat it",
    )
    made.add_argument("--rate", type=_rate, help="limit of its own, as in 1200/minute")
    made.add_argument("--days", type=int, default=365, help="days it is good for, 0 for ever")
    made.set_defaults(run=_create)
    listed = commands.add_parser("list", help=_list.__doc__, description=_list.__doc__)
    listed.set_defaults(run=_list)
    ending = commands.add_parser("revoke", help=_revoke.__doc__, description=_revoke.__doc__)
    ending.add_argument("id", help="the key's id")
    ending.set_defaults(run=_revoke)
    said = commands.add_parser("statement", help=_statement.__doc__, description=_statement.__doc__)
    said.add_argument("--organization", required=True, type=_text, help="to whom the key belongs")
    said.add_argument("--wallet", required=True, type=_address, help="address of the wallet")
    said.set_defaults(run=_statement)
    return parser


def _text(text: str) -> str:
    if not 0 < len(text.strip()) <= 200 or "\n" in text:
        raise argparse.ArgumentTypeError("give one line of 1 to 200 characters")
    return text.strip()


def _address(text: str) -> str:
    if not re.fullmatch(ADDRESS, text):
        raise argparse.ArgumentTypeError("an address is “0x” and 40 hexadecimal digits")
    return text.lower()


def _proof(text: str) -> tuple[str, str]:
    wallet, _, signature = text.partition("=")
    if not re.fullmatch(r"0x(?:[0-9a-fA-F]{2})+", signature):
        raise argparse.ArgumentTypeError("give the wallet with its signature, 0x…=0x…")
    return _address(wallet), signature


def _rate(text: str) -> str:
    try:
        parse_many(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give a limit as in 1200/minute") from None
    return text

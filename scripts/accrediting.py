"""Commands about who may judge: accredit, withdraw, say for whom an account acts, list."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
from ape import networks
from ape.api import AccountAPI
from ape.cli import ConnectedProviderCommand
from eth_utils import keccak, to_checksum_address, to_hex

from indexer.abi import Abi
from indexer.settings import IndexerSettings
from schemas import hash_to_bytes32
from scripts.accounts import OPERATOR, address_of, development_account, is_local, signer
from scripts.acting import access_control, act, replayed
from scripts.auditing.days import FIRST_DAY
from scripts.deployment import ROLE_IDS
from scripts.tables import print_table

_JUDGES = click.Choice(["validator", "verifier"])
_LAST_DAY = FIRST_DAY.fromordinal(FIRST_DAY.toordinal() + 65_535)
_by = click.option(
    "--account", "alias", metavar="ALIAS", help="Ape account of an operator (local: TEST::1)."
)
_evidence = click.option(
    "--evidence",
    required=True,
    metavar="FILE|HASH",
    help="The document that the decision rests on: a file, or its sha256:… hash.",
)


@click.command("accreditations", cls=ConnectedProviderCommand)
def accreditations() -> None:
    """Show who is accredited for which project types, until when, and for whom they act."""
    held = replayed().accreditations
    rows = []
    for (account, role), event in sorted(held.held.items()):
        of = event.arguments
        rows.append(
            (
                held.access.role_name(role),
                to_checksum_address(account),
                ", ".join(held.project_types(of["projectTypes"])),
                _date(of["startDay"]),
                _date(of["endDay"]),
                held.organisations[account],
            )
        )
    columns = ("role", "account", "project types", "from", "until", "organisation")
    print_table(f"Accreditations on chain {networks.provider.chain_id}", columns, rows)


@click.command("accredit", cls=ConnectedProviderCommand)
@click.argument("role", type=_JUDGES)
@click.argument("account")
@click.option("--types", "names", default="all", help="Project types, with commas; or all.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day (today).")
@click.option("--until", "end", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day.")
@_evidence
@click.option("--uri", default="", help="Where the evidence can be had.")
@_by
def accredit(
    role: str,
    account: str,
    names: str,
    start: Any,
    end: Any,
    evidence: str,
    uri: str,
    alias: str | None,
) -> None:
    """Accredit ACCOUNT as ROLE; its organisation must be known (see `organisation`)."""
    first = start.date() if start else date.today()
    days = (_day(first, "--from"), _day(end.date(), "--until"))
    given = (_types(names), *days, _hash(evidence))
    call = (address_of(account), ROLE_IDS[role], given, uri)
    act(access_control(), _operator(alias), "accredit", call)


@click.command("withdraw", cls=ConnectedProviderCommand)
@click.argument("role", type=_JUDGES)
@click.argument("account")
@_evidence
@click.option("--reason", required=True, help="Why, for everybody to read.")
@_by
def withdraw(role: str, account: str, evidence: str, reason: str, alias: str | None) -> None:
    """Withdraw ACCOUNT's accreditation as ROLE at once; what it decided stands, and is marked."""
    call = (address_of(account), ROLE_IDS[role], _hash(evidence), reason)
    act(access_control(), _operator(alias), "withdrawAccreditation", call)


@click.command("organisation", cls=ConnectedProviderCommand)
@click.argument("account")
@click.argument("identifier", required=False)
@_by
def organisation(account: str, identifier: str | None, alias: str | None) -> None:
    """Say that ACCOUNT acts for the organisation of that registered IDENTIFIER, or for nobody.

    The chain keeps keccak256 of the identifier, as in a commercial register: write it alike always.
    """
    digest = keccak(text=identifier) if identifier else bytes(32)
    call = (address_of(account), to_hex(digest))
    act(access_control(), _operator(alias), "setOrganisation", call)


def _operator(alias: str | None) -> AccountAPI:
    return development_account(OPERATOR) if alias is None and is_local() else signer(alias)


def _types(names: str) -> int:
    words = Abi.load(IndexerSettings().artifacts).enum_words("ProjectType")
    chosen = words if names == "all" else [name.strip() for name in names.split(",")]
    unknown = [name for name in chosen if name not in words]
    if unknown:
        known = ", ".join(words)
        raise click.UsageError(f"--types: {', '.join(unknown)} unknown; known are {known}, or all.")
    return sum(1 << words.index(name) for name in set(chosen))


def _day(when: date, option: str) -> int:
    if not FIRST_DAY <= when <= _LAST_DAY:
        raise click.UsageError(f"{option}: name a day from {FIRST_DAY} to {_LAST_DAY}.")
    return when.toordinal() - FIRST_DAY.toordinal()


def _date(day: int) -> str:
    return FIRST_DAY.fromordinal(FIRST_DAY.toordinal() + day).isoformat()


def _hash(evidence: str) -> str:
    if evidence.startswith("sha256:"):
        try:
            return to_hex(hash_to_bytes32(evidence))
        except ValueError as error:
            raise click.UsageError(f"--evidence: {error}") from error
    path = Path(evidence)
    if not path.is_file():
        raise click.UsageError(f"--evidence: there is no file {evidence}; name one, or its hash.")
    return to_hex(sha256(path.read_bytes()).digest())

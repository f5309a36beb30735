"""Shows, grants and revokes the roles of the registry on the connected network."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from ape import chain, networks, project
from ape.api import AccountAPI
from ape.cli import ConnectedProviderCommand
from ape.contracts import ContractInstance
from ape.exceptions import ApeException
from eth_utils import to_checksum_address

from indexer.abi import Abi
from indexer.deployments import Deployments
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.accounts import address_of, signer
from scripts.auditing.access import AccessReplay
from scripts.auditing.checks import Checks
from scripts.auditing.events import read_events
from scripts.auditing.node import Node
from scripts.deployment import ACCESS, ROLE_IDS
from scripts.tables import print_table

GRANTABLE = [name for name in ROLE_IDS if name != "public"]

_signer_option = click.option(
    "--account", "alias", metavar="ALIAS", help="Ape account that signs (local: TEST::0)."
)


@click.group()
def cli() -> None:
    """Roles: who may do what in the registry (OGCR 5.2.4)."""


@cli.command("list", cls=ConnectedProviderCommand)
def list_roles() -> None:
    """Show who holds which role, since when and with which delay."""
    access = _access_replay()
    rows = []
    for (role, account), since in sorted(access.since.items()):
        delay = timedelta(seconds=access.delays[role, account][0])
        waiting = "" if since <= chain.pending_timestamp else " (not yet)"
        holder = to_checksum_address(account)
        rows.append((access.role_name(role), holder, _moment(since) + waiting, delay or "none"))
    columns = ("role", "account", "since (UTC)", "delay of each act")
    print_table(f"Roles on chain {networks.provider.chain_id}", columns, rows)


@cli.command(cls=ConnectedProviderCommand)
@click.argument("role", type=click.Choice(GRANTABLE))
@click.argument("account")
@click.option(
    "--account", "alias", metavar="ALIAS", help="Ape account that signs (local: TEST::0)."
)
@click.option(
    "--delay", type=click.IntRange(0, 2**32 - 1), default=0, help="Delay of each act, seconds."
)
def grant(role: str, account: str, alias: str | None, delay: int) -> None:
    """Grant ROLE to ACCOUNT (an address or an Ape alias)."""
    access = _access_control()
    member = address_of(account)
    held, current = access.hasRole(ROLE_IDS[role], member)
    if held and current == delay:
        click.echo(f"{member} already holds {role}: nothing to do.")
        return
    _act(access, signer(alias), "grantRole", (ROLE_IDS[role], member, delay))


@cli.command(cls=ConnectedProviderCommand)
@click.argument("role", type=click.Choice(GRANTABLE))
@click.argument("account")
@click.option(
    "--account", "alias", metavar="ALIAS", help="Ape account that signs (local: TEST::0)."
)
def revoke(role: str, account: str, alias: str | None) -> None:
    """Revoke ROLE from ACCOUNT (an address or an Ape alias)."""
    access = _access_control()
    member = address_of(account)
    if not access.getAccess(ROLE_IDS[role], member)[0]:
        click.echo(f"{member} does not hold {role}: nothing to do.")
        return
    _act(access, signer(alias), "revokeRole", (ROLE_IDS[role], member))


def _act(
    access: ContractInstance, account: AccountAPI, function: str, arguments: tuple[Any, ...]
) -> None:
    """Call at once, or schedule, or carry out what was scheduled, as the account's delay asks."""
    admin = access.getRoleAdmin(arguments[0])
    member, delay = access.hasRole(admin, account.address)
    if not member:
        raise click.ClickException(
            f"{account.address} may not do that: sign as a holder of role {_name(admin)} "
            "(`scripts/roles list` shows them)."
        )
    call = getattr(access, function)
    if delay and not _is_due(access, account, call.encode_input(*arguments), delay):
        return
    _send(lambda: call(*arguments, sender=account))
    click.echo(f"{function}{arguments}: done.")


def _is_due(access: ContractInstance, account: AccountAPI, call: bytes, delay: int) -> bool:
    operation = access.hashOperation(account.address, access.address, call)
    due = access.getSchedule(operation)
    if due == 0:
        _send(lambda: access.schedule(access.address, call, 0, sender=account))
        due = access.getSchedule(operation)
        click.echo(f"Scheduled: the delay of {account.address} is {timedelta(seconds=delay)}.")
    if due > chain.pending_timestamp:
        click.echo(f"It can be carried out from {_moment(due)} UTC on: run the same command then.")
        return False
    return True


def _send(act: Callable[[], object]) -> None:
    try:
        act()
    except ApeException as error:
        raise click.ClickException(f"The chain refuses: {error}") from error


def _access_control() -> ContractInstance:
    placed = _deployments().contracts[ACCESS]
    return project.get_contract(ACCESS).at(to_checksum_address(placed.address))


def _deployments() -> Deployments:
    try:
        return Deployments.load(IndexerSettings().deployments, networks.provider.chain_id)
    except StopLoudly as error:
        raise click.ClickException(str(error)) from error


def _access_replay() -> AccessReplay:
    checks = Checks()
    deployments = _deployments()
    abi = Abi.load(IndexerSettings().artifacts)
    node = Node(str(networks.provider.http_uri))
    access = AccessReplay(deployments, abi, checks)
    follow = {
        "RoleGranted": access.role_granted,
        "RoleRevoked": access.role_revoked,
    }
    for event in read_events(node, abi, deployments, node.pin(), checks, lambda block: None):
        if event.name in follow:
            follow[event.name](event)
    return access


def _name(role: int) -> str:
    names = {number: name for name, number in ROLE_IDS.items()}
    return names.get(role, str(role))


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")

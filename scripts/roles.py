"""Shows, grants and revokes the roles of the registry on the connected network."""

from datetime import timedelta

import click
from ape import chain, networks
from ape.cli import ConnectedProviderCommand
from eth_utils import to_checksum_address

from scripts.accounts import address_of, signer
from scripts.accrediting import accredit, accreditations, organisation, withdraw
from scripts.acting import access_control, act, moment, replayed
from scripts.deployment import ROLE_IDS
from scripts.tables import print_table

GRANTABLE = [name for name in ROLE_IDS if name != "public"]

_signer_option = click.option(
    "--account", "alias", metavar="ALIAS", help="Ape account that signs (local: TEST::0)."
)


@click.group()
def cli() -> None:
    """Roles: who may do what in the registry (OGCR 5.2.4), and who may judge (OGCR 6.2.2)."""


for command in (accreditations, accredit, withdraw, organisation):
    cli.add_command(command)


@cli.command("list", cls=ConnectedProviderCommand)
def list_roles() -> None:
    """Show who holds which role, since when and with which delay."""
    access = replayed().access
    rows = []
    for (role, account), since in sorted(access.since.items()):
        delay = timedelta(seconds=access.delays[role, account][0])
        waiting = "" if since <= chain.pending_timestamp else " (not yet)"
        holder = to_checksum_address(account)
        rows.append((access.role_name(role), holder, moment(since) + waiting, delay or "none"))
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
    access = access_control()
    member = address_of(account)
    held, current = access.hasRole(ROLE_IDS[role], member)
    if held and current == delay:
        click.echo(f"{member} already holds {role}: nothing to do.")
        return
    act(access, signer(alias), "grantRole", (ROLE_IDS[role], member, delay))


@cli.command(cls=ConnectedProviderCommand)
@click.argument("role", type=click.Choice(GRANTABLE))
@click.argument("account")
@click.option(
    "--account", "alias", metavar="ALIAS", help="Ape account that signs (local: TEST::0)."
)
def revoke(role: str, account: str, alias: str | None) -> None:
    """Revoke ROLE from ACCOUNT (an address or an Ape alias)."""
    access = access_control()
    member = address_of(account)
    if not access.getAccess(ROLE_IDS[role], member)[0]:
        click.echo(f"{member} does not hold {role}: nothing to do.")
        return
    act(access, signer(alias), "revokeRole", (ROLE_IDS[role], member))

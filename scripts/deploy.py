"""Deploys the registry on the connected network; run again, it goes on or finds nothing to do."""

from __future__ import annotations

from typing import Any

import click
from ape.cli import ConnectedProviderCommand
from ape.exceptions import ApeException
from ape.logging import LogLevel, logger
from eth_utils import is_address, to_checksum_address

from scripts.accounts import address_of, is_local, signer
from scripts.casting import accredit_cast
from scripts.deployment import (
    ACCESS,
    DeploymentError,
    Registry,
    deploy_registry,
)
from scripts.governing.asked import Asked, terms_of
from scripts.governing.safe import SafeError, safe_of
from scripts.governing.settlement import settle
from scripts.governing.terms import TermsError
from scripts.records import record_path, recorded, write_whole
from scripts.refusals import told
from scripts.tables import print_table

_OWNER_HELP = "An owner of the Safe that is to be created; once for each."
_MEMBER_HELP = "A first holder of a role; once for each."


@click.command(cls=ConnectedProviderCommand)
@click.option("--account", metavar="ALIAS", help="Ape account that deploys (local: TEST::0).")
@click.option("--forwarder", metavar="ADDRESS", help="ERC-2771 forwarder that is there already.")
@click.option("--owner", "owners", multiple=True, metavar="ALIAS|ADDRESS", help=_OWNER_HELP)
@click.option("--threshold", type=int, metavar="N", help="How many owners must sign.")
@click.option("--safe", metavar="ADDRESS", help="An existing Safe that is to administrate.")
@click.option(
    "--delay",
    metavar="DELAY",
    help="Delay of every act of the administrator: seconds, `36 hours`, `2 days`.",
)
@click.option("--member", "members", multiple=True, metavar="ROLE=ADDRESS", help=_MEMBER_HELP)
@click.option(
    "--administrator",
    metavar="ALIAS|ADDRESS",
    help="One key that is to administrate, instead of a Safe (local: the deployer).",
)
@click.option(
    "--single-key",
    is_flag=True,
    help="Let one key administrate outside a local chain, all the same.",
)
def cli(single_key: bool, account: str | None, forwarder: str | None, **asked: Any) -> None:
    """Deploy the contracts and write .data/deployments/<chain id>.json.

    Everything already deployed according to the record stays; a broken run goes on where it
    stopped. Who administrates, and after which delays, comes from these options or from the
    section `governance` of ape-config.yaml. On a local chain the deployer administrates without
    delay unless told otherwise, and the test accounts hold the roles of the sample.
    """
    try:
        with logger.at_level(LogLevel.WARNING):
            registry = deploy(account, forwarder, Asked(**asked, single_key=single_key))
    except (DeploymentError, TermsError, SafeError) as error:
        raise click.ClickException(str(error)) from error
    except ApeException as error:
        raise click.ClickException(f"The network refuses: {told(error)}") from error
    _print_table(registry)


def deploy(
    account: str | None = None, forwarder: str | None = None, asked: Asked | None = None
) -> Registry:
    """Deploy what is missing on the connected network and give the contracts.

    Raises DeploymentError when the record and the chain do not fit, TermsError or SafeError when
    nobody could govern as asked, click's UsageError for an account that does not exist.
    """
    asked = asked or Asked()
    path = record_path()
    existing = recorded(path)
    terms, signing = terms_of(asked), signer(account)

    def put_under_terms(registry: Registry) -> None:
        settle(signing, registry, terms)
        if terms.safe:
            access = registry.placements[ACCESS].address
            registry.safe = safe_of(signing, terms.safe, access).address

    registry = deploy_registry(
        signing,
        forwarder=_forwarder(forwarder),
        administrator=address_of(asked.administrator) if asked.administrator else None,
        delay=terms.delays.administrator,
        existing=existing,
        settle=put_under_terms,
        save=lambda record: write_whole(path, record),
    )
    write_whole(path, registry.record())
    if is_local() and not asked.administrator:
        accredit_cast(registry[ACCESS])
    return registry


def _forwarder(given: str | None) -> str | None:
    if given is None:
        return None
    if not is_address(given):
        raise click.UsageError(f"{given} is no address: --forwarder takes 0x and 40 hex digits.")
    return to_checksum_address(given)


def _print_table(registry: Registry) -> None:
    placed = registry.placements
    rows = [(name, held.address, held.block) for name, held in placed.items()]
    print_table(f"Registry on chain {registry.chain_id}", ("contract", "address", "block"), rows)
    click.echo(f"The record is {record_path()}.")

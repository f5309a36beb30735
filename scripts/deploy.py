"""Deploys the registry on the connected network; run again, it goes on or finds nothing to do."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click
from ape import networks
from ape.cli import ConnectedProviderCommand
from ape.contracts import ContractInstance
from ape.exceptions import ApeException
from ape.logging import LogLevel, logger
from ape.utils import ZERO_ADDRESS
from eth_utils import is_address, keccak, to_checksum_address, to_int

from indexer.settings import IndexerSettings
from scripts.accounts import (
    ADMINISTRATOR,
    CAST,
    OPERATOR,
    ORGANISED,
    address_of,
    development_account,
    is_local,
    signer,
)
from scripts.deployment import (
    CONTRACTS,
    ROLE_IDS,
    DeploymentError,
    Record,
    Registry,
    deploy_registry,
)
from scripts.tables import print_table

#: The set of all project types, and the last day that 16 bits can name.
EVERY_TYPE, LAST_DAY = 0xFF, 0xFFFF


@click.command(cls=ConnectedProviderCommand)
@click.option("--account", metavar="ALIAS", help="Ape account that deploys (local: TEST::0).")
@click.option("--administrator", metavar="ALIAS|ADDRESS", help="Who administers (the deployer).")
@click.option(
    "--delay",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="Delay of every act of the administrator.",
)
@click.option("--forwarder", metavar="ADDRESS", help="Trusted ERC-2771 forwarder (none).")
def cli(account: str | None, administrator: str | None, delay: int, forwarder: str | None) -> None:
    """Deploy the contracts and write .data/deployments/<chain id>.json.

    Everything already deployed according to the record stays; a broken run goes on where it
    stopped. On a local chain the roles of the sample are granted to the test accounts.
    """
    try:
        with logger.at_level(LogLevel.WARNING):
            registry = deploy(account, administrator, delay, forwarder)
    except DeploymentError as error:
        raise click.ClickException(str(error)) from error
    except ApeException as error:
        raise click.ClickException(f"The network refuses: {error}") from error
    _print_table(registry)


def deploy(
    account: str | None = None,
    administrator: str | None = None,
    delay: int = 0,
    forwarder: str | None = None,
) -> Registry:
    """Deploy what is missing on the connected network and give the contracts.

    `delay` is in seconds. Raises DeploymentError when the record and the chain do not fit, click's
    UsageError for an account that does not exist.
    """
    path = record_path()
    existing = _recorded(path)
    registry = deploy_registry(
        signer(account),
        forwarder=_forwarder(forwarder, existing),
        administrator=address_of(administrator) if administrator else None,
        delay=delay,
        existing=existing,
        save=lambda record: write_whole(path, record),
    )
    write_whole(path, registry.record())
    if is_local() and administrator is None and delay == 0:
        _grant_cast(registry)
    return registry


def record_path() -> Path:
    """Where the record of the connected chain is."""
    return IndexerSettings().deployments / f"{networks.provider.chain_id}.json"


def write_whole(path: Path, value: Any) -> None:
    """Write JSON so that the file is the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, 0o644)
    os.replace(name, path)


def _recorded(path: Path) -> Record | None:
    if not path.exists():
        return None
    try:
        record: Record = json.loads(path.read_text())
    except ValueError as error:
        raise DeploymentError(f"{path} is no JSON ({error}): restore it, or delete it.") from error
    return _without_lost(record) if is_local() else record


def _without_lost(record: Record) -> Record | None:
    # A local chain that was killed may have lost its last blocks, contracts among them.
    provider = networks.provider
    kept = {}
    for name, entry in record.get("contracts", {}).items():
        if not bytes(provider.get_code(entry["address"])):
            break
        kept[name] = entry
    return {**record, "contracts": kept} if kept else None


def _forwarder(given: str | None, existing: Record | None) -> str:
    if given is None:
        return str(existing["forwarder"]) if existing else ZERO_ADDRESS
    if not is_address(given):
        raise click.UsageError(f"{given} is no address: --forwarder takes 0x and 40 hex digits.")
    return to_checksum_address(given)


def _grant_cast(registry: Registry) -> None:
    access = registry["RegistryAccessControl"]
    administrator = development_account(ADMINISTRATOR)
    if tuple(access.hasRole(ROLE_IDS["administrator"], administrator.address)) != (True, 0):
        return
    for role, numbers in CAST.items():
        for member in (development_account(number).address for number in numbers):
            if not access.hasRole(ROLE_IDS[role], member)[0]:
                access.grantRole(ROLE_IDS[role], member, 0, sender=administrator)
    _accredit_cast(access)


def _accredit_cast(access: ContractInstance) -> None:
    """Each of the cast acts for a house of its own; who judges is accredited for every type."""
    operator = development_account(OPERATOR)
    for number in ORGANISED:
        account = development_account(number).address
        if not to_int(access.organisationOf(account)):
            access.setOrganisation(account, keccak(text=f"TEST::{number}"), sender=operator)
    for role in ("validator", "verifier"):
        for account in (development_account(number).address for number in CAST[role]):
            if not access.accreditation(account, ROLE_IDS[role]).projectTypes:
                whole = (EVERY_TYPE, 0, LAST_DAY, keccak(text="accreditation of the local cast"))
                access.accredit(account, ROLE_IDS[role], whole, "", sender=operator)


def _print_table(registry: Registry) -> None:
    placed = registry.placements
    rows = [(name, placed[name].address, placed[name].block) for name in CONTRACTS]
    print_table(f"Registry on chain {registry.chain_id}", ("contract", "address", "block"), rows)
    click.echo(f"The record is {record_path()}.")

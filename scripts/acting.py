"""Acts on the access control contract: at once, or scheduled and then carried out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from ape import chain, networks, project
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from ape.exceptions import ApeException
from eth_utils import function_signature_to_4byte_selector, to_checksum_address

from indexer.abi import Abi
from indexer.deployments import Deployments
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.auditing.checks import Checks
from scripts.auditing.events import read_events
from scripts.auditing.node import Node
from scripts.auditing.replay import Replay
from scripts.deployment import ACCESS, ROLE_IDS
from scripts.refusals import told


def act(
    access: ContractInstance, account: AccountAPI, function: str, arguments: tuple[Any, ...]
) -> None:
    """Call at once, or schedule, or carry out what was scheduled, as the account's delay asks.

    Raises click's ClickException when the account does not hold the role that the call needs.
    """
    role = _role_of(access, function, arguments)
    member, delay = access.hasRole(role, account.address)
    if not member:
        raise click.ClickException(
            f"{account.address} may not do that: sign as a holder of role {_name(role)} "
            "(`scripts/roles list` shows them)."
        )
    call = getattr(access, function)
    if delay and not _is_due(access, account, call.encode_input(*arguments), delay):
        return
    _send(lambda: call(*arguments, sender=account))
    click.echo(f"{function}{arguments}: done.")


def _role_of(access: ContractInstance, function: str, arguments: tuple[Any, ...]) -> int:
    if function in ("grantRole", "revokeRole"):
        return int(access.getRoleAdmin(arguments[0]))
    (method,) = (m for m in access.contract_type.mutable_methods if m.name == function)
    selector = function_signature_to_4byte_selector(method.selector)
    return int(access.getTargetFunctionRole(access.address, selector))


def _is_due(access: ContractInstance, account: AccountAPI, call: bytes, delay: int) -> bool:
    operation = access.hashOperation(account.address, access.address, call)
    due = access.getSchedule(operation)
    if due == 0:
        _send(lambda: access.schedule(access.address, call, 0, sender=account))
        due = access.getSchedule(operation)
        click.echo(f"Scheduled: the delay of {account.address} is {timedelta(seconds=delay)}.")
    if due > chain.pending_timestamp:
        click.echo(f"It can be carried out from {moment(due)} UTC on: run the same command then.")
        return False
    return True


def _send(act: Callable[[], object]) -> None:
    try:
        act()
    except ApeException as error:
        raise click.ClickException(f"The chain refuses: {told(error)}") from error


def access_control() -> ContractInstance:
    """The contract at its recorded address."""
    placed = _deployments().contracts[ACCESS]
    return project.get_contract(ACCESS).at(to_checksum_address(placed.address))


def _deployments() -> Deployments:
    try:
        return Deployments.load(IndexerSettings().deployments, networks.provider.chain_id)
    except StopLoudly as error:
        raise click.ClickException(str(error)) from error


def replayed() -> Replay:
    """The registry as the events of the connected chain tell it."""
    deployments, abi, checks = _deployments(), Abi.load(IndexerSettings().artifacts), Checks()
    node = Node(str(networks.provider.http_uri))
    replay = Replay(deployments, abi, checks)
    replay.apply(read_events(node, abi, deployments, node.pin(), checks, lambda block: None))
    return replay


def _name(role: int) -> str:
    names = {number: name for name, number in ROLE_IDS.items()}
    return names.get(role, str(role))


def moment(seconds: int) -> str:
    """A UNIX time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")

"""Plans of the Safe that administrates: proposed, signed, sent; and the guardian's no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from ape import chain
from ape.cli import ConnectedProviderCommand
from ape.exceptions import ApeException
from ape.logging import LogLevel, logger
from eth_utils import to_bytes, to_checksum_address

from indexer.abi import Abi
from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.accounts import signer
from scripts.deployment import ACCESS, ROLE_IDS, DeploymentError, Registry
from scripts.governing.calls import CallError, Calls
from scripts.governing.implementations import new_implementation
from scripts.governing.operations import Operation, operations
from scripts.governing.plan import Plan, PlanError
from scripts.governing.safe import Safe
from scripts.paths import TypedPath
from scripts.records import recorded_registry, write_whole
from scripts.refusals import told
from scripts.tables import print_table

_account = click.option("--account", "alias", metavar="ALIAS", help="Ape account that signs.")
_nonce = click.option("--nonce", type=int, help="Number among the Safe's plans (the next one).")
_file = click.argument("file", type=TypedPath(dir_okay=False))


@click.group()
def cli() -> None:
    """Plans of the Safe that administrates: who decides what, and what waits (OGCR 5.2.4)."""


@cli.command(cls=ConnectedProviderCommand)
def show() -> None:
    """Show the Safe, and every call that access control was told of and that is not done."""
    with _telling():
        registry = recorded_registry()
        _show_administration(registry)
        calls = _calls(registry)
        waiting = [one for one in operations(registry) if one.is_open]
    click.echo(f"{len(waiting) or 'No'} scheduled call{'' if len(waiting) == 1 else 's'}.")
    for one in waiting:
        click.echo(f"\n{one.id}\n  {calls.described(one.target, one.calldata)}")
        click.echo(f"  by {to_checksum_address(one.caller)}, {_when(one)}")


@cli.command(cls=ConnectedProviderCommand)
@_file
@click.argument("contract")
@click.argument("function")
@click.argument("arguments", nargs=-1)
@_nonce
def propose(
    file: Path, contract: str, function: str, arguments: tuple[str, ...], nonce: int | None
) -> None:
    """Write FILE: the Safe is to call FUNCTION of CONTRACT.

    ARGUMENTS may name contracts, Ape aliases and roles; lists and structs are JSON. For example:

    scripts/govern propose plan.json RegistryAccessControl grantRole developer 0x… 0
    """
    with _telling():
        registry = recorded_registry()
        calls = _calls(registry)
        data = calls.encoded(contract, function, arguments)
        _write(
            file,
            Plan.of(calls, _safe(registry), registry.placements[contract].address, data, nonce),
        )


@cli.command(cls=ConnectedProviderCommand)
@_file
@click.argument("contract")
@click.option("--forwarder", metavar="ADDRESS", help="Another trusted forwarder (the present one).")
@click.option("--call", default="0x", metavar="0x…", help="What the new code is to do at once.")
@_account
@_nonce
def upgrade(
    file: Path,
    contract: str,
    forwarder: str | None,
    call: str,
    alias: str | None,
    nonce: int | None,
) -> None:
    """Deploy the present code of CONTRACT, and write FILE: the Safe is to put it in place.

    Another trusted forwarder is an upgrade too: the code itself names it.
    """
    with _telling():
        registry = recorded_registry()
        calls, target = _calls(registry), registry.placements.get(contract)
        if target is None:
            raise CallError(f"No contract {contract}: one of {', '.join(registry.placements)}.")
        code = new_implementation(signer(alias), registry, contract, forwarder)
        click.echo(f"The new code of {contract} is at {code}.")
        data = calls.encoded(contract, "upgradeToAndCall", [code, call])
        _write(file, Plan.of(calls, _safe(registry), target.address, data, nonce))


@cli.command(cls=ConnectedProviderCommand)
@_file
@_account
def sign(file: Path, alias: str | None) -> None:
    """Sign the step of the plan in FILE that is due, as an owner of the Safe."""
    with _telling():
        plan = _plan(file)
        _tell(plan)
        plan.sign(signer(alias))
        _keep(file, plan)


@cli.command(cls=ConnectedProviderCommand)
@_file
@_account
def send(file: Path, alias: str | None) -> None:
    """Have the Safe take the step in FILE, once enough owners signed; anybody may pay for it."""
    with _telling():
        plan = _plan(file)
        plan.send(signer(alias))
        write_whole(file, plan.record())
        click.echo("Done." if plan.is_done else _until(plan))


@cli.command(cls=ConnectedProviderCommand)
@click.argument("operation")
@_account
def cancel(operation: str, alias: str | None) -> None:
    """Cancel OPERATION (its id, as `show` tells it) before it is carried out.

    A guardian may cancel whatever was scheduled but the removal of a guardian; whoever scheduled it
    may as well, and so may the administrator.
    """
    with _telling():
        registry = recorded_registry()
        found = next((o for o in operations(registry) if o.id == operation and o.is_open), None)
        if found is None:
            raise PlanError(
                f"Nothing of the id {operation} is scheduled: see `scripts/govern show`."
            )
        arguments = (found.caller, found.target, to_bytes(hexstr=found.calldata))
        account, access = signer(alias), registry[ACCESS]
        calls = _calls(registry)
        data = "0x" + bytes(access.cancel.encode_input(*arguments)).hex()
        if refusal := calls.refusal(account.address, access.address, data):
            raise PlanError(refusal)
        access.cancel(*arguments, sender=account)
        click.echo(f"Cancelled: {calls.described(found.target, found.calldata)}.")


@contextmanager
def _telling() -> Iterator[None]:
    """What goes wrong is told in a sentence."""
    try:
        with logger.at_level(LogLevel.WARNING):
            yield
    except (CallError, PlanError, DeploymentError, StopLoudly) as error:
        raise click.ClickException(str(error)) from error
    except ApeException as error:
        raise click.ClickException(f"The chain refuses: {told(error)}") from error


def _calls(registry: Registry) -> Calls:
    return Calls(registry, Abi.load(IndexerSettings().artifacts))


def _safe(registry: Registry) -> Safe:
    if registry.safe is None:
        raise PlanError(
            "As far as its record tells, no Safe administrates this registry. One key that does "
            "grants roles by `scripts/roles`, and `scripts/deploy --owner … --threshold …` hands "
            "the registry over to a Safe."
        )
    return Safe(registry.safe)


def _plan(file: Path) -> Plan:
    registry = recorded_registry()
    return Plan.read(file, _calls(registry), _safe(registry))


def _write(file: Path, plan: Plan) -> None:
    _tell(plan)
    _keep(file, plan)


def _keep(file: Path, plan: Plan) -> None:
    write_whole(file, plan.record())
    missing = plan.safe.threshold - len(plan.signatures)
    who = f"{missing} of the owners must sign it yet" if missing > 0 else "it can be sent"
    click.echo(f"{file}: {who}.")


def _tell(plan: Plan) -> None:
    click.echo(f"{plan.step.capitalize()}: {plan.calls.described(plan.target, plan.calldata)}")
    click.echo(f"Safe {plan.safe.address}, number {plan.transaction.nonce}, hash {plan.hash}")


def _until(plan: Plan) -> str:
    at = plan.calls.registry[ACCESS].getSchedule(plan.operation)
    return (
        f"Scheduled. It can be carried out from {_moment(at)} UTC on, by signing and sending the "
        "same file again."
    )


def _show_administration(registry: Registry) -> None:
    if registry.safe is None:
        click.echo("No Safe administrates this registry, as far as its record tells.")
        return
    safe = Safe(registry.safe)
    member, delay = registry[ACCESS].hasRole(ROLE_IDS["administrator"], safe.address)
    title = f"Safe {safe.address} {safe.version}" + (
        "" if member else ", which does not administrate"
    )
    rows = [(owner,) for owner in safe.owners]
    print_table(f"{title}: {safe.threshold} of {len(safe.owners)} owners sign", ("owner",), rows)
    click.echo(
        f"Each of its acts waits {timedelta(seconds=delay)}. Its next plan is number {safe.nonce}."
    )


def _when(one: Operation) -> str:
    now = chain.pending_timestamp
    if one.expires <= now:
        return f"expired {_moment(one.expires)} UTC"
    if one.schedule <= now:
        return f"can be carried out until {_moment(one.expires)} UTC"
    return f"can be carried out from {_moment(one.schedule)} UTC on"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")

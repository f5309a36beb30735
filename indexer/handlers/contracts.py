"""Events of the contracts about themselves: code, authority, pause, wiring."""

from typing import Any

from indexer.changes import Change, Upsert
from indexer.deployments import CONTRACT_NAMES
from indexer.events import ChainEvent
from indexer.handlers.registry import ACCESS, MODULES, PROJECTS, REPORTS, handles
from indexer.models import Contract

_OPEN = {"paused": False, "closed": False}


@handles("Upgraded", *CONTRACT_NAMES)
def upgraded(event: ChainEvent) -> list[Change]:
    return [contract_row(event, implementation=event["implementation"])]


@handles("Initialized", *CONTRACT_NAMES)
def initialized(event: ChainEvent) -> list[Change]:
    return [contract_row(event, initialized_version=event["version"])]


@handles("AuthorityUpdated", *MODULES)
def authority_updated(event: ChainEvent) -> list[Change]:
    return [contract_row(event, authority=event["authority"])]


@handles("Paused", *MODULES)
def paused(event: ChainEvent) -> list[Change]:
    return [contract_row(event, paused=True)]


@handles("Unpaused", *MODULES)
def unpaused(event: ChainEvent) -> list[Change]:
    return [contract_row(event, paused=False)]


@handles("UnitsConnected", REPORTS)
def units_connected(event: ChainEvent) -> list[Change]:
    return [contract_row(event, units=event["units"])]


@handles("ReportsConnected", PROJECTS)
def reports_connected(event: ChainEvent) -> list[Change]:
    return [contract_row(event, reports=event["reports"])]


@handles("TargetClosed", ACCESS)
def target_closed(event: ChainEvent) -> list[Change]:
    return [Upsert(Contract, (event["target"],), {"closed": event["closed"]}, once=_OPEN)]


@handles("TargetAdminDelayUpdated", ACCESS)
def target_admin_delay_updated(event: ChainEvent) -> list[Change]:
    values = {"admin_delay": event["delay"], "admin_delay_since": event["since"]}
    return [Upsert(Contract, (event["target"],), values, once=_OPEN)]


def contract_row(event: ChainEvent, **values: Any) -> Upsert:
    return Upsert(Contract, (event.address,), {"name": event.contract, **values}, once=_OPEN)

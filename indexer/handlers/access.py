"""Events of `RegistryAccessControl` about roles, functions and delayed operations."""

from typing import Any

from indexer.changes import Change, End, Upsert
from indexer.events import ChainEvent
from indexer.handlers.registry import ACCESS, handles
from indexer.models import FunctionRole, Role, RoleMember, ScheduledOperation

_BY_DEFAULT = {"admin_role_id": "0", "guardian_role_id": "0", "grant_delay": 0}


@handles("RoleLabel", ACCESS)
def role_label(event: ChainEvent) -> list[Change]:
    return [_role(event, label=event["label"])]


@handles("RoleGranted", ACCESS)
def role_granted(event: ChainEvent) -> list[Change]:
    # For a member already there, `since` is when the new delay takes effect, not the membership.
    values = {"execution_delay": event["delay"], "execution_delay_since": event["since"]}
    if event["newMember"]:
        values["since"] = event["since"]
    return [Upsert(RoleMember, _membership(event), values)]


@handles("RoleRevoked", ACCESS)
def role_revoked(event: ChainEvent) -> list[Change]:
    return [End(RoleMember, _membership(event))]


@handles("RoleAdminChanged", ACCESS)
def role_admin_changed(event: ChainEvent) -> list[Change]:
    return [_role(event, admin_role_id=str(event["admin"]))]


@handles("RoleGuardianChanged", ACCESS)
def role_guardian_changed(event: ChainEvent) -> list[Change]:
    return [_role(event, guardian_role_id=str(event["guardian"]))]


@handles("RoleGrantDelayChanged", ACCESS)
def role_grant_delay_changed(event: ChainEvent) -> list[Change]:
    return [_role(event, grant_delay=event["delay"], grant_delay_since=event["since"])]


@handles("TargetFunctionRoleUpdated", ACCESS)
def target_function_role_updated(event: ChainEvent) -> list[Change]:
    key = (event["target"], event["selector"])
    return [Upsert(FunctionRole, key, {"role_id": str(event["roleId"])})]


@handles("OperationScheduled", ACCESS)
def operation_scheduled(event: ChainEvent) -> list[Change]:
    values = {
        "state": "scheduled",
        "schedule": event["schedule"],
        "caller": event["caller"],
        "target": event["target"],
        "calldata": event["data"],
    }
    return [Upsert(ScheduledOperation, _operation(event), values)]


@handles("OperationExecuted", ACCESS)
def operation_executed(event: ChainEvent) -> list[Change]:
    return [Upsert(ScheduledOperation, _operation(event), {"state": "executed"})]


@handles("OperationCanceled", ACCESS)
def operation_canceled(event: ChainEvent) -> list[Change]:
    return [Upsert(ScheduledOperation, _operation(event), {"state": "cancelled"})]


def _role(event: ChainEvent, **values: Any) -> Upsert:
    return Upsert(Role, (str(event["roleId"]),), values, once=_BY_DEFAULT)


def _membership(event: ChainEvent) -> tuple[str, str]:
    return str(event["roleId"]), event["account"]


def _operation(event: ChainEvent) -> tuple[str, int]:
    return event["operationId"], event["nonce"]

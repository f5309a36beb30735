"""Rows about the contracts themselves and who may call what."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned


class Role(Versioned, table=True):
    role_id: str = Field(primary_key=True)
    label: str | None = None
    admin_role_id: str | None = None
    guardian_role_id: str | None = None
    grant_delay: int | None = Field(default=None, sa_type=BigInteger)
    grant_delay_since: int | None = Field(default=None, sa_type=BigInteger)


class RoleMember(Versioned, table=True):
    __tablename__ = "role_member"
    role_id: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    execution_delay: int | None = Field(default=None, sa_type=BigInteger)
    execution_delay_since: int | None = Field(default=None, sa_type=BigInteger)
    since: int | None = Field(default=None, sa_type=BigInteger)

    @classmethod
    def lookups(cls) -> Lookups:
        return ("account",)


class FunctionRole(Versioned, table=True):
    """Which role may call a function; selectors that were never set need the administrator."""

    __tablename__ = "function_role"
    target: str = Field(primary_key=True)
    selector: str = Field(primary_key=True)
    role_id: str | None = None


class ScheduledOperation(Versioned, table=True):
    """A delayed call at the access control contract: scheduled, executed or cancelled."""

    __tablename__ = "scheduled_operation"
    operation_id: str = Field(primary_key=True)
    nonce: int = Field(primary_key=True, sa_type=BigInteger)
    state: str | None = None
    schedule: int | None = Field(default=None, sa_type=BigInteger)
    caller: str | None = None
    target: str | None = None
    calldata: str | None = None


class Contract(Versioned, table=True):
    """State of one of our contracts."""

    address: str = Field(primary_key=True)
    name: str | None = None
    implementation: str | None = None
    authority: str | None = None
    paused: bool | None = None
    closed: bool | None = None
    admin_delay: int | None = Field(default=None, sa_type=BigInteger)
    admin_delay_since: int | None = Field(default=None, sa_type=BigInteger)
    reports: str | None = None
    units: str | None = None
    initialized_version: int | None = Field(default=None, sa_type=BigInteger)

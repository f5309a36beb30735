"""Rows about units, who may move them, and what the registry said about accounts and projects."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned


class Unit(Versioned, table=True):
    """A block of units; `token_id` is `0x` + 64 hex digits, its serial number.

    `status` is held, buffer, retired, cancelled, expired, exported or locked (for an export); a
    block that was split or merged away has no current row. A held one that `expires` is over once
    the `monitoring_end_day` of its report's vintage has passed, whether or not anybody said so.
    `retirement_reason` is the word of the contract's list, or the code of a reason that was added.
    """

    token_id: str = Field(primary_key=True)
    report_id: str | None = None
    project_id: str | None = None
    vintage: int | None = None
    first_kg: int | None = Field(default=None, sa_type=BigInteger)
    quantity_kg: int | None = Field(default=None, sa_type=BigInteger)
    unit_type: str | None = None
    expires: bool | None = None
    status: str | None = None
    owner: str | None = None
    approved: str | None = None
    issued_at: int | None = Field(default=None, sa_type=BigInteger)
    issued_tx: str | None = None
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    retirement_reason: str | None = None
    beneficiary: str | None = None
    purpose: str | None = None
    claim_start_day: int | None = None
    claim_end_day: int | None = None
    retired_by: str | None = None
    cancellation_reason: str | None = None
    ended_by: str | None = None
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return (
            ("report_id", "issued_at", "quantity_kg"),
            ("project_id", "issued_at", "quantity_kg"),
            ("vintage", "issued_at", "quantity_kg"),
            ("owner", "issued_at", "quantity_kg"),
            ("status", "issued_at", "quantity_kg", "unit_type", "expires"),
            ("unit_type", "issued_at", "quantity_kg"),
            ("issued_at", "quantity_kg"),
            ("quantity_kg", "issued_at"),
        )


class OperatorApproval(Versioned, table=True):
    """ERC-721 `setApprovalForAll`."""

    __tablename__ = "operator_approval"
    owner: str = Field(primary_key=True)
    operator: str = Field(primary_key=True)
    approved: bool | None = None


class SuspendedAccount(Versioned, table=True):
    """An account that may neither receive nor dispose of units; `suspended` is false once it may
    again. Evidence and reason are those of the last change."""

    __tablename__ = "suspended_account"
    account: str = Field(primary_key=True)
    suspended: bool | None = None
    evidence_hash: str | None = None
    reason: str | None = None
    changed_by: str | None = None
    changed_at: int | None = Field(default=None, sa_type=BigInteger)
    changed_tx: str | None = None


class ProjectDeficit(Versioned, table=True):
    """What a project owes after reversals, kg CO2e; nothing is issued to it until that is zero."""

    __tablename__ = "project_deficit"
    project_id: str = Field(primary_key=True)
    deficit_kg: int = Field(default=0, sa_type=BigInteger)
    changed_at: int | None = Field(default=None, sa_type=BigInteger)
    changed_tx: str | None = None


class MonitoringExtension(Versioned, table=True):
    """The monitoring period of a report's vintage that was prolonged to a later day."""

    __tablename__ = "monitoring_extension"
    report_id: str = Field(primary_key=True)
    vintage: int = Field(primary_key=True)
    monitoring_end_day: int = Field(primary_key=True)
    evidence_hash: str | None = None
    uri: str | None = None
    prolonged_by: str | None = None
    prolonged_at: int | None = Field(default=None, sa_type=BigInteger)
    prolonged_tx: str | None = None


class BufferRelease(Versioned, table=True):
    """A block of the buffer that went to the project's developer after monitoring."""

    __tablename__ = "buffer_release"
    token_id: str = Field(primary_key=True)
    receiver: str | None = None
    kg: int | None = Field(default=None, sa_type=BigInteger)
    evidence_hash: str | None = None
    released_by: str | None = None
    released_at: int | None = Field(default=None, sa_type=BigInteger)
    released_tx: str | None = None


class RetirementReason(Versioned, table=True):
    """A reason for retirement that was added to the contract's list."""

    __tablename__ = "retirement_reason"
    code: int = Field(primary_key=True)
    label: str | None = None
    added_by: str | None = None
    added_at: int | None = Field(default=None, sa_type=BigInteger)
    added_tx: str | None = None

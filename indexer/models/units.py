"""Rows about units and who may move them."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from indexer.models.base import Versioned


class Unit(Versioned, table=True):
    """A block of units; `token_id` is `0x` + 64 hex digits, its serial number.

    `status` is held, buffer, retired, cancelled, expired or exported; a block that was split or
    merged away has no current row.
    """

    token_id: str = Field(primary_key=True)
    report_id: str | None = None
    project_id: str | None = None
    vintage: int | None = None
    first_kg: int | None = Field(default=None, sa_type=BigInteger)
    quantity_kg: int | None = Field(default=None, sa_type=BigInteger)
    unit_type: str | None = None
    status: str | None = None
    owner: str | None = None
    approved: str | None = None
    issued_at: int | None = Field(default=None, sa_type=BigInteger)
    issued_tx: str | None = None
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    retirement_reason: str | None = None
    beneficiary: str | None = None
    purpose: str | None = None
    retired_by: str | None = None
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> tuple[str, ...]:
        return ("report_id", "project_id", "vintage", "owner", "status", "issued_at")


class OperatorApproval(Versioned, table=True):
    """ERC-721 `setApprovalForAll`."""

    __tablename__ = "operator_approval"
    owner: str = Field(primary_key=True)
    operator: str = Field(primary_key=True)
    approved: bool | None = None

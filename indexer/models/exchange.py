"""Rows about units that cross between registries."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned


class UnitExport(Versioned, table=True):
    """The last export of a block; `status` is started, aborted or completed."""

    __tablename__ = "unit_export"
    token_id: str = Field(primary_key=True)
    status: str | None = None
    owner: str | None = None
    kg: int | None = Field(default=None, sa_type=BigInteger)
    target_registry: str | None = None
    target_account: str | None = None
    started_by: str | None = None
    started_at: int | None = Field(default=None, sa_type=BigInteger)
    started_tx: str | None = None
    ended_by: str | None = None
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_tx: str | None = None
    reason: str | None = None
    evidence_hash: str | None = None
    uri: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("status", "owner")


class UnitImport(Versioned, table=True):
    """Units that ended in another registry; `token_id` is the block as it was created here."""

    __tablename__ = "unit_import"
    report_id: str = Field(primary_key=True)
    token_id: str | None = None
    receiver: str | None = None
    origin_registry: str | None = None
    origin_key: str | None = None
    origin_project: str | None = None
    granularity_kg: int | None = Field(default=None, sa_type=BigInteger)
    evidence_hash: str | None = None
    uri: str | None = None
    imported_by: str | None = None
    imported_at: int | None = Field(default=None, sa_type=BigInteger)
    imported_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("origin_registry",)

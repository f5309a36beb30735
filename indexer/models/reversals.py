"""Rows about reversals, what covered them, and the retired units that they hit."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned


class Reversal(Versioned, table=True):
    """Removals that were released again; outstanding is `due_kg` less `covered_kg`."""

    reversal_id: str = Field(primary_key=True)
    report_id: str | None = None
    project_id: str | None = None
    liable: str | None = None
    unit_type: str | None = None
    kg: int | None = Field(default=None, sa_type=BigInteger)
    due_kg: int | None = Field(default=None, sa_type=BigInteger)
    covered_kg: int = Field(default=0, sa_type=BigInteger)
    impaired_kg: int = Field(default=0, sa_type=BigInteger)
    avoidable: bool | None = None
    evidence_hash: str | None = None
    uri: str | None = None
    recorded_by: str | None = None
    recorded_at: int | None = Field(default=None, sa_type=BigInteger)
    recorded_block: int | None = Field(default=None, sa_type=BigInteger)
    recorded_tx: str | None = None
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("report_id", "project_id", "liable", "recorded_at")


class ReversalCoverage(Versioned, table=True):
    """A block cancelled for a reversal; `source` is buffer, liable_account or compensation."""

    __tablename__ = "reversal_coverage"
    reversal_id: str = Field(primary_key=True)
    token_id: str = Field(primary_key=True)
    source: str | None = None
    actor: str | None = None
    kg: int | None = Field(default=None, sa_type=BigInteger)
    covered_at: int | None = Field(default=None, sa_type=BigInteger)
    covered_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("token_id",)


class ImpairedUnit(Versioned, table=True):
    """A retired block that a reversal hit; `integrity` is impaired or compensated."""

    __tablename__ = "impaired_unit"
    token_id: str = Field(primary_key=True)
    reversal_id: str = Field(primary_key=True)
    integrity: str | None = None
    kg: int | None = Field(default=None, sa_type=BigInteger)
    impaired_by: str | None = None
    impaired_at: int | None = Field(default=None, sa_type=BigInteger)
    impaired_tx: str | None = None
    compensated_by: str | None = None
    compensated_at: int | None = Field(default=None, sa_type=BigInteger)
    compensated_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("reversal_id",)

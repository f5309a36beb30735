"""Rows about what documents anchor: methodologies, projects, reports, and their versions."""

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned

#: An end of monitoring that stands for every day too far away to be named: it never passes.
NEVER = 65_535


class Methodology(Versioned, table=True):
    methodology_key: str = Field(primary_key=True)
    methodology_id: str | None = None
    version: str | None = None
    status: str | None = None
    document_hash: str | None = None
    uri: str | None = None
    unit_type: str | None = None
    granularity_kg: int | None = Field(default=None, sa_type=BigInteger)
    buffer_rate_bps: int | None = None
    automatic_issuance: bool | None = None
    expires: bool | None = None
    durability_years: int | None = None
    project_types: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    registered_at: int | None = Field(default=None, sa_type=BigInteger)


class Project(Versioned, table=True):
    project_id: str = Field(primary_key=True)
    document_id: str | None = None
    status: str | None = None
    developer: str | None = None
    validator: str | None = None
    methodology_key: str | None = None
    project_type: str | None = None
    pdd_hash: str | None = None
    uri: str | None = None
    version: int | None = None
    start_day: int | None = None
    end_day: int | None = None
    metadata_hash: str | None = None
    metadata_uri: str | None = None
    decision_hash: str | None = None
    decision_uri: str | None = None
    reason: str | None = None
    created_at: int | None = Field(default=None, sa_type=BigInteger)
    created_block: int | None = Field(default=None, sa_type=BigInteger)
    created_tx: str | None = None
    submitted_at: int | None = Field(default=None, sa_type=BigInteger)
    decided_version: int | None = None
    decided_by: str | None = None
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    validated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return (
            "document_id",
            ("status", "created_at"),
            ("developer", "created_at"),
            "validator",
            ("methodology_key", "created_at"),
            ("project_type", "created_at"),
            "pdd_hash",
            ("created_at", "start_day", "end_day"),
            "updated_at",
            ("validated_at", "created_at"),
        )


class PDDVersion(Versioned, table=True):
    __tablename__ = "pdd_version"
    project_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    pdd_hash: str | None = None
    uri: str | None = None
    methodology_key: str | None = None
    registered_by: str | None = None
    registered_at: int | None = Field(default=None, sa_type=BigInteger)
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    tx_hash: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("pdd_hash",)


class Report(Versioned, table=True):
    report_id: str = Field(primary_key=True)
    project_id: str | None = None
    document_id: str | None = None
    status: str | None = None
    developer: str | None = None
    verifier: str | None = None
    report_hash: str | None = None
    uri: str | None = None
    version: int | None = None
    start_day: int | None = None
    end_day: int | None = None
    verified_kg: int | None = Field(default=None, sa_type=BigInteger)
    statement_hash: str | None = None
    statement_uri: str | None = None
    reason: str | None = None
    created_at: int | None = Field(default=None, sa_type=BigInteger)
    created_block: int | None = Field(default=None, sa_type=BigInteger)
    created_tx: str | None = None
    decided_by: str | None = None
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return (
            ("project_id", "start_day"),
            "document_id",
            ("status", "created_at"),
            ("verifier", "created_at"),
            "report_hash",
            ("created_at", "start_day", "end_day"),
        )


class ReportVersion(Versioned, table=True):
    __tablename__ = "report_version"
    report_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    report_hash: str | None = None
    uri: str | None = None
    start_day: int | None = None
    end_day: int | None = None
    registered_by: str | None = None
    registered_at: int | None = Field(default=None, sa_type=BigInteger)
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    tx_hash: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("report_hash",)


class ReportVintage(Versioned, table=True):
    """Verified and issued kg CO2e of one vintage year of a report; imported units have one too.

    `monitoring_end_day` is None until something is issued or the period is prolonged.
    """

    __tablename__ = "report_vintage"
    report_id: str = Field(primary_key=True)
    vintage: int = Field(primary_key=True)
    verified_kg: int | None = Field(default=None, sa_type=BigInteger)
    issued_kg: int = Field(default=0, sa_type=BigInteger)
    monitoring_end_day: int | None = None


#: The condition on a vintage that its monitoring ends one day, in the words of the index of these.
ENDING = text(f"report_vintage.monitoring_end_day < {NEVER}")
_CURRENT = text(f"valid_to IS NULL AND monitoring_end_day < {NEVER}")
Index(
    "ix_report_vintage_ending",
    ReportVintage.__table__.c.monitoring_end_day,
    sqlite_where=_CURRENT,
    postgresql_where=_CURRENT,
)

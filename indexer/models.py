"""The tables of the index: versioned rows derived from events, the events, blocks, the checkpoint.

Conventions: addresses, ids and other hashes are lower-case `0x…` text, content hashes `sha256:…`,
amounts integer kg CO2e, days UTC days since 1970-01-01, times UNIX seconds of the block. A
versioned row is valid for the blocks `valid_from <= block < valid_to`, and current while `valid_to`
is null.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    and_,
    or_,
    text,
)
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

index_metadata = MetaData()


class IndexTable(SQLModel):
    """A table of the index; they share one metadata object, apart from the application's tables."""

    metadata = index_metadata

    if TYPE_CHECKING:
        __table__: ClassVar[Table]


class Versioned(IndexTable):
    """A row that is never changed in place across blocks. Its key columns are marked `key`."""

    valid_from: int = Field(primary_key=True, sa_type=BigInteger)
    valid_to: int | None = Field(default=None, sa_type=BigInteger)

    @classmethod
    def key_columns(cls) -> tuple[str, ...]:
        """Names of the columns that identify the thing, without `valid_from`."""
        return tuple(c.name for c in cls.__table__.primary_key.columns if c.name != "valid_from")

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        name = cls.__tablename__
        keys = [n for n, f in cls.model_fields.items() if _is_key(f) and n != "valid_from"]
        now = text("valid_to IS NULL")
        current: dict[str, Any] = {"sqlite_where": now, "postgresql_where": now}
        return (
            PrimaryKeyConstraint(*keys, "valid_from"),
            Index(f"ix_{name}_current", *keys, unique=True, **current),
            Index(f"ix_{name}_began", "valid_from"),
            Index(f"ix_{name}_ended", "valid_to"),
            *(Index(f"ix_{name}_{c}", c, **current) for c in cls.lookups()),
        )

    @classmethod
    def lookups(cls) -> tuple[str, ...]:
        """Columns that readers filter current rows by."""
        return ()


def as_of(table: type[Versioned], block: int | None = None) -> ColumnElement[bool]:
    """The condition on rows that were valid at a block; without one, on the current rows."""
    columns = table.__table__.c
    if block is None:
        return columns.valid_to.is_(None)
    ended_later = or_(columns.valid_to.is_(None), columns.valid_to > block)
    return and_(columns.valid_from <= block, ended_later)


def _is_key(field: Any) -> bool:
    return getattr(field, "primary_key", False) is True


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
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    validated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> tuple[str, ...]:
        return (
            "document_id",
            "status",
            "developer",
            "validator",
            "methodology_key",
            "pdd_hash",
            "created_at",
            "validated_at",
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
    def lookups(cls) -> tuple[str, ...]:
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
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_at: int | None = Field(default=None, sa_type=BigInteger)
    updated_tx: str | None = None

    @classmethod
    def lookups(cls) -> tuple[str, ...]:
        return ("project_id", "document_id", "status", "verifier", "report_hash")


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
    def lookups(cls) -> tuple[str, ...]:
        return ("report_hash",)


class ReportVintage(Versioned, table=True):
    """Verified and issued kg CO2e of one vintage year of a report."""

    __tablename__ = "report_vintage"
    report_id: str = Field(primary_key=True)
    vintage: int = Field(primary_key=True)
    verified_kg: int | None = Field(default=None, sa_type=BigInteger)
    issued_kg: int = Field(default=0, sa_type=BigInteger)


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
    def lookups(cls) -> tuple[str, ...]:
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
    units: str | None = None
    initialized_version: int | None = Field(default=None, sa_type=BigInteger)


class Event(IndexTable, table=True):
    """An event of our contracts; `arguments` are the decoded ones by name, integers as text."""

    block_number: int = Field(primary_key=True, sa_type=BigInteger)
    log_index: int = Field(primary_key=True)
    block_hash: str
    tx_hash: str = Field(index=True)
    tx_index: int
    address: str
    contract: str
    name: str = Field(index=True)
    arguments: dict[str, Any] = Field(sa_type=JSON)


class Block(IndexTable, table=True):
    """A followed block; those without events are kept only near the head."""

    number: int = Field(primary_key=True, sa_type=BigInteger)
    hash: str = Field(index=True)
    parent_hash: str
    timestamp: int = Field(sa_type=BigInteger)


class Checkpoint(IndexTable, table=True):
    """How far the index is; one row, written in the transaction of the batch it describes."""

    chain_id: int = Field(primary_key=True, sa_type=BigInteger)
    block_number: int = Field(sa_type=BigInteger)
    block_hash: str
    block_timestamp: int = Field(sa_type=BigInteger)
    head_number: int = Field(sa_type=BigInteger)
    finalized_number: int = Field(sa_type=BigInteger)
    safe_number: int = Field(sa_type=BigInteger)
    deployments_hash: str


class Footprint(IndexTable, table=True):
    """What a stored document says of itself: derived from its bytes alone, so never undone.

    Bounds are WGS84 degrees, `area_m2` is geodesic, `geometry` is WKB. `fault` says why a document
    has no usable geometry.
    """

    __table_args__ = (Index("ix_footprint_bounds", "west", "east", "south", "north"),)
    hash: str = Field(primary_key=True)
    kind: str
    document_id: str | None = Field(default=None, index=True)
    project_type: str | None = Field(default=None, index=True)
    facility_id: str | None = Field(default=None, index=True)
    country: str | None = Field(default=None, index=True)
    name: str | None = None
    actor_id: str | None = Field(default=None, index=True)
    methodology_id: str | None = Field(default=None, index=True)
    methodology_version: str | None = None
    west: float | None = None
    south: float | None = None
    east: float | None = None
    north: float | None = None
    area_m2: float | None = None
    geometry: bytes | None = Field(default=None, sa_type=LargeBinary)
    fault: str | None = None


class GeometryConflict(IndexTable, table=True):
    """Two documents that claim the same ground; whether it counts follows from their projects."""

    __tablename__ = "geometry_conflict"
    hash_a: str = Field(primary_key=True)
    hash_b: str = Field(primary_key=True, index=True)
    kind: str
    area_m2: float | None = None
    geometry: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


VERSIONED: tuple[type[Versioned], ...] = (
    Methodology,
    Project,
    PDDVersion,
    Report,
    ReportVersion,
    ReportVintage,
    Unit,
    OperatorApproval,
    Role,
    RoleMember,
    FunctionRole,
    ScheduledOperation,
    Contract,
)

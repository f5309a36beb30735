"""Rows about who may judge projects and reports, for whom they act, and what they decided."""

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned


class Accreditation(Versioned, table=True):
    """The accreditation of an account in a role, in force or lapsed; a withdrawn one has no row."""

    account: str = Field(primary_key=True)
    role_id: str = Field(primary_key=True)
    project_types: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    start_day: int | None = None
    end_day: int | None = None
    evidence_hash: str | None = None
    uri: str | None = None
    granted_by: str | None = None
    granted_at: int | None = Field(default=None, sa_type=BigInteger)
    granted_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("role_id",)


class AccreditationWithdrawal(Versioned, table=True):
    """A withdrawal; another accreditation may have followed."""

    __tablename__ = "accreditation_withdrawal"
    account: str = Field(primary_key=True)
    role_id: str = Field(primary_key=True)
    block_number: int = Field(primary_key=True, sa_type=BigInteger)
    log_index: int = Field(primary_key=True)
    evidence_hash: str | None = None
    reason: str | None = None
    withdrawn_by: str | None = None
    withdrawn_at: int | None = Field(default=None, sa_type=BigInteger)
    withdrawn_tx: str | None = None


class Organisation(Versioned, table=True):
    """For which organisation an account acts; null when for itself."""

    account: str = Field(primary_key=True)
    organisation: str | None = None
    set_by: str | None = None
    set_at: int | None = Field(default=None, sa_type=BigInteger)
    set_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        return ("organisation",)


class Decision(Versioned, table=True):
    """A validator's decision on a PDD or a verifier's on a report; `outcome` is the status after.

    `subject_id` is the project's or the report's id, `content_hash` the document's that was judged.
    """

    block_number: int = Field(primary_key=True, sa_type=BigInteger)
    log_index: int = Field(primary_key=True)
    account: str | None = None
    role_id: str | None = None
    subject_id: str | None = None
    outcome: str | None = None
    content_hash: str | None = None
    decision_hash: str | None = None
    decision_uri: str | None = None
    reason: str | None = None
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    decided_tx: str | None = None

    @classmethod
    def lookups(cls) -> Lookups:
        counted = ("role_id", "account", "outcome")
        return (("account", "block_number", "role_id"), counted, "subject_id")

"""The tables of this room: API keys, and the audit log with what of it can be erased."""

from sqlalchemy import JSON, BigInteger, Integer
from sqlmodel import Field

from api.tables import ApiTable


class ApiKey(ApiTable, table=True):
    """A key of an organization: what it may, until when, and that its secret is known no more.

    `digest` is the SHA-256 of the whole key; times are UNIX seconds. `proofs` says of each wallet
    how its control was proven. `owner` is the principal that made it, `operator` for one that was
    made on the machine itself.
    """

    __tablename__ = "api_key"
    id: str = Field(primary_key=True)
    digest: str
    name: str
    organization: str = Field(index=True)
    scopes: list[str] = Field(sa_type=JSON)
    wallets: list[str] = Field(sa_type=JSON)
    proofs: dict[str, str] = Field(sa_type=JSON)
    rate: str | None = None
    owner: str = Field(index=True)
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    revoked_by: str | None = None
    last_used_at: float | None = None


class AuditEntry(ApiTable, table=True):
    """One attempt and what was decided, in a chain: `digest` covers the entry and the one before.

    `at` is UNIX milliseconds. `operation` is the verb with the route, `resource` the path that was
    asked for. `times` counts refusals of too many requests that came together. `machine` commits
    to the row of `audit_machine`. Triggers refuse every change of a row.
    """

    __tablename__ = "audit_entry"
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger, index=True)
    actor: str = Field(index=True)
    credential: str | None = None
    operation: str = Field(index=True)
    resource: str
    outcome: str = Field(index=True)
    status: int
    request_id: str = Field(index=True)
    times: int
    machine: str | None = None
    digest: str


class AuditHead(ApiTable, table=True):
    """The last entry; whoever adds one holds this row, so that two processes make one chain."""

    __tablename__ = "audit_head"
    id: int = Field(primary_key=True, sa_type=Integer)
    sequence: int = Field(sa_type=BigInteger)
    digest: str


class AuditMachine(ApiTable, table=True):
    """From where an attempt came: personal data, which can be erased; the entry keeps a commitment
    that tells nothing without the salt."""

    __tablename__ = "audit_machine"
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    salt: str
    address: str = Field(index=True)
    agent: str


class AuditAnchor(ApiTable, table=True):
    """A transaction that has the digest of an entry as its data. `at` is UNIX seconds."""

    __tablename__ = "audit_anchor"
    transaction_hash: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger, index=True)
    digest: str
    sender: str
    chain_id: int = Field(sa_type=BigInteger)
    at: float

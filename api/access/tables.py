"""The tables of this room: API keys."""

from sqlalchemy import JSON
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

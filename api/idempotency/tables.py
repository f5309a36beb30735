"""The table of answers that are given again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlmodel import Field

from api.tables import ApiTable


class KeptAnswer(ApiTable, table=True):
    """What came of a request with an `Idempotency-Key`. Times are UNIX seconds.

    `id` is made of principal and key, which nobody reads out of it. `turn` names the request that
    is being answered until `turn_until`; `answer` is sealed so that only the key opens it, and is
    missing when it showed a secret; `asked` is what had to be allowed for it.
    """

    __tablename__ = "idempotency_key"
    id: str = Field(primary_key=True)
    principal: str = Field(index=True)
    fingerprint: str
    turn: str | None = None
    turn_until: float
    status: int | None = None
    location: str | None = None
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    asked: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    expires_at: int = Field(sa_type=BigInteger, index=True)

"""Cleaning: what can count no more is removed, a little after it was over."""

from __future__ import annotations

import time

from sqlmodel import Session

from api.queries import oauth as queries
from api.settings import ApiSettings

#: So long is a replayed code or refresh token still told from one that never was.
_KEPT_SECONDS = 86_400


def clear(session: Session, settings: ApiSettings) -> None:
    """Remove what is over, in the transaction of whoever adds to it."""
    queries.clear_expired(session, int(time.time()), _KEPT_SECONDS)

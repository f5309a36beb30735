"""Migrations: which tables are this room's, in a database that also holds the index."""

from typing import Any

from sqlalchemy import MetaData

from api.access.tables import ApiKey, AuditEntry
from api.hooks.tables import WebhookRow
from api.idempotency.tables import KeptAnswer
from api.oauth.tables import ClientRow
from api.tables import api_metadata

#: The tables of other rooms, which are known once they are imported.
OF_OTHER_ROOMS = (ApiKey, AuditEntry, KeptAnswer, ClientRow, WebhookRow)


def is_ours(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """True for what belongs to this room's tables; Alembic asks before it compares."""
    return kind != "table" or name in api_metadata.tables


def every_room() -> MetaData:
    """The tables of all rooms, however few of them were imported elsewhere."""
    return api_metadata

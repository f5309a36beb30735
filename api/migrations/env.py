"""Alembic's way into this room: it is handed an open connection and leaves the index alone."""

from typing import Any

from alembic import context

from api.tables import api_metadata


def is_ours(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """True for what belongs to this room's tables, not to the index in the same database."""
    return kind != "table" or name in api_metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=api_metadata,
    include_object=is_ours,
    version_table="api_version",
)
with context.begin_transaction():
    context.run_migrations()

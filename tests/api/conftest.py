"""A deployed registry for the session, and worlds around it: one for each test, or one a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..indexer.node import Node  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252
from . import documents
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


def _world(deployed: Registry, database_url: str, folder: Path) -> Iterator[World]:
    mark = deployed.node.snapshot()
    made = World(deployed, database_url, folder)
    yield made
    made.close()
    deployed.node.revert(mark)

"""A node with the registry on it, a clean chain for every test, and indexers that read it."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.follower import Follower
from indexer.logs import configure_logs
from indexer.settings import IndexerSettings

from .node import Node
from .stage import MANIFEST, Registry


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "own_node: needs a node that no other test has used")
    configure_logs(json_logs=False)


@pytest.fixture(scope="session")
def deployed() -> Iterator[Registry]:
    """The registry on a node that lives as long as the session."""
    if not MANIFEST.exists():
        subprocess.run(["scripts/compile"], check=True)
    node = Node()
    yield Registry(node)
    node.close()


@pytest.fixture
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    """The registry as deployed; whatever the test does to the chain is undone.

    A test marked `own_node` has one for itself: anvil loses states when it reorganises by itself
    after many snapshots, or after a thousand blocks.
    """
    if request.node.get_closest_marker("own_node"):
        node = Node()
        yield Registry(node)
        node.close()
        return
    deployed: Registry = request.getfixturevalue("deployed")
    mark = deployed.node.snapshot()
    yield deployed
    deployed.node.revert(mark)


@pytest.fixture
def node(registry: Registry) -> Node:
    return registry.node


@pytest.fixture
def base(registry: Registry, tmp_path: Path) -> IndexerSettings:
    """Settings of an indexer of the registry, with folders of the test's own."""
    registry.save(tmp_path / "deployments")
    return IndexerSettings(
        rpc_urls=(registry.node.url,),
        deployments=tmp_path / "deployments",
        documents=tmp_path / "documents",
        artifacts=MANIFEST,
        poll_seconds=0.02,
    )


@pytest.fixture
def settings(base: IndexerSettings, database_url: str) -> IndexerSettings:
    """Settings with an empty database, once for each kind."""
    return base.model_copy(update={"database_url": database_url})


@pytest.fixture
def follower(settings: IndexerSettings) -> Iterator[Follower]:
    """The indexer that lives through the test."""
    with Follower(settings) as made:
        yield made


@pytest.fixture
def another(base: IndexerSettings, tmp_path: Path) -> Callable[[], IndexerSettings]:
    """Settings of one more indexer of the same chain, each with a new SQLite database."""
    numbers = itertools.count(1)

    def make() -> IndexerSettings:
        url = f"sqlite:///{tmp_path}/another-{next(numbers)}.db"
        return base.model_copy(update={"database_url": url})

    return make

"""Two deployments in one database: an API serves the one that its settings name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..indexer.node import Node  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252
from . import documents
from .test_reads import names
from .world import World, activate


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Registry]:
    """The registry on a chain of another id."""
    node = Node(chain_id=31338)
    registry = Registry(node)
    activate(registry, documents.methodology())
    yield registry
    node.close()


class TestSideBySide:
    """
    given two deployments in one database   each API knows its own projects, tasks and chain
    """

    def test_each_serves_its_own_given_two_in_one_database(
        self, deployed: Registry, elsewhere: Registry, database_url: str, tmp_path: Path
    ) -> None:
        at_alps, at_coast = (
            World.opened(chain, tmp_path / name, database_url, deployment_name=name)
            for chain, name in ((deployed, "alps"), (elsewhere, "coast"))
        )
        with at_alps as alps, at_coast as coast:
            alps.register(documents.forest())
            waiting = coast.post("/projects", documents.forest("coast-forest")).json()["id"]
            assert names(alps, "/projects") == ["harz-mixed-forest"]
            assert names(coast, "/projects") == []
            assert alps.get("/health").json()["chain_id"] == 31337
            assert coast.get("/health").json()["chain_id"] == 31338
            assert coast.get(f"/tasks/{waiting}").status_code == 200
            assert alps.get(f"/tasks/{waiting}").status_code == 404

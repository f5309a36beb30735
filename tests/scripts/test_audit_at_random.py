"""The audit of histories at random: replay, storage and index agree whatever people do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.follower import Follower
from indexer.settings import IndexerSettings
from scripts.auditing.documents import Folder
from scripts.auditing.registry_audit import Assignment, audit

from ..indexer.node import Node  # noqa: TID252
from ..indexer.play import Play  # noqa: TID252
from ..indexer.stage import Registry  # noqa: TID252
from .running import ARTIFACTS


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry of its own for each history: one that ends paused would stop the next."""
    node = Node()
    yield Registry(node)
    node.close()


@pytest.mark.parametrize("seed", range(3))
def test_agrees_whatever_people_do(registry: Registry, seed: int, tmp_path: Path) -> None:
    play = Play(registry, seed, f"audit{seed}")
    play.open()
    play.act(blocks=60)
    registry.save(tmp_path / "deployments")
    index = f"sqlite:///{tmp_path / 'index.db'}"
    settings = IndexerSettings(
        database_url=index, rpc_urls=(registry.node.url,), deployments=tmp_path / "deployments"
    )
    with Follower(settings) as follower:
        follower.catch_up()
    checks, _ = audit(
        Assignment(
            registry.node.url,
            tmp_path / "deployments",
            ARTIFACTS,
            Folder(tmp_path / "none"),
            index=index,
        ),
        lambda text: None,
    )
    # Their documents are hashes of nothing: each one is named as missing, and nothing else is.
    assert checks.areas["documents"].seen == len(checks.discrepancies) > 0
    assert all(" is missing: " in sentence for sentence in checks.discrepancies)
    assert all(checks.areas[area].seen for area in checks.areas)

"""The index against the chain: everything that the contracts hold, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.follower import Follower
from indexer.settings import IndexerSettings

from .play import Play
from .stage import Registry, blocks_of_units
from .truth import check_model, digest_of, fresh_digest

pytestmark = [pytest.mark.chain, pytest.mark.slow]

Another = Callable[[], IndexerSettings]


class TestFollowing:
    """
    given a chain with a past             the model is what the contracts' views say
    when blocks come                      it stays so, block by block
    given a past block                    the digest as of it is that of an index that stopped there
    given another database or way to read the digest is the same
    when a unit moves or ends             its approval is gone, as no event says
    """

    def test_model_equals_views_given_a_past(
        self,
        registry: Registry,
        follower: Follower,
        settings: IndexerSettings,
        another: Another,
    ) -> None:
        play = Play(registry, 1, "past")
        play.open()
        play.act(60)
        follower.catch_up(5)
        compared = check_model(registry, settings)
        assert min(compared.values()) > 0
        assert digest_of(settings) == fresh_digest(another())

    def test_model_equals_views_when_blocks_come(
        self,
        registry: Registry,
        follower: Follower,
        settings: IndexerSettings,
        another: Another,
    ) -> None:
        play = Play(registry, 2, "live")
        play.open()
        digests = {}
        for _ in range(20):
            play.act(2, per_block=5)
            follower.catch_up(5)
            digests[registry.node.head] = digest_of(settings)
        check_model(registry, settings)
        fresh = another()
        assert digests[registry.node.head] == fresh_digest(fresh)
        for block, expected in digests.items():
            assert digest_of(settings, block) == expected
            assert digest_of(fresh, block) == expected

    def test_approval_is_gone_when_a_unit_moves_or_ends(
        self, registry: Registry, follower: Follower, settings: IndexerSettings
    ) -> None:
        play = Play(registry, 3, "approved")
        play.open()
        moved, ended = [u for u in blocks_of_units(registry) if u["status"] == "held"][:2]
        for unit in (moved, ended):
            registry.send(unit["owner"], "CRU", "approve", registry.verifier, unit["id"])
        registry.node.mine()
        follower.catch_up(5)
        check_model(registry, settings)
        holder, claim = registry.holders[0], (1, "0x" + "00" * 32, "ours", 0, 0)
        registry.send(moved["owner"], "CRU", "transferFrom", moved["owner"], holder, moved["id"])
        registry.send(ended["owner"], "CRU", "retire", ended["id"], ended["quantityKg"], claim)
        registry.node.mine()
        follower.catch_up(5)
        check_model(registry, settings)
        states = {unit["id"]: unit for unit in blocks_of_units(registry)}
        assert states[moved["id"]]["owner"] == holder
        assert states[ended["id"]]["status"] == "retired"

"""The index against the chain: everything that the contracts hold, and nothing else."""

from __future__ import annotations

import pytest

from indexer.follower import Follower
from indexer.settings import IndexerSettings

from .stage import Play, Registry
from .truth import check_model, digest_of, fresh_digest

pytestmark = pytest.mark.chain


class TestFollowing:
    """
    given a chain with a past             the model is what the contracts' views say
    when blocks come                      it stays so, block by block
    given a past block                    the digest as of it is that of an index that stopped there
    given another database or way to read the digest is the same
    """

    def test_model_equals_views_given_a_past(self, registry, follower, settings, another):
        play = Play(registry, 1, "past")
        play.open()
        play.act(60)
        follower.catch_up(5)
        compared = check_model(registry, settings)
        assert min(compared.values()) > 0
        assert digest_of(settings) == fresh_digest(another())

    def test_model_equals_views_when_blocks_come(
        self, registry: Registry, follower: Follower, settings: IndexerSettings, another
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

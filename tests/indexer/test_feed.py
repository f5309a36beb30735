"""The change feed: whoever follows it alone holds what the index holds, whatever the chain does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indexer.__main__ import main
from indexer.follower import Follower
from indexer.models import RowChange
from indexer.settings import IndexerSettings

from .mirror import Mirror, indexed, position, records
from .play import Play
from .stage import Registry
from .truth import digest_of

pytestmark = pytest.mark.chain

#: (blocks that vanish, blocks that come instead)
SHAPES = [(1, 1), (3, 5), (5, 2), (7, 0), (20, 30)]


def played(registry: Registry, seed: int) -> Play:
    play = Play(registry, seed, f"feed{seed}")
    play.open()
    return play


def caught_up(settings: IndexerSettings) -> None:
    with Follower(settings) as follower:
        follower.catch_up(5)


def with_feed(settings: IndexerSettings, **values: object) -> IndexerSettings:
    return settings.model_copy(update=values)


class TestMirror:
    """
    given the feed has all of the past   a mirror of it is the index, after every batch
    given branches replace each other    the mirror follows, by records that are only added
    given the feed begins at the head    a mirror that took the rows there follows from there on
    """

    def test_is_the_index_given_the_feed_has_all_of_the_past(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        settings = with_feed(settings, feed="all", finality_depth=5)
        mirror, play = Mirror(settings), played(registry, 51)
        for _ in range(4):
            caught_up(settings)
            mirror.follow()
            assert mirror.rows == indexed(settings)
            play.cut()
            play.act(4, per_block=5)
        assert {record.kind for record in mirror.records} == {
            "restarted",
            "began",
            "changed",
            "ended",
        }

    @pytest.mark.parametrize(("gone", "come"), SHAPES)
    def test_follows_given_branches_replace_each_other(
        self, registry: Registry, settings: IndexerSettings, gone: int, come: int
    ) -> None:
        settings = with_feed(settings, feed="all")
        mirror, play = Mirror(settings), played(registry, 600 + gone)
        caught_up(settings)
        mark, base = registry.node.snapshot(), registry.node.head
        play.act(gone, per_block=3)
        caught_up(settings)
        mirror.follow()
        before, length = digest_of(settings), len(mirror.records)
        orphans = [r for r in mirror.records if r.block_number > base]
        registry.node.revert(mark)
        play.act(come, per_block=3)
        caught_up(settings)
        mirror.follow()
        assert mirror.rows == indexed(settings)
        assert mirror.records[:length] == records(settings)[:length]
        backwards = [r for r in mirror.records[length:] if r.kind == "rolled_back"]
        assert sorted(map(_change, backwards)) == sorted(map(_change, orphans))
        blocks = [r.block_number for r in backwards]
        assert blocks == sorted(blocks, reverse=True)
        mark_record = mirror.records[length + len(backwards)]
        assert (mark_record.kind, mark_record.block_number) == ("reorganised", base)
        assert before != digest_of(settings) or not orphans

    def test_follows_from_there_given_the_feed_begins_at_the_head(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        mirror, play = Mirror(settings), played(registry, 52)
        caught_up(settings)
        mirror.take()
        (first,) = mirror.records
        assert (first.kind, first.block_number) == ("restarted", registry.node.head)
        mark = registry.node.snapshot()
        play.act(5)
        caught_up(settings)
        mirror.follow()
        assert mirror.rows == indexed(settings)
        registry.node.revert(mark)
        play.act(2)
        caught_up(settings)
        mirror.follow()
        assert mirror.rows == indexed(settings)


class TestRecords:
    """
    given the feed is off               nothing is written, and the digest is the same
    given it was off for a while        it says that it begins again
    given a branch below its beginning  what was never recorded is taken back as well
    given only so many stay             the oldest go, and cursors go on
    when the index is rebuilt           the feed stays, cursors go on, and it says so
    every record of a change            names the place of the event behind it
    """

    def test_is_not_written_given_it_is_off(
        self, registry: Registry, settings: IndexerSettings, another: Callable[[], IndexerSettings]
    ) -> None:
        played(registry, 53).act(3)
        off = with_feed(another(), feed="off")
        caught_up(off)
        caught_up(with_feed(settings, feed="all"))
        assert position(off) is None
        assert records(off) == []
        assert digest_of(off) == digest_of(settings)

    def test_begins_again_given_it_was_off_for_a_while(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        play = played(registry, 54)
        caught_up(settings)
        play.act(3)
        caught_up(with_feed(settings, feed="off"))
        play.act(3)
        caught_up(settings)
        kinds = [record.kind for record in records(settings)]
        assert kinds == ["restarted", "restarted"]
        assert records(settings)[-1].block_number == registry.node.head

    def test_takes_back_what_was_never_recorded_given_a_branch_below_its_beginning(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        play = played(registry, 55)
        mark = registry.node.snapshot()
        play.act(6, per_block=4)
        caught_up(settings)
        mirror = Mirror(settings)
        mirror.take()
        registry.node.revert(mark)
        play.act(3)
        caught_up(settings)
        mirror.follow()
        assert mirror.rows == indexed(settings)

    def test_drops_the_oldest_given_only_so_many_stay(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        settings = with_feed(settings, feed="all", feed_records=10)
        play = played(registry, 56)
        caught_up(settings)
        play.act(3, per_block=5)
        caught_up(settings)
        kept, place = records(settings), position(settings)
        assert place is not None
        assert len(kept) == 10
        assert kept[-1].cursor == place.last_cursor
        assert kept[0].cursor == place.dropped_cursor + 1

    def test_stays_and_says_so_when_the_index_is_rebuilt(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        played(registry, 57)
        settings = with_feed(settings, feed="all")
        caught_up(settings)
        before = records(settings)
        assert main(["rebuild", *_options(settings)]) == 0
        after = records(settings, before[-1].cursor)
        assert records(settings)[: len(before)] == before
        assert after[0].kind == "restarted"
        assert after[0].cursor == before[-1].cursor + 1

    def test_names_the_place_of_the_event_behind_it(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        settings = with_feed(settings, feed="all")
        play = played(registry, 58)
        caught_up(settings)
        play.act(4, per_block=5)
        caught_up(settings)
        changes = [r for r in records(settings) if r.table_name is not None]
        assert all(r.log_index is not None and r.block_hash is not None for r in changes)
        places = [(r.block_number, r.log_index) for r in changes]
        assert places == sorted(places)


def _change(record: RowChange) -> tuple[Any, ...]:
    return record.block_number, record.block_hash, record.table_name, record.row_key


def _options(settings: IndexerSettings) -> list[str]:
    return [
        "--database-url",
        settings.database_url,
        "--rpc-url",
        settings.rpc_urls[0],
        "--deployments",
        str(settings.deployments),
    ]

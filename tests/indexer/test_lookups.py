"""Indexes that only readers need: not there while a new index goes through a long backlog."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from indexer.database import engine, snapshot, transaction
from indexer.digest import digest
from indexer.follower import Follower
from indexer.lookups import Lookups
from indexer.models import Block, Event, Unit
from indexer.settings import IndexerSettings

from .play import Play
from .stage import Registry


def lookups(settings: IndexerSettings) -> set[str]:
    """Names of the indexes of the large tables that are there now."""
    database = create_engine(settings.index_url)
    found = inspect(database)
    tables = [table.__table__.name for table in (Block, Event, Unit)]
    names = {str(index["name"]) for name in tables for index in found.get_indexes(name)}
    database.dispose()
    return names


def unique_ones() -> set[str]:
    return {str(index.name) for index in Unit.__table__.indexes if index.unique}


def all_of_them() -> set[str]:
    tables = [table.__table__ for table in (Block, Event, Unit)]
    return {str(index.name) for table in tables for index in table.indexes}


@pytest.mark.own_node
class TestLookups:
    """
    while a new index goes through a long backlog   only the unique ones are there
    when it ends before the backlog does            the next one makes them all at the end
    when the feed records the past                  all are there from the first block on
    when an earlier version looked up otherwise     the next start makes what is declared now
    """

    def test_are_made_at_the_end_when_a_backlog_was_broken_off(
        self, settings: IndexerSettings, registry: Registry
    ) -> None:
        play = Play(registry, seed=3, name="lookups")
        play.open()
        registry.node.rpc("anvil_mine", hex(400))
        with Follower(settings) as broken_off:
            broken_off.look()
            assert broken_off.checkpoint is not None
        assert lookups(settings) == unique_ones()
        with Follower(settings) as follower:
            follower.catch_up()
            assert follower.checkpoint.block_number == registry.node.head
        assert lookups(settings) == all_of_them()
        fed = settings.model_copy(update={"deployment_name": "fed", "feed": "all"})
        with Follower(fed) as follower:
            follower.look()
            assert lookups(fed) == all_of_them()
            follower.catch_up()
        assert state(fed) == state(settings)

    def test_are_made_when_an_earlier_version_had_others(
        self, settings: IndexerSettings, registry: Registry
    ) -> None:
        play = Play(registry, seed=3, name="earlier")
        play.open()
        with Follower(settings) as follower:
            follower.catch_up()
        declared = every_index(settings)
        with transaction(engine(settings.index_url)) as session:
            session.execute(text("DROP INDEX ix_decision_role_id"))
            session.execute(text("DROP INDEX ix_decision_account"))
            session.execute(text("CREATE INDEX ix_decision_account ON decision (account)"))
        assert every_index(settings) != declared
        with Follower(settings) as follower:
            follower.catch_up()
        assert every_index(settings) == declared
        assert not Lookups(engine(settings.index_url)).make_some()


def every_index(settings: IndexerSettings) -> dict[str, list[str | None]]:
    """The columns of every index by its name."""
    database = create_engine(settings.index_url)
    there = inspect(database).get_multi_indexes().values()
    database.dispose()
    return {str(index["name"]): index["column_names"] for some in there for index in some}


def state(settings: IndexerSettings) -> str:
    with snapshot(engine(settings.index_url)) as session:
        return digest(session)

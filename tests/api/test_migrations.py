"""The tables of tasks and submissions: made by migrations alone, just as the code means them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from api.migrations import migrate
from api.migrations.scope import is_ours
from api.tables import api_metadata
from indexer.database import create_index_tables, engine


class TestMigrations:
    """
    when they have run              the database is what the tables say, and nothing is left to do
    when they run again             nothing changes
    when several processes start    each finds the tables
    """

    def test_nothing_is_left_to_do_when_they_have_run(self, database_url: str) -> None:
        made = engine(database_url)
        create_index_tables(made)
        migrate(made)
        migrate(made)
        options = {"include_object": is_ours, "compare_type": True, "version_table": "api_version"}
        with made.connect() as connection:
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, api_metadata) == []
        made.dispose()

    def test_each_finds_the_tables_when_several_start(self, database_url: str) -> None:
        def start(_: int) -> set[str]:
            own = engine(database_url)
            migrate(own)
            found = set(inspect(own).get_table_names())
            own.dispose()
            return found

        with ThreadPoolExecutor(4) as pool:
            for tables in pool.map(start, range(4)):
                assert set(api_metadata.tables) <= tables

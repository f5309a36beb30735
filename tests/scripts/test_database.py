"""The database of a chain that was thrown away: neither index nor task is left of it."""

from sqlalchemy import inspect

from api.migrations import migrate
from api.migrations.scope import every_room
from indexer.database import create_index_tables, engine
from indexer.models import index_metadata
from scripts.local.database import forget_database


def test_nothing_of_ours_is_left_when_a_database_is_forgotten(database_url: str) -> None:
    filled = engine(database_url)
    create_index_tables(filled)
    migrate(filled)
    with filled.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE somebody_elses (number integer)")
    filled.dispose()
    forget_database(database_url)
    left = set(inspect(engine(database_url)).get_table_names())
    assert not left & {*index_metadata.tables, *every_room().tables, "api_version"}
    assert left == ({"somebody_elses"} if "postgresql" in database_url else set())
    again = engine(database_url)
    migrate(again)
    assert set(inspect(again).get_table_names()) >= set(every_room().tables)
    again.dispose()

"""Reading: how a transaction that only reads begins and ends, told to the driver itself."""

from contextlib import suppress
from typing import Any, cast

from psycopg import Connection as PsycopgConnection
from psycopg import Error as PsycopgError
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

#: Option of connections whose transaction was begun here.
BEGUN = "ogcr_begun"
#: Lets one plan of PostgreSQL serve every key, until the transaction ends.
BY_KEY = "SET LOCAL plan_cache_mode = force_generic_plan"
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def begun(engine: Engine, *, by_key: bool) -> Connection:
    """A connection in a transaction, which sees one state (REPEATABLE READ); `by_key`, where each
    query finds its rows by a key. A session would take as long to begin it as a query takes.

    Raises `DBAPIError` when the database does not answer.
    """
    for is_last in (False, True):
        connection = engine.connect().execution_options(**{BEGUN: True})
        try:
            _begin(connection, by_key=by_key)
        except Exception as error:
            connection.close()
            # The server ended it just now: the pool has let go of all that were of that time.
            is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
            if is_last or not is_lost:
                raise
        else:
            break
    return connection


def _begin(connection: Connection, *, by_key: bool) -> None:
    if connection.dialect.name == "sqlite":
        begin = "BEGIN"
    else:
        # In one way to the server and back.
        begin = f"{_READING}; {BY_KEY}" if by_key else _READING
    try:
        _command(connection, begin)
    except connection.dialect.loaded_dbapi.Error as error:
        raise told(connection, begin, error) from error


def told(connection: Connection, words: str, error: Exception) -> DBAPIError:
    """An error of the driver as SQLAlchemy tells it.

    Where the connection is lost, raises SQLAlchemy's own: asked anything, it notices that, and
    gives up all that are of that time.
    """
    dialect: Any = connection.dialect
    if dialect.is_disconnect(error, connection.connection.driver_connection, None):
        connection.exec_driver_sql("SELECT 1")
    base = dialect.loaded_dbapi.Error
    found: Any = DBAPIError.instance(words, (), error, base, hide_parameters=True, dialect=dialect)
    return cast(DBAPIError, found)


def end(connection: Connection) -> None:
    """End the transaction; a session would first write what was changed in memory.

    What was read is read, and of a connection that is lost the pool takes care.
    """
    if not connection.invalidated:
        with suppress(connection.dialect.loaded_dbapi.Error):
            _command(connection, "COMMIT")


def _command(connection: Connection, words: str) -> None:
    """Have the driver do what gives no rows; raises its errors."""
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, PsycopgConnection):
        result = driver.pgconn.exec_(words.encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise PsycopgError(result.get_error_message())
    else:
        driver.execute(words)

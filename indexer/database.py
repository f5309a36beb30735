"""The database: engines for SQLite and PostgreSQL, snapshots to read, transactions to write."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from psycopg import Cursor
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Index,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.schema import CreateIndex, CreateSchema, DropIndex
from sqlmodel import Session

from indexer.errors import WrongDatabase
from indexer.models import Block, FeedPosition, Reorganisation, RowChange, index_metadata
from indexer.placement import lock_key, schema_of
from indexer.reading import BEGUN, BY_KEY, begun, end

BUSY_SECONDS = 30
#: Pages of SQLite that a writer keeps: its indexes are written to in many places at once.
WRITER_CACHE_KIB = 8_000
SORTING_CACHE_KIB = 1_000
#: So often a connection to PostgreSQL asks a statement until it has it prepared there.
PREPARED_AFTER = 2
#: Statements that a connection keeps prepared: the API asks some two hundred, in either form.
PREPARED_MOST = 400
#: For so long after it was used a connection is taken for one that is there.
TRUSTED_SECONDS = 1.0
_USED = "ogcr_used"
_TABLES = b"ogcr-tab"
#: Seconds after which a server that is gone is noticed, in connecting and in waiting for an answer.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` (psycopg 3).

    SQLite runs in WAL mode with foreign keys on; its folder is made when missing. No error of it
    says what values a statement had: errors come into logs.
    """
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        return _sqlite(target)
    if target.drivername in ("postgres", "postgresql"):
        target = target.set(drivername="postgresql+psycopg")
    made = create_engine(
        target,
        hide_parameters=True,
        pool_use_lifo=True,
        connect_args={
            **_PATIENCE,
            "prepare_threshold": PREPARED_AFTER,
            "cursor_factory": _PlainCursor,
        },
    )
    event.listen(made, "connect", _keep_prepared)
    event.listen(made, "connect", _note_use)
    event.listen(made, "checkin", _note_use)
    event.listen(made, "checkout", partial(_ask_whether_there, made.dialect))
    return made


class _PlainCursor(Cursor[Any]):
    """A cursor that tells of a result's columns what is read of them, name and type. psycopg would
    look up how each type is shown: a tenth of the time that a wide row takes."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        encoding, rest = self.connection.info.encoding, (None,) * 5
        return [
            ((result.fname(place) or b"").decode(encoding), result.ftype(place), *rest)
            for place in range(result.nfields)
        ]


def _keep_prepared(connection: Any, _record: object) -> None:
    connection.prepared_max = PREPARED_MOST


def _note_use(_connection: Any, record: Any) -> None:
    record.info[_USED] = monotonic()


def _ask_whether_there(dialect: Dialect, connection: Any, record: Any, _proxy: object) -> None:
    """Let the pool give another connection when the server has ended one that nobody used for a
    while. Of one that was used just now it is not asked: that is a way there and back."""
    if monotonic() - record.info.get(_USED, 0.0) < TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def create_index_tables(engine: Engine) -> None:
    """Make the tables of the index that are missing; safe when several processes start at once."""
    with transaction(engine) as session:
        if not _is_sqlite(engine):
            key = {"key": lock_key(engine.url, _TABLES)}
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
            _make_schema(session, schema_of(engine.url))
        index_metadata.create_all(session.connection())


def check_index_tables(engine: Engine) -> None:
    """Raise `WrongDatabase` when tables of the index have other columns than this version's."""
    for table in _differing(engine):
        raise WrongDatabase(
            f"The table {table.name} is that of another version of the index: run "
            "`python -m indexer rebuild`."
        )


def drop_index_tables(engine: Engine, *, feed: bool = False) -> None:
    """Drop every table of the index; the chain and the document store give them back.

    The change feed stays unless told so, or it is that of another version: who follows it must
    learn from it that the index was made again.
    """
    staying = (RowChange, FeedPosition, Reorganisation)
    kept = set() if feed else {table.__table__.name for table in staying}
    kept -= {table.name for table in _differing(engine)}
    dropped = [table for table in index_metadata.sorted_tables if table.name not in kept]
    index_metadata.drop_all(engine, tables=dropped)


def drop_indexes(engine: Engine, indexes: Iterable[Index]) -> None:
    """Drop indexes of the index's tables, those that are there."""
    with transaction(engine) as session:
        for index in indexes:
            session.execute(DropIndex(index, if_exists=True))


def make_index(engine: Engine, index: Index) -> None:
    """Make an index of one of the index's tables, unless it is there."""
    with transaction(engine) as session:
        if _is_sqlite(engine):
            # What it sorts in memory before it turns to files is as large as this.
            session.execute(text(f"PRAGMA cache_size = -{SORTING_CACHE_KIB}"))
        session.execute(CreateIndex(index, if_not_exists=True))


@contextmanager
def snapshot(engine: Engine, *, by_key: bool = False) -> Iterator[Session]:
    """A session to read, whose queries all see one state of the index (REPEATABLE READ).

    Of queries `by_key` PostgreSQL is told that one plan serves every key: to plan a unit with all
    that it comes from anew takes four times as long as to find it. Where a reader chooses among
    many rows, a plan for just that choice can be a tenth of the work.

    Rows stay usable after it; what was changed of them in memory is not written. It ends with
    COMMIT, even where an exception comes out of it, because psycopg forgets after a ROLLBACK which
    statements PostgreSQL has prepared, and planning one anew can take ten times as long as it.
    """
    connection = begun(engine, by_key=by_key)
    with connection, Session(connection) as session:
        try:
            yield session
        finally:
            end(connection)


def connection_of(session: Session) -> Connection:
    """The connection that a session asks, in its transaction."""
    bound: Any = session.get_bind()
    return bound if bound.get_execution_options().get(BEGUN) else session.connection()


def is_told_of_statements(connection: Connection) -> bool:
    """Whether somebody listens to what SQLAlchemy is asked on a connection: traces, tests."""
    return bool(connection.engine.dispatch.before_cursor_execute)


def ask_by_key(session: Session) -> None:
    """Let one plan serve every key from now on, until the snapshot ends."""
    if session.get_bind().dialect.name == "postgresql":
        connection_of(session).exec_driver_sql(BY_KEY)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that may write; commits at the end, rolls back on an exception.

    On SQLite it takes the write lock at once (waiting up to 30 s), because a transaction that
    read first and writes later fails there when another one wrote in between.
    """
    connection = engine.connect().execution_options(write_lock=True)
    with connection, Session(connection, expire_on_commit=False) as session, session.begin():
        yield session


def block_at(session: Session, timestamp: int) -> int:
    """Number of the block whose state held at a UNIX time, 0 before the first one.

    It is the last stored block not later than that: blocks without events may be missing, and
    change nothing.
    """
    blocks = Block.__table__.c
    of_time = select(blocks.number).where(blocks.timestamp <= timestamp)
    return session.scalar(of_time.order_by(blocks.number.desc()).limit(1)) or 0


def _make_schema(session: Session, name: str | None) -> None:
    if name is not None:
        session.connection().execute(CreateSchema(name, if_not_exists=True))


def _differing(engine: Engine) -> Iterator[Table]:
    """Tables that the database has with other columns."""
    found = inspect(engine)
    present = set(found.get_table_names())
    for table in index_metadata.sorted_tables:
        if table.name in present:
            columns = {column["name"] for column in found.get_columns(table.name)}
            if columns != set(table.columns.keys()):
                yield table


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _sqlite(url: URL) -> Engine:
    pooled: dict[str, Any] = {}
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        # The connection given back last is the next one taken: so one reads and the other writes,
        # and that one alone comes to hold the pages and statements of writing. What is in memory
        # has one connection for each thread and no such choice.
        pooled = {"pool_use_lifo": True}
    made = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}, **pooled
    )
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    # The driver's own transactions start at the first write, so that reads would not be a snapshot.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in ("journal_mode=WAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get(BEGUN):
        return
    writes = options.get("write_lock", False)
    if writes:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

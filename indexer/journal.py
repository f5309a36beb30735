"""What the index holds and how far it is: the statements of a batch's one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, insert, select

from indexer.batches import Batch
from indexer.bulk import Values, bulk
from indexer.chain import Header, View
from indexer.deployments import Deployments
from indexer.errors import OtherWriter, WrongDatabase
from indexer.events import EVENT_COLUMNS
from indexer.feed.writing import FeedEntry
from indexer.handlers import changes_of
from indexer.models import LATE, Block, Checkpoint, Event, Reorganisation
from indexer.reorg import Stored
from indexer.versions import Rows, WorkingSet, undo, write_rows

REMEMBERED_BLOCKS = 256
BLOCK_COLUMNS = ("number", "hash", "parent_hash", "timestamp")
_blocks, _events, _checkpoints = Block.__table__, Event.__table__, Checkpoint.__table__
_repairs = Reorganisation.__table__
#: A writer that is frozen or gone may hold its locks for seven seconds, and no longer.
_GUARDS = "SET LOCAL idle_in_transaction_session_timeout = '7s'; SET LOCAL lock_timeout = '15s'"

_SHUT_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND locktype = 'relation' AND relation = %s::regclass AND mode = 'ExclusiveLock' AND granted
"""


@dataclass(frozen=True)
class Marks:
    """Head and finality of the chain as the node told them."""

    head: int
    safe: int
    finalized: int

    @classmethod
    def in_(cls, checkpoint: Checkpoint) -> "Marks":
        """As the checkpoint keeps them."""
        return cls(checkpoint.head_number, checkpoint.safe_number, checkpoint.finalized_number)

    @classmethod
    def of(cls, view: View, finality_depth: int) -> "Marks":
        """From a view; nodes without such tags count `finality_depth` blocks (half of it: safe)."""
        head = view.latest.number
        safe = view.safe.number if view.safe else max(0, head - finality_depth // 2)
        finalized = view.finalized.number if view.finalized else max(0, head - finality_depth)
        return cls(head, safe, finalized)


def read_checkpoint(connection: Connection, deployments: Deployments) -> Checkpoint | None:
    """The checkpoint; raises `WrongDatabase` when it is another deployment's."""
    row = connection.execute(select(_checkpoints)).mappings().first()
    if row is None:
        return None
    checkpoint = Checkpoint(**row)
    if checkpoint.chain_id != deployments.chain_id:
        raise WrongDatabase(
            f"The database holds the index of chain {checkpoint.chain_id}, not of chain "
            f"{deployments.chain_id}: name another DATABASE_URL or run `python -m indexer rebuild`."
        )
    if checkpoint.deployments_hash != deployments.fingerprint:
        raise WrongDatabase(
            "The database holds the index of other contracts than the deployments record names: "
            "name another DATABASE_URL, or run `python -m indexer rebuild`."
        )
    return checkpoint


def write_checkpoint(
    connection: Connection, deployments: Deployments, marks: Marks
) -> Checkpoint | None:
    """Let the checkpoint be the newest remembered block; None, and no checkpoint, without one."""
    connection.execute(delete(_checkpoints))
    newest = select(_blocks).order_by(_blocks.c.number.desc()).limit(1)
    reached = connection.execute(newest).first()
    if reached is None:
        return None
    checkpoint = Checkpoint(
        chain_id=deployments.chain_id,
        block_number=reached.number,
        block_hash=reached.hash,
        block_timestamp=reached.timestamp,
        head_number=marks.head,
        safe_number=marks.safe,
        finalized_number=marks.finalized,
        deployments_hash=deployments.fingerprint,
    )
    connection.execute(insert(_checkpoints), [checkpoint.model_dump()])
    return checkpoint


def expect_checkpoint(connection: Connection, expected: Checkpoint | None) -> None:
    """Raise `OtherWriter` unless the checkpoint is still the one that this process knows.

    No other process can write it until the transaction ends, be the lock of the writer lost or not.
    """
    if connection.dialect.name == "postgresql":
        lock = f"LOCK TABLE {_checkpoints.name} IN EXCLUSIVE MODE"
        connection.exec_driver_sql(f"{_GUARDS}; {lock}")
    columns = (_checkpoints.c.block_number, _checkpoints.c.block_hash)
    row = connection.execute(select(*columns)).first()
    known = None if expected is None else (expected.block_number, expected.block_hash)
    if (None if row is None else tuple(row)) != known:
        raise OtherWriter("Another process moved the index meanwhile.")


def shut_out(connection: Connection) -> int:
    """End the write of whoever had the right to write before; gives how many were ended.

    To be called by whoever has it now. A writer that was frozen or cut off while it sent rows is
    waited for by the server, with the checkpoint locked, for as long as its connection seems alive.
    """
    if connection.dialect.name != "postgresql":
        return 0
    ended = connection.exec_driver_sql(_SHUT_OUT, (_checkpoints.name,)).all()
    return len(ended)


def undo_to(connection: Connection, block: int, entry: FeedEntry | None = None) -> None:
    """Take the index back to the state after a block: rows, events and remembered blocks."""
    if entry is not None:
        entry.roll_back(block)
    undo(connection, block)
    for table in LATE:
        late = table.__table__
        connection.execute(delete(late).where(late.c.block_number > block))
    connection.execute(delete(_events).where(_events.c.block_number > block))
    connection.execute(delete(_blocks).where(_blocks.c.number > block))


def keep_repair(connection: Connection, repair: Reorganisation) -> None:
    """Keep for readers that the chain took blocks back, under the next number."""
    last = connection.scalar(select(func.max(_repairs.c.number))) or 0
    connection.execute(insert(_repairs), [repair.model_dump() | {"number": last + 1}])


@dataclass(frozen=True)
class Prepared:
    """A batch as rows, ready to be written."""

    batch: Batch
    rows: Rows
    events: list[Values]


def prepared(batch: Batch, working: WorkingSet) -> Prepared:
    """Derive the rows of a batch; reads what it needs of the rows before."""
    changes = [(event.block_number, changes_of(event)) for event in batch.events]
    working.load(change for _, found in changes for change in found)
    for block, found in changes:
        for change in found:
            working.apply(change, block)
    return Prepared(batch, working.take(), [event.values() for event in batch.events])


def append(connection: Connection, written: Prepared, entry: FeedEntry | None = None) -> None:
    """Write a batch: versioned rows, raw events, headers, and the feed's records of it."""
    write_rows(connection, written.rows)
    to = bulk(connection)
    if written.events:
        to.insert(_events, EVENT_COLUMNS, written.events)
    to.insert(_blocks, BLOCK_COLUMNS, [_block(header) for header in written.batch.headers])
    if entry is not None:
        entry.record(written.batch)


def forget_blocks(connection: Connection, before: int, reached: int) -> None:
    """Drop blocks without events that left the window near the head in going on to `reached`."""
    oldest = reached - REMEMBERED_BLOCKS
    has_event = exists().where(_events.c.block_number == _blocks.c.number)
    passed = _blocks.c.number.between(before - REMEMBERED_BLOCKS, oldest - 1)
    connection.execute(delete(_blocks).where(passed, ~has_event))


def remembered(connection: Connection, size: int) -> Iterator[Sequence[Stored]]:
    """The remembered blocks from the newest on, `size` at a time, each time in ascending order."""
    columns = select(_blocks.c.number, _blocks.c.hash).order_by(_blocks.c.number.desc())
    query = columns
    while rows := connection.execute(query.limit(size)).all():
        yield [Stored(*row) for row in reversed(rows)]
        query = columns.where(_blocks.c.number < rows[-1].number)


def hash_of(connection: Connection, number: int) -> str | None:
    """Hash of a remembered block."""
    return connection.scalar(select(_blocks.c.hash).where(_blocks.c.number == number))


def _block(header: Header) -> Values:
    return header.number, header.hash, header.parent_hash, header.timestamp

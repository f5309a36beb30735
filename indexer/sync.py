"""Follow, repair, commit: the only place that opens a write transaction on the index."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from indexer import journal
from indexer.batches import Batch, BatchReader
from indexer.chain import Chain, View
from indexer.database import transaction
from indexer.deployments import Deployments
from indexer.errors import ChainMoved, WrongChain
from indexer.feed import Feed
from indexer.feed.writing import FeedEntry
from indexer.journal import Marks, Prepared
from indexer.lookups import Lookups
from indexer.metrics import Metrics
from indexer.models import Checkpoint, Reorganisation
from indexer.reorg import fork_point
from indexer.versions import WorkingSet
from indexer.writing import Writing, quick_turns, uncollected

#: A repair that replaces more blocks than this goes on in later transactions, past the old height.
WHOLE_REPAIR = 4096
#: How long one step goes through settled blocks before it looks at the head again.
BACKFILL_SECONDS = 3.0
#: Settled blocks from which on a new index goes through them without the indexes of readers.
LONG_BACKLOG = 256
FORK_WINDOW = 512
LOOKS, LOOK_SECONDS = 4, 0.05

log = structlog.get_logger("indexer")


@dataclass(frozen=True)
class Fork:
    """The newest remembered block that the chain still has, and the oldest one that it has not."""

    base: int
    oldest_orphan: int


class Sync:
    """Moves the index of one deployment towards the head of its chain, a batch at a time."""

    def __init__(
        self,
        engine: Engine,
        chain: Chain,
        reader: BatchReader,
        deployments: Deployments,
        finality_depth: int,
        metrics: Metrics,
        feed: Feed,
    ) -> None:
        self._engine = engine
        self._chain = chain
        self._reader = reader
        self._deployments = deployments
        self._finality_depth = finality_depth
        self._metrics = metrics
        self._feed = feed
        self._lookups = Lookups(engine)
        self._shrunk_to: str | None = None
        self.checkpoint: Checkpoint | None = None

    def resume(self) -> None:
        """Take up the checkpoint of the database; raises `WrongDatabase` when it is another's."""
        with self._engine.connect() as connection:
            self.checkpoint = journal.read_checkpoint(connection, self._deployments)

    def close(self) -> None:
        """End what is read ahead."""
        self._reader.close()

    def step(self) -> bool:
        """Read the chain once, write at most one batch; True when the index is at its head.

        Raises `TryLater` when the node or the chain gives no sound answer, `StopLoudly` when a
        person has to look.
        """
        with uncollected():
            return self._step()

    def _step(self) -> bool:
        known = self.checkpoint
        view = self._chain.view(None if known is None else known.block_number)
        self._require_chain(view)
        self._metrics.head.set(view.latest.number)
        if known is not None and (view.at is None or view.at.hash != known.block_hash):
            return self._repair(known, view)
        self._shrunk_to = None
        first = self._deployments.first_block if known is None else known.block_number + 1
        head = view.latest.number
        settled = self._reader.settled(head, head)
        if self._fits_lookups(first, settled, view):
            return False
        if first <= settled:
            self._backfill(first, settled, view)
            return False
        if head < first:
            self._refresh(view)
            return True
        parent = None if known is None else known.block_hash
        self._commit([self._reader.read(first, head, head, parent)], view)
        return self._reached(head)

    def _fits_lookups(self, first: int, settled: int, view: View) -> bool:
        """Leave readers' indexes out of a new backlog, make them where it is read; True while so.

        The feed is a reader as well: of all blocks, or of those from finality on.
        """
        near = min(settled, Marks.of(view, self._finality_depth).finalized)
        if self._feed.mode == "all" or first > near:
            return self._lookups.make_some()
        if self.checkpoint is None and settled - first >= LONG_BACKLOG:
            self._lookups.leave_out()
        return False

    def _backfill(self, first: int, settled: int, view: View) -> None:
        """Go through settled blocks for a while: one batch is written while the next is derived."""
        head, end = view.latest.number, time.monotonic() + BACKFILL_SECONDS
        with self._engine.connect() as connection, quick_turns(), Writing() as writing:
            working, parent = WorkingSet(connection), self._parent()
            while first <= settled and time.monotonic() < end:
                batch = self._reader.read(first, settled, head, parent)
                written = journal.prepared(batch, working)
                # The next reading has to see what is committed by then.
                connection.rollback()
                writing.begin(partial(self._commit_prepared, written, view))
                first, parent = batch.last.number + 1, batch.last.hash

    def _parent(self) -> str | None:
        return None if self.checkpoint is None else self.checkpoint.block_hash

    def _reached(self, head: int) -> bool:
        return self.checkpoint is None or self.checkpoint.block_number >= head

    def _repair(self, known: Checkpoint, view: View) -> bool:
        """Undo to the fork point and apply what took its place, visible to readers together."""
        self._reader.look_anew()
        fork, head = self._find_fork(), view.latest.number
        if fork.base == known.block_number:
            raise ChainMoved(f"Block {head} was gone, and is there again.")
        if head < fork.oldest_orphan:
            self._confirm_shrinking(known, view)
        target = head if head - fork.base <= WHOLE_REPAIR else min(head, known.block_number)
        batches = list(self._reader.read_all(fork.base + 1, target, head, self._hash_at(fork.base)))
        repair = self._repair_of(known, fork, view)
        self._commit(batches, view, repair)
        self._report(repair)
        return self.checkpoint is None or self.checkpoint.block_number >= head

    def _confirm_shrinking(self, known: Checkpoint, view: View) -> None:
        """The head went back and nothing took its place: perhaps only this node is behind others.

        Raises `ChainMoved` at first sight and when any of several looks finds the lost block.
        """
        has_been_seen = self._shrunk_to == view.latest.hash
        self._shrunk_to = view.latest.hash
        for _ in range(LOOKS):
            time.sleep(LOOK_SECONDS)
            at = self._chain.view(known.block_number).at
            if at is not None:
                raise ChainMoved(f"A node is behind: it has no block {known.block_number} yet.")
        if not has_been_seen:
            self._chain.rpc.turn()
            raise ChainMoved(f"The head went back from {known.block_number}.")

    def _find_fork(self) -> Fork:
        oldest_orphan = 0
        with self._engine.connect() as connection:
            for stored in journal.remembered(connection, FORK_WINDOW):
                found = fork_point(stored, self._hashes)
                orphans = [block for block in stored if found is None or block > found]
                oldest_orphan = orphans[0].number if orphans else oldest_orphan
                if found is not None:
                    return Fork(found.number, oldest_orphan)
        return Fork(self._deployments.first_block - 1, oldest_orphan)

    def _hashes(self, numbers: Sequence[int]) -> list[str | None]:
        headers = self._chain.find_headers(numbers)
        return [None if header is None else header.hash for header in headers]

    def _hash_at(self, number: int) -> str | None:
        with self._engine.connect() as connection:
            return journal.hash_of(connection, number)

    def _commit(
        self, batches: Sequence[Batch], view: View, repair: Reorganisation | None = None
    ) -> None:
        """Write batches in one transaction, in place of what came after the fork of a repair."""
        with self._committing(view) as (connection, entry):
            if repair is not None:
                journal.undo_to(connection, repair.fork_number, entry)
                journal.keep_repair(connection, repair)
            for batch in batches:
                journal.append(connection, journal.prepared(batch, WorkingSet(connection)), entry)
        self._measure(batches)

    def _commit_prepared(self, written: Prepared, view: View) -> None:
        with self._committing(view) as (connection, entry):
            journal.append(connection, written, entry)
        self._measure([written.batch])

    @contextmanager
    def _committing(self, view: View) -> Iterator[tuple[Connection, FeedEntry | None]]:
        """The transaction of a batch: it begins at the known checkpoint, ends with the next one."""
        known, marks = self.checkpoint, Marks.of(view, self._finality_depth)
        with transaction(self._engine) as session, self._metrics.commit_seconds.time():
            connection = session.connection()
            journal.expect_checkpoint(connection, known)
            entry = self._feed.opened(connection, known)
            yield connection, entry
            reached = journal.write_checkpoint(connection, self._deployments, marks)
            if known is not None and reached is not None:
                journal.forget_blocks(connection, known.block_number, reached.block_number)
            if entry is not None:
                entry.close(reached, marks.finalized)
        self.checkpoint = reached

    def _refresh(self, view: View) -> None:
        """Keep head and finality true while no block comes."""
        known, marks = self.checkpoint, Marks.of(view, self._finality_depth)
        if known is None or marks.head < known.block_number:
            return
        if marks != Marks.in_(known):
            self._commit([], view)

    def _require_chain(self, view: View) -> None:
        if view.chain_id != self._deployments.chain_id:
            raise WrongChain(
                f"The node {self._chain.rpc.endpoint} serves chain {view.chain_id}, the contracts "
                f"are on chain {self._deployments.chain_id}: name another node with OGCR_RPC_URL."
            )

    def _measure(self, batches: Sequence[Batch]) -> None:
        self._metrics.events.inc(sum(len(batch.events) for batch in batches))
        if self.checkpoint is not None:
            self._metrics.block.set(self.checkpoint.block_number)
            self._metrics.lag.set(self.checkpoint.head_number - self.checkpoint.block_number)

    def _repair_of(self, known: Checkpoint, fork: Fork, view: View) -> Reorganisation:
        depth = known.block_number - fork.base
        return Reorganisation(
            number=0,
            fork_number=fork.base,
            lost_number=known.block_number,
            lost_hash=known.block_hash,
            finalized_number=known.finalized_number,
            is_below_finality=fork.base < known.finalized_number or depth > self._finality_depth,
            head_number=view.latest.number,
            head_hash=view.latest.hash,
            noticed_at=int(time.time()),
        )

    def _report(self, repair: Reorganisation) -> None:
        depth = repair.lost_number - repair.fork_number
        facts = {"depth": depth, "fork": repair.fork_number, "head": repair.head_number}
        self._metrics.reorg_depth.observe(depth)
        if repair.is_below_finality:
            self._metrics.reorgs_below_finality.inc()
            log.error("reorganisation below finality repaired", **facts)
        else:
            log.warning("reorganisation repaired", **facts)

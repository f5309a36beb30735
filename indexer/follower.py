"""The running indexer: from its settings, it follows the chain until it is told to stop."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from indexer import journal
from indexer.abi import Abi
from indexer.batches import BatchReader
from indexer.chain import Chain
from indexer.database import check_index_tables, create_index_tables, engine
from indexer.deployments import Deployments
from indexer.documents import DocumentStore
from indexer.errors import (
    ChainMoved,
    OtherWriter,
    TryLater,
    UndecodableEvent,
    WrongChain,
    WrongDatabase,
)
from indexer.feed import Feed
from indexer.heads import Heads
from indexer.healing import Healing
from indexer.lock import writer_lock
from indexer.metrics import Metrics
from indexer.models import Checkpoint
from indexer.progress import Backfill
from indexer.rpc import Rpc
from indexer.settings import IndexerSettings
from indexer.sync import Sync

STANDBY_SECONDS = 1.0
HEALING_SECONDS = 5.0
LONGEST_PAUSE = 10.0
#: How often, and for how many seconds, nodes say the same undecodable thing before it is believed.
SIGHTINGS, DOUBT_SECONDS = 3, 4.0

log = structlog.get_logger("indexer")


class Follower(AbstractContextManager["Follower"]):
    """Follows one deployment into one database.

    `catch_up` and `run` prepare it themselves; both raise `StopLoudly` when a person has to look.
    """

    def __init__(self, settings: IndexerSettings, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self._wake = threading.Event()
        self.metrics = metrics or Metrics()
        self._engine = engine(settings.index_url)
        self._lock = writer_lock(self._engine)
        rpc = Rpc(settings.rpc_urls, settings.request_timeout, self.metrics.count_trouble)
        self._chain = Chain(rpc)
        self._healing = Healing(self._engine, DocumentStore(settings.documents))
        self._healed_at = -HEALING_SECONDS
        self._trouble_since: float | None = None
        self._failures = 0
        self._sightings: Counter[str] = Counter()
        self._is_at_head = False
        self.is_standby = False
        self._sync: Sync | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the lock and the connections."""
        self._lock.release()
        self._forget()
        self._engine.dispose()
        self._chain.rpc.close()

    def stop(self) -> None:
        """Let `run` or `catch_up` end after the batch at hand; may come from a signal handler."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Follow the chain until `stop`; troubles that pass are waited out."""
        with Backfill() as backfill, self._listening():
            while not self._stop.is_set():
                self._rest(self._turn(backfill, patience=None))

    def catch_up(self, patience: float = 60.0) -> None:
        """Index up to the node's head; raises `TryLater` after `patience` seconds of trouble."""
        with Backfill() as backfill:
            while not self._stop.is_set():
                pause = self._turn(backfill, patience)
                if self._is_at_head:
                    self._healing.run()
                    return
                self._stop.wait(pause)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """How far the index is, None before its first block."""
        return self._sync.checkpoint if self._sync is not None else None

    def look(self) -> None:
        """Look at the chain once; troubles that pass are for the next look."""
        with Backfill() as backfill:
            self._turn(backfill, patience=None)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Meanwhile, a head that the node announces ends the rest between two looks."""
        if not self._settings.subscribe:
            yield
            return
        heads = Heads(self._settings.rpc_urls, self._wake.set)
        heads.start()
        try:
            yield
        finally:
            heads.close()

    def _rest(self, seconds: float) -> None:
        # A node in trouble is not asked sooner because it announces something.
        (self._stop if self._failures else self._wake).wait(seconds)
        self._wake.clear()

    def _turn(self, backfill: Backfill, patience: float | None) -> float:
        """One step, or a piece of the way to it; gives the seconds to wait before the next one."""
        self._is_at_head = False
        asked = self._chain.rpc.place
        try:
            if not self._lock.acquire():
                return self._stand_by()
            return self._step(backfill)
        except (ChainMoved, OtherWriter) as moved:
            log.info("looking again", why=str(moved))
            if isinstance(moved, OtherWriter):
                self._forget()
            return self._settings.poll_seconds
        except TryLater as trouble:
            self._chain.rpc.turn_from(asked)
            return self._pause(trouble, patience)
        except UndecodableEvent as strange:
            self._chain.rpc.turn_from(asked)
            return self._pause(self._doubted(strange), patience)
        except DBAPIError as trouble:
            return self._pause(_passing(trouble), patience)

    def _step(self, backfill: Backfill) -> float:
        self._sync = self._sync or self._prepared()
        self.metrics.writes.set(1)
        before = self._sync.checkpoint
        try:
            self._is_at_head = self._sync.step()
            self._is_well()
        finally:
            if self._sync.checkpoint is not before:
                self._is_well()
        backfill.show(self._sync.checkpoint)
        if not self._is_at_head:
            return 0.0
        self._heal()
        return self._settings.poll_seconds

    def _is_well(self) -> None:
        """Troubles count from the last progress on."""
        if self._sync is not None:
            self.metrics.condition.went_well(self._sync.checkpoint)
        self._trouble_since = None
        self._failures = 0
        self._sightings.clear()

    def _prepared(self) -> Sync:
        settings = self._settings
        abi = Abi.load(settings.artifacts)
        chain_id = settings.chain_id or self._chain.chain_id()
        deployments = Deployments.load(settings.deployments, chain_id)
        check_index_tables(self._engine)
        create_index_tables(self._engine)
        self._shut_others_out()
        depth, blocks = settings.finality_depth, settings.range_blocks
        one_in = settings.check_one_in
        reader = BatchReader(self._chain, abi, deployments, depth, blocks, one_in)
        feed = Feed(settings.feed, settings.feed_records)
        sync = Sync(self._engine, self._chain, reader, deployments, depth, self.metrics, feed)
        sync.resume()
        if sync.checkpoint is None:
            self._require_contracts(deployments)
        at = sync.checkpoint.block_number if sync.checkpoint else deployments.first_block - 1
        log.info("following", chain=chain_id, block=at, database=self._engine.dialect.name)
        return sync

    def _shut_others_out(self) -> None:
        with self._engine.connect() as connection:
            ended = journal.shut_out(connection)
        if ended:
            log.warning("ended a write of the indexer before this one", connections=ended)

    def _require_contracts(self, deployments: Deployments) -> None:
        if self._chain.view(None).latest.number < deployments.first_block:
            return
        empty = self._chain.without_code(deployments.addresses)
        missing = [str(deployments.name_of(address)) for address in empty]
        if missing:
            raise WrongChain(
                f"Chain {deployments.chain_id} has no contract where the deployments record has "
                f"{', '.join(missing)}: deploy again, or name the chain's own record."
            )

    def _stand_by(self) -> float:
        if not self.is_standby:
            log.info("standing by: another indexer writes this database")
        self.is_standby = True
        self.metrics.condition.stood_by()
        self.metrics.writes.set(0)
        self._forget()
        return STANDBY_SECONDS

    def _forget(self) -> None:
        """Take up the database's checkpoint again before the next step."""
        if self._sync is not None:
            self._sync.close()
        self._sync = None

    def _heal(self) -> None:
        now = time.monotonic()
        if now - self._healed_at >= HEALING_SECONDS:
            self._healed_at = now
            self._healing.run()

    def _doubted(self, strange: UndecodableEvent) -> TryLater:
        """A node may have cut the log short: raises it again when every endpoint goes on so."""
        self._sightings[str(strange)] += 1
        lasts = time.monotonic() - (self._trouble_since or time.monotonic()) >= DOUBT_SECONDS
        enough = max(SIGHTINGS, len(self._settings.rpc_urls))
        if lasts and self._sightings[str(strange)] >= enough:
            raise strange
        return TryLater(f"Perhaps the node cut it short: {strange}")

    def _pause(self, trouble: TryLater, patience: float | None) -> float:
        """How long to wait after a trouble: longer each time, never in step with others."""
        now = time.monotonic()
        self._trouble_since = self._trouble_since or now
        if patience is not None and now - self._trouble_since >= patience:
            raise trouble
        self._failures += 1
        self.metrics.condition.met_trouble(str(trouble))
        longest = min(LONGEST_PAUSE, 0.1 * 2.0 ** min(self._failures, 10))
        pause = random.uniform(longest / 2, longest)
        log.warning("trying again", why=str(trouble), seconds=round(pause, 2))
        return pause


def _passing(error: DBAPIError) -> TryLater:
    """A lost connection, a locked or full database pass; anything else needs a person."""
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return TryLater(f"The database is in trouble ({_first_line(error)}).")
    raise WrongDatabase(
        f"The database refuses the index ({_first_line(error)}): run `python -m indexer rebuild`."
    ) from error


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().split("\n")[0]

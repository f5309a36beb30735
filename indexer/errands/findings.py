"""Findings: every anchored document examined, and those that are missing fetched, ever later."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlmodel import Session

from indexer.database import snapshot, transaction
from indexer.documents import DocumentCorrupt, DocumentMissing, DocumentStore
from indexer.errands.agreement import hold_index
from indexer.errands.anchors import Anchored, anchored, unexamined
from indexer.errands.fetching import Fetcher, NotFetched
from indexer.errands.judgement import differences, reasons
from indexer.footprints import register_document
from indexer.models import Block, Checkpoint, DocumentFinding, DocumentRetrieval
from indexer.settings import IndexerSettings

AT_ONCE = 100
FETCHERS = 4
LONGEST_WAIT = 6 * 3600
#: Every so often all rows are looked at, whatever happened between two looks.
WHOLE_SECONDS = 600.0
_findings, _retrievals = DocumentFinding.__table__, DocumentRetrieval.__table__

log = structlog.get_logger("indexer")


class Findings:
    """Examines and fetches; what there is to do is in the database, so it can die at any time."""

    def __init__(self, engine: Engine, settings: IndexerSettings) -> None:
        self._engine = engine
        self._settings = settings
        self._store = DocumentStore(settings.documents)
        self._fetcher = Fetcher(settings)
        self._threads = ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch")
        self._seen: tuple[int, str] | None = None
        self._whole_at = -WHOLE_SECONDS

    def close(self) -> None:
        """Let go of what is being fetched."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def step(self) -> bool:
        """Examine what is new, fetch what is due; True when there is more to do at once."""
        more = self._examine_new()
        return self._retrieve_due() or more

    def _examine_new(self) -> bool:
        with snapshot(self._engine) as session:
            checkpoint = session.scalars(select(Checkpoint)).first()
            since = self._since(session)
            found = list(unexamined(session.connection(), since, AT_ONCE))
        if checkpoint is None:
            return False
        self._keep([(one, self._judged(one)) for one in found])
        if len(found) < AT_ONCE:
            self._seen = checkpoint.block_number, checkpoint.block_hash
        return bool(found)

    def _since(self, session: Session) -> int:
        """Rows that began before what was looked through are not looked at again."""
        now = time.monotonic()
        number, block_hash = self._seen or (0, "")
        block = session.get(Block, number)
        if block is None or block.hash != block_hash or now - self._whole_at > WHOLE_SECONDS:
            self._whole_at = now
            return 0
        return number

    def _judged(self, one: Anchored) -> DocumentFinding:
        found = DocumentFinding(
            table_name=one.anchor.table_name,
            row_key=one.key,
            column_name=one.anchor.column,
            block_number=one.row.valid_from,
            hash=one.hash,
            kind=one.anchor.kind,
            status="missing",
            examined_at=int(time.time()),
        )
        try:
            content = self._store.get(one.hash)
        except (DocumentMissing, DocumentCorrupt):
            return found
        document, faults = reasons(one.anchor.kind, content)
        found.reasons = faults
        found.differences = differences(one, document)
        found.status = "invalid" if faults else "valid"
        return found

    def _keep(self, found: Sequence[tuple[Anchored, DocumentFinding]]) -> None:
        """Each in place of the finding before it, provided that its row is still what it was."""
        if not found:
            return
        with transaction(self._engine) as session:
            hold_index(session)
            kept = [finding for one, finding in found if self._stands(session, one)]
            for finding in kept:
                session.execute(delete(_findings).where(*_place(finding)))
            session.add_all(kept)
            session.flush()
            _note_missing(session, kept)
        if len(kept) < len(found):
            self._seen = None

    def _stands(self, session: Session, one: Anchored) -> bool:
        place = one.anchor.table_name, one.key, one.anchor.column
        now = [found.row for found in anchored(session.connection(), [place])]
        return now == [one.row]

    def _retrieve_due(self) -> bool:
        now = int(time.time())
        with snapshot(self._engine) as session:
            due = select(DocumentRetrieval).where(_retrievals.c.next_attempt_at <= now)
            rows = session.scalars(due.order_by(_retrievals.c.next_attempt_at).limit(AT_ONCE)).all()
            places = {row.hash: _anchored(session, row.hash) for row in rows}
        outcomes = self._threads.map(lambda row: self._attempt(row.hash, places[row.hash]), rows)
        for row, outcome in zip(rows, outcomes, strict=True):
            self._settle(row, places[row.hash], outcome)
        return bool(rows)

    def _attempt(self, digest: str, places: Sequence[Anchored]) -> bytes | str:
        """The bytes of a document, or why they cannot be had."""
        try:
            return self._store.get(digest)
        except (DocumentMissing, DocumentCorrupt):
            pass
        if not self._settings.fetch_documents:
            return "Fetching is switched off (OGCR_FETCH_DOCUMENTS)."
        why = "The chain names no address of it."
        for uri in dict.fromkeys(one.uri for one in places if one.uri):
            try:
                return self._fetcher.document(digest, uri)
            except NotFetched as error:
                why = str(error)
        return why

    def _settle(
        self, row: DocumentRetrieval, places: Sequence[Anchored], outcome: bytes | str
    ) -> None:
        if isinstance(outcome, str) and places:
            self._put_off(row, outcome)
            return
        if isinstance(outcome, bytes):
            self._store.put(outcome)
            log.info("document held", document=row.hash, attempts=row.attempts)
            with transaction(self._engine) as session:
                if any(one.anchor.kind == "pdd" for one in places):
                    register_document(session, outcome)
        with transaction(self._engine) as session:
            session.execute(delete(_retrievals).where(_retrievals.c.hash == row.hash))
        self._keep([(one, self._judged(one)) for one in places])

    def _put_off(self, row: DocumentRetrieval, why: str) -> None:
        """Wait twice as long after each failure, and never in step with others."""
        now = time.time()
        later = self._settings.fetch_retry_seconds * 2.0 ** min(row.attempts, 20)
        longest = min(LONGEST_WAIT, later)
        values = {
            "attempts": row.attempts + 1,
            "last_attempt_at": int(now),
            "next_attempt_at": int(now + random.uniform(longest / 2, longest)) + 1,
            "outcome": why.replace("\x00", "\ufffd"),
        }
        with transaction(self._engine) as session:
            later_on = update(_retrievals).where(_retrievals.c.hash == row.hash)
            session.execute(later_on.values(values))


def _place(finding: DocumentFinding) -> tuple[ColumnElement[bool], ...]:
    columns = _findings.c
    return (
        columns.table_name == finding.table_name,
        columns.row_key == finding.row_key,
        columns.column_name == finding.column_name,
    )


def _note_missing(session: Session, kept: Sequence[DocumentFinding]) -> None:
    """What is missing will be fetched, at once the first time."""
    missing = {finding.hash for finding in kept if finding.status == "missing"}
    waiting = select(_retrievals.c.hash).where(_retrievals.c.hash.in_(missing))
    waiting_hashes = set(session.scalars(waiting))
    session.add_all(DocumentRetrieval(hash=one) for one in sorted(missing - waiting_hashes))


def _anchored(session: Session, digest: str) -> list[Anchored]:
    """The current rows that anchor a document, as far as they were examined."""
    columns = _findings.c
    query = select(columns.table_name, columns.row_key, columns.column_name)
    rows = session.execute(query.where(columns.hash == digest))
    places = [(one[0], one[1], one[2]) for one in rows]
    found = anchored(session.connection(), places)
    return [one for one in found if one.hash == digest]

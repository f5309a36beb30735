"""One transaction's part of the feed: records with cursors in the order of their commits.

There is one writer, and the position is written with the records: cursors have no gap, grow with
time, and are never given twice.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from indexer.batches import Batch
from indexer.changes import Place
from indexer.feed.successions import Succession, successions
from indexer.handlers import changes_of
from indexer.models import VERSIONED, Block, Checkpoint, FeedPosition, RowChange

WRITTEN_AT_ONCE = 2_000
_records, _positions, _blocks = RowChange.__table__, FeedPosition.__table__, Block.__table__
_ORDER = {table: place for place, table in enumerate(VERSIONED)}

Row = dict[str, Any]


class FeedEntry:
    """What a transaction adds to the feed: roll back first, then record, then close."""

    def __init__(
        self, connection: Connection, known: Checkpoint | None, keep: int, *, from_start: bool
    ) -> None:
        self._connection = connection
        self._known = known
        self._keep = keep
        self._from_start = from_start
        position = connection.execute(select(_positions)).mappings().first()
        self._position = FeedPosition(**position) if position else FeedPosition(last_cursor=0)
        through = self._position.through_number, self._position.through_hash
        at = (None, None) if known is None else (known.block_number, known.block_hash)
        #: False while the feed has not begun, or lacks what other settings or a rebuild left out.
        self._is_whole = position is not None and through == at

    def roll_back(self, base: int) -> None:
        """Take back every change after a block; to be called while the rows still hold them."""
        if not self._is_whole:
            return
        tip = self._known
        left = None if tip is None else {"block_number": tip.block_number, "hash": tip.block_hash}
        found = sorted(successions(self._connection, VERSIONED, base + 1), key=_place)
        hashes = self._hashes(base)
        self._append(
            _row(s.undone(), "rolled_back", None, hashes.get(s.block)) for s in reversed(found)
        )
        mark = {"kind": "reorganised", "block_number": base, "block_hash": hashes.get(base)}
        self._append([_record(**mark, before=_json(left))])

    def record(self, batch: Batch) -> None:
        """The changes of a batch that is written already."""
        if not self._is_whole and self._from_start:
            self._restart(batch.first - 1, None)
        if not self._is_whole or not batch.events:
            return
        touched, hashes = _touched(batch), {h.number: h.hash for h in batch.headers}
        tables = {table for (table, _), _ in touched}
        found = successions(self._connection, tables, batch.first, batch.last.number)
        placed = [(touched.get(((s.table, s.key), s.block)), s) for s in found]
        placed.sort(key=lambda pair: (pair[1].block, pair[0] or 0, *_place(pair[1])[1:]))
        self._append(_row(s, s.kind, index, hashes.get(s.block)) for index, s in placed)

    def close(self, reached: Checkpoint | None, finalized: int) -> None:
        """Begin when the index has come near the head, drop what is kept no longer, keep place."""
        if reached is not None and not self._is_whole and reached.block_number >= finalized:
            self._restart(reached.block_number, reached.block_hash)
        if not self._is_whole:
            return
        self._drop()
        self._position.through_number = None if reached is None else reached.block_number
        self._position.through_hash = None if reached is None else reached.block_hash
        self._connection.execute(delete(_positions))
        self._connection.execute(insert(_positions), [self._position.model_dump()])

    def _restart(self, block: int, block_hash: str | None) -> None:
        self._is_whole = True
        mark = _record(kind="restarted", block_number=block, block_hash=block_hash)
        self._append([mark])

    def _append(self, rows: Iterable[Row]) -> None:
        part: list[Row] = []
        for row in rows:
            self._position.last_cursor += 1
            part.append(row | {"cursor": self._position.last_cursor})
            if len(part) == WRITTEN_AT_ONCE:
                self._connection.execute(insert(_records), part)
                part = []
        if part:
            self._connection.execute(insert(_records), part)

    def _drop(self) -> None:
        last = self._position.last_cursor - self._keep
        if self._keep and last > self._position.dropped_cursor:
            self._connection.execute(delete(_records).where(_records.c.cursor <= last))
            self._position.dropped_cursor = last

    def _hashes(self, base: int) -> dict[int, str]:
        found = self._connection.execute(select(_blocks).where(_blocks.c.number >= base))
        return {block.number: block.hash for block in found}


def _touched(batch: Batch) -> dict[tuple[Place, int], int]:
    """Of each row and block, the log index of the last event that touched it there."""
    return {
        ((change.table, change.key), event.block_number): event.log_index
        for event in batch.events
        for change in changes_of(event)
    }


def _place(succession: Succession) -> tuple[int, int, tuple[str, ...]]:
    key = tuple(str(part) for part in succession.key)
    return succession.block, _ORDER[succession.table], key


def _row(succession: Succession, kind: str, index: int | None, block_hash: str | None) -> Row:
    return _record(
        kind=kind,
        table_name=succession.table.__table__.name,
        row_key=_json(dict(zip(succession.table.key_columns(), succession.key, strict=True))),
        block_number=succession.block,
        block_hash=block_hash,
        log_index=index,
        before=_json(succession.differing()),
        after=_json(succession.after),
    )


def _record(**columns: Any) -> Row:
    return {name: columns.get(name) for name in RowChange.model_fields if name != "cursor"}


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()

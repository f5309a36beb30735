"""Changes: a record of the feed as an answer or a message shows it."""

from __future__ import annotations

from typing import Any

import orjson

from api.snapshot import Position
from indexer.models import RowChange


def change_record(position: Position, record: RowChange) -> dict[str, Any]:
    """One record; row states are given as the feed keeps them, without being read again."""
    return {
        "cursor": record.cursor,
        "kind": record.kind,
        "table": record.table_name,
        "key": _json(record.row_key),
        "block_number": record.block_number,
        "block_hash": record.block_hash,
        "log_index": record.log_index,
        "finality": position.finality_of(record.block_number),
        "before": _json(record.before),
        "after": _json(record.after),
    }


def _json(text: str | None) -> orjson.Fragment | None:
    return None if text is None else orjson.Fragment(text)

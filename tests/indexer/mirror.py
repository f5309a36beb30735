"""A reader of the change feed that knows nothing else: it must hold what the index holds."""

from __future__ import annotations

import json
from typing import Any

import orjson
from sqlalchemy import select

from indexer.database import engine, snapshot
from indexer.models import VERSIONED, FeedPosition, RowChange, as_of
from indexer.settings import IndexerSettings

Rows = dict[tuple[str, str], dict[str, Any]]


class Mirror:
    """Rows by table and key, moved by the records of the feed alone, in the order of cursors."""

    def __init__(self, settings: IndexerSettings) -> None:
        self._settings = settings
        self.rows: Rows = {}
        self.records: list[RowChange] = []

    def follow(self) -> None:
        """Read what came after the last cursor and apply it."""
        last = self.records[-1].cursor if self.records else 0
        news = records(self._settings, last)
        assert [record.cursor for record in news] == list(range(last + 1, last + 1 + len(news)))
        for record in news:
            self._apply(record)
        self.records += news

    def take(self) -> None:
        """Begin with the rows as the index has them now."""
        self.rows = indexed(self._settings)
        self.records = records(self._settings)

    def _apply(self, record: RowChange) -> None:
        if record.table_name is None:
            return
        place = record.table_name, str(record.row_key)
        before = None if record.before is None else json.loads(record.before)
        held = self.rows.get(place)
        assert (held is None) == (before is None)
        if held is not None and before is not None:
            assert {name: held[name] for name in before} == before
        if record.after is None:
            del self.rows[place]
        else:
            self.rows[place] = json.loads(record.after)


def records(settings: IndexerSettings, after: int = 0) -> list[RowChange]:
    """The feed after a cursor."""
    cursor = RowChange.__table__.c.cursor
    with snapshot(engine(settings.database_url)) as session:
        return list(session.scalars(select(RowChange).where(cursor > after).order_by(cursor)))


def position(settings: IndexerSettings) -> FeedPosition | None:
    """Where the feed stands."""
    with snapshot(engine(settings.database_url)) as session:
        return session.scalars(select(FeedPosition)).first()


def indexed(settings: IndexerSettings) -> Rows:
    """The current rows of every versioned table."""
    found: Rows = {}
    with snapshot(engine(settings.database_url)) as session:
        for table in VERSIONED:
            for row in session.scalars(select(table).where(as_of(table))):
                state = row.model_dump(exclude={"valid_from", "valid_to"})
                key = orjson.dumps({name: state[name] for name in table.key_columns()}).decode()
                found[table.__table__.name, key] = state
    return found

"""Queries: exports to other registries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmodel import select

from api.queries.statements import Exports
from api.snapshot import Snapshot
from indexer.models import UnitExport


def exports_of(snapshot: Snapshot, token_ids: Iterable[str]) -> Mapping[str, UnitExport]:
    """The last export of each unit that was ever to be exported, by token id."""
    query = select(Exports).where(snapshot.valid(Exports), Exports.token_id.in_(list(token_ids)))
    return {row.token_id: row for row in snapshot.session.exec(query)}

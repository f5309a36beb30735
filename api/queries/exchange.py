"""Queries: exports to and imports from other registries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmodel import select

from api.queries.statements import Exports, Imports
from api.snapshot import Snapshot
from indexer.models import UnitExport, UnitImport


def exports_of(snapshot: Snapshot, token_ids: Iterable[str]) -> Mapping[str, UnitExport]:
    """The last export of each unit that was ever to be exported, by token id."""
    query = select(Exports).where(snapshot.valid(Exports), Exports.token_id.in_(list(token_ids)))
    return {row.token_id: row for row in snapshot.session.exec(query)}


def imports_of(snapshot: Snapshot, report_ids: Iterable[str]) -> Mapping[str, UnitImport]:
    """Where imported units came from, by the report id that stands for their key there."""
    query = select(Imports).where(snapshot.valid(Imports), Imports.report_id.in_(list(report_ids)))
    return {row.report_id: row for row in snapshot.session.exec(query)}

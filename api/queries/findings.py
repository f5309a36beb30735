"""Queries: what was found out about the document that a row anchors."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import select

from api.queries.statements import Findings, Retrievals
from api.snapshot import Snapshot
from indexer.models import DocumentFinding, DocumentRetrieval


@dataclass(frozen=True)
class Finding:
    """What was found, and what was tried while it is missing; None where nobody looked yet."""

    found: DocumentFinding | None = None
    tried: DocumentRetrieval | None = None


def finding_of(
    snapshot: Snapshot, table: str, key: str, column: str, content_hash: str | None
) -> Finding:
    """The finding about a document by the row and column that anchor it."""
    if content_hash is None:
        return Finding()
    query = select(Findings, Retrievals).outerjoin(Retrievals, Retrievals.hash == Findings.hash)
    place = Findings.table_name == table, Findings.row_key == key, Findings.column_name == column
    row = snapshot.session.exec(query.where(*place, Findings.hash == content_hash)).first()
    return Finding(*row) if row else Finding()

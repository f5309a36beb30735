"""Queries: what was found about the document that a row anchors, read together with the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_

from api.queries.prepared import some_of
from api.queries.statements import Findings


def finding_of(table: str, key: Any, digest: Any) -> ColumnElement[bool]:
    """The condition that a finding is about the document that a column of a row anchors."""
    return and_(
        Findings.table_name == table,
        Findings.row_key == key,
        Findings.column_name == digest.key,
        Findings.hash == digest,
    )


def finding_shown() -> Any:
    """What a list says of a finding."""
    return some_of(Findings, "row_key", "status", "differences")

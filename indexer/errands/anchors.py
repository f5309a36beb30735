"""Which columns of which rows anchor documents, of which kind, and where those can be had.

A completeness test fails when a table gains a column of a content hash that is not named here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, cast, exists, literal, select

from indexer.models import (
    DocumentFinding,
    Methodology,
    PDDVersion,
    Project,
    Report,
    ReportVersion,
    Versioned,
    as_of,
)

_findings = DocumentFinding.__table__.c


@dataclass(frozen=True)
class Anchor:
    """A column that holds content hashes, the kind of document, and the column of its URI."""

    table: type[Versioned]
    column: str
    uri: str
    kind: str

    @property
    def table_name(self) -> str:
        """Name of the table in the database."""
        return str(self.table.__table__.name)

    @property
    def hash(self) -> ColumnElement[Any]:
        """The column itself."""
        return self.table.__table__.c[self.column]

    @property
    def row_key(self) -> ColumnElement[str]:
        """The key of a row as one text, its parts separated by slashes."""
        columns = self.table.__table__.c
        first, *others = (cast(columns[name], String) for name in self.table.key_columns())
        whole: ColumnElement[str] = first
        for other in others:
            whole = whole + literal("/") + other
        return whole


@dataclass(frozen=True)
class Anchored:
    """A current row that anchors a document."""

    anchor: Anchor
    key: str
    row: Any

    @property
    def hash(self) -> str:
        """The content hash."""
        return str(getattr(self.row, self.anchor.column))

    @property
    def uri(self) -> str | None:
        """Where the document can be had, as whoever anchored it says."""
        found: str | None = getattr(self.row, self.anchor.uri)
        return found or None


ANCHORS: tuple[Anchor, ...] = (
    Anchor(Methodology, "document_hash", "uri", "methodology"),
    Anchor(Project, "pdd_hash", "uri", "pdd"),
    Anchor(Project, "metadata_hash", "metadata_uri", "metadata"),
    Anchor(Project, "decision_hash", "decision_uri", "decision"),
    Anchor(PDDVersion, "pdd_hash", "uri", "pdd"),
    Anchor(Report, "report_hash", "uri", "mrv"),
    Anchor(Report, "statement_hash", "statement_uri", "decision"),
    Anchor(ReportVersion, "report_hash", "uri", "mrv"),
)


def unexamined(connection: Connection, since: int, limit: int) -> Iterator[Anchored]:
    """Current rows from a block on whose documents were not examined as the rows are now."""
    for anchor in ANCHORS:
        columns = anchor.table.__table__.c
        examined = exists().where(
            _findings.table_name == anchor.table_name,
            _findings.column_name == anchor.column,
            _findings.row_key == anchor.row_key,
            _findings.block_number == columns.valid_from,
            _findings.hash == anchor.hash,
        )
        wanted = as_of(anchor.table), columns.valid_from >= since, anchor.hash.is_not(None)
        query = select(anchor.row_key.label("row_key"), anchor.table.__table__)
        for row in connection.execute(query.where(*wanted, ~examined).limit(limit)):
            yield Anchored(anchor, row.row_key, row)


def anchored(connection: Connection, places: Sequence[tuple[str, str, str]]) -> Iterator[Anchored]:
    """The current rows of (table, key, column)."""
    for table, key, column in places:
        for anchor in ANCHORS:
            if (anchor.table_name, anchor.column) == (table, column):
                query = select(anchor.row_key.label("row_key"), anchor.table.__table__)
                query = query.where(as_of(anchor.table), anchor.row_key == key)
                for row in connection.execute(query):
                    yield Anchored(anchor, row.row_key, row)

"""Tables of the index at a block as Parquet or CSV files, with a manifest of what they are."""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, Select, func, select
from sqlmodel import Session

from indexer.digest import digest
from indexer.models import VERSIONED, Block, Checkpoint, Event, IndexTable, Versioned, as_of
from indexer.work import Work

_EXPORTED: tuple[type[IndexTable], ...] = (*VERSIONED, Event)
TABLES = {str(table.__table__.name): table for table in _EXPORTED}
ROWS_AT_ONCE = 10_000

Rows = Sequence[Sequence[Any]]
Sink = Callable[[Rows], None]


class Export:
    """An export of one state of the index into an empty folder."""

    def __init__(
        self, session: Session, checkpoint: Checkpoint, block: int, folder: Path, form: str
    ) -> None:
        self._session = session
        self._checkpoint = checkpoint
        self._block = block
        self._folder = folder
        self._form = form

    def write(self, names: Sequence[str]) -> dict[str, Any]:
        """Write the tables, then the manifest; gives the manifest."""
        self._folder.mkdir(parents=True, exist_ok=True)
        queries = {name: self._query(TABLES[name]) for name in names}
        total = sum(self._count(query) for query in queries.values())
        with Work("exporting rows", total) as work:
            tables = {name: self._table(name, query, work) for name, query in queries.items()}
        manifest = self._manifest(tables)
        _write_whole(self._folder / "manifest.json", json.dumps(manifest, indent=2).encode())
        return manifest

    def _table(self, name: str, query: Select[Any], work: Work) -> dict[str, Any]:
        columns = [column for column in query.selected_columns if isinstance(column, Column)]
        path, count = self._folder / f"{name}.{self._form}", 0
        part = path.with_suffix(".part")
        found = self._session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
        with _SINKS[self._form](part, columns) as put:
            for rows in found.partitions(ROWS_AT_ONCE):
                put(rows)
                count += len(rows)
                work.advance(len(rows))
        os.replace(part, path)
        return {"file": path.name, "rows": count, "sha256": _sha256(path)}

    def _query(self, table: type[IndexTable]) -> Select[Any]:
        columns = table.__table__.c
        if issubclass(table, Versioned):
            named = [column for column in columns if column.name != "valid_to"]
            keys = [columns[name] for name in table.key_columns()]
            return select(*named).where(as_of(table, self._block)).order_by(*keys)
        ordered = select(*columns).where(columns.block_number <= self._block)
        return ordered.order_by(*table.__table__.primary_key.columns)

    def _count(self, query: Select[Any]) -> int:
        counted = select(func.count()).select_from(query.order_by(None).subquery())
        return int(self._session.scalar(counted) or 0)

    def _manifest(self, tables: dict[str, Any]) -> dict[str, Any]:
        known = self._session.get(Block, self._block)
        return {
            "chain_id": self._checkpoint.chain_id,
            "deployments_hash": self._checkpoint.deployments_hash,
            "block_number": self._block,
            "block_hash": known.hash if known else None,
            "is_final": self._block <= self._checkpoint.finalized_number,
            "digest": digest(self._session, self._block),
            "tables": tables,
        }


@contextmanager
def _parquet(path: Path, columns: Sequence[Column[Any]]) -> Iterator[Sink]:
    schema = pa.schema([(column.name, _arrow_type(column)) for column in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def put(rows: Rows) -> None:
            arrays = [
                pa.array([_flat(column, row[place]) for row in rows], schema.field(place).type)
                for place, column in enumerate(columns)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield put


@contextmanager
def _csv(path: Path, columns: Sequence[Column[Any]]) -> Iterator[Sink]:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])

        def put(rows: Rows) -> None:
            for row in rows:
                writer.writerow(_flat(column, row[i]) for i, column in enumerate(columns))

        yield put


_SINKS: dict[str, Callable[[Path, Sequence[Column[Any]]], AbstractContextManager[Sink]]] = {
    "parquet": _parquet,
    "csv": _csv,
}


def _arrow_type(column: Column[Any]) -> pa.DataType:
    kinds = {
        Integer: pa.int64(),
        Float: pa.float64(),
        Boolean: pa.bool_(),
        LargeBinary: pa.binary(),
    }
    found = (arrow for kind, arrow in kinds.items() if isinstance(column.type, kind))
    return next(found, pa.string())


def _flat(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, JSON) and value is not None:
        return orjson.dumps(value).decode()
    return value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(content)
    os.replace(part, path)

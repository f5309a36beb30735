"""The ground that the index ascribes to documents, derived anew from their bytes and compared."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from indexer.database import create_index_tables, engine, transaction
from indexer.documents import hash_of
from indexer.footprints import register_document
from indexer.models import Footprint, GeometryConflict, IndexTable
from scripts.auditing.checks import Checks
from scripts.auditing.documents import Source

TABLES: tuple[tuple[type[IndexTable], tuple[str, ...]], ...] = (
    (Footprint, ("hash",)),
    (GeometryConflict, ("hash_a", "hash_b")),
)
Rows = dict[tuple[str, ...], dict[str, Any]]


def compare_ground(index: Connection, source: Source, checks: Checks) -> None:
    """Compare footprints and conflicts with those of the documents that `source` has whole.

    A document that it lacks, or has changed, is named with the anchors.
    """
    stored = [_rows(index, table, keys) for table, keys in TABLES]
    contents = dict(_whole(source, sorted(digest for (digest,) in stored[0])))
    derived = list(_derived(contents.values()))
    for (table, _), held, made in zip(TABLES, stored, derived, strict=True):
        checks.saw("model", len(held))
        known = (key for key in held.keys() | made.keys() if contents.keys() >= set(key))
        for key in sorted(known):
            name = f"{table.__tablename__} {' '.join(key)}"
            for sentence in _differences(name, made.get(key), held.get(key)):
                checks.discrepancy("model", sentence)


def _whole(source: Source, digests: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for digest in digests:
        found = source.find(digest)
        if found is not None and hash_of(found.content) == digest:
            yield digest, found.content


def _derived(contents: Iterable[bytes]) -> Iterator[Rows]:
    with tempfile.TemporaryDirectory() as folder:
        fresh = engine(f"sqlite:///{Path(folder) / 'ground.db'}")
        create_index_tables(fresh)
        with transaction(fresh) as session:
            for content in contents:
                register_document(session, content)
        with fresh.connect() as connection:
            yield from [_rows(connection, table, keys) for table, keys in TABLES]
        fresh.dispose()


def _rows(connection: Connection, table: type[IndexTable], keys: tuple[str, ...]) -> Rows:
    found = connection.execute(table.__table__.select()).mappings()
    return {tuple(row[key] for key in keys): dict(row) for row in found}


def _differences(
    name: str, made: dict[str, Any] | None, held: dict[str, Any] | None
) -> Iterator[str]:
    if made is None:
        yield f"The index has {name}, which the documents do not make."
    elif held is None:
        yield f"The index lacks {name}, which the documents make."
    else:
        for column, said in made.items():
            if held[column] != said:
                value = held[column]
                yield f"The index has {column} = {value!r} in {name}, its document says {said!r}."

"""How long it takes to know who claims the ground of a new project, in a large registry.

Run by hand: `pytest tests/benchmarks/overlap.py -s` (options as of reading.py). Half of the new
projects reach into the ground of another one, the others lie apart. It asserts no time.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from rich.console import Console
from sqlalchemy import Engine

from indexer.database import create_index_tables, transaction
from indexer.documents import hash_of
from indexer.footprints import conflicts_of, register_document

from .holdings import TYPES, Holdings, corner, pdd
from .reading import database_url, large, nowhere, place

__all__ = ["database_url", "large", "nowhere", "place"]
NEW = 200


def test_overlap(large: tuple[FastAPI, Holdings]) -> None:
    app, held = large
    engine: Engine = app.state.registry.engine
    create_index_tables(engine)
    times = []
    for content, is_claimed in _new_projects(held):
        began = time.perf_counter()
        claimed = _is_claimed(engine, content)
        times.append(1000 * (time.perf_counter() - began))
        assert claimed is is_claimed
    times.sort()
    Console(highlight=False, width=140).print(
        f"{engine.dialect.name}: who claims the ground of a new project, among {held.projects:,}: "
        f"p50 {times[NEW // 2]:.1f} ms, p99 {times[NEW * 99 // 100]:.1f} ms"
    )


def _new_projects(held: Holdings) -> Iterator[tuple[bytes, bool]]:
    """Documents, and whether each reaches into the ground of a project that is there."""
    chance = random.Random(1)
    for number in range(NEW):
        neighbour = chance.randrange(held.projects // len(TYPES)) * len(TYPES)
        west, south = corner(neighbour)
        is_claimed = number % 2 == 0
        # Nobody has ground so far south.
        moved = (west + 0.01, south + 0.01) if is_claimed else (west, chance.uniform(-80, -70))
        document = json.loads(pdd(held, neighbour))
        yield _bytes({**document, "id": f"new-{number}", "geometry": _box(*moved)}), is_claimed


def _box(west: float, south: float) -> dict[str, Any]:
    east, north = west + 0.02, south + 0.02
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _is_claimed(engine: Engine, content: bytes) -> bool:
    """As the API looks at a document that is handed in, which is forgotten again."""
    with transaction(engine) as session:
        looked = session.begin_nested()
        register_document(session, content)
        found = conflicts_of(session, hash_of(content))
        looked.rollback()
    return bool(found)

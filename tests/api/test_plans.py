"""No query reads a table that may be large from end to end, and no answer takes many of them: what
readers ask, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI

from api.main import create_app
from api.migrations import migrate
from api.queries import anchored, search
from api.settings import ApiSettings

from ..benchmarks.holdings import CHAIN_ID, Holdings, fill  # noqa: TID252
from ..benchmarks.plans import Asked, watched, without_index  # noqa: TID252
from ..benchmarks.questions import SORTED, questions  # noqa: TID252
from ..benchmarks.reading import answer_to  # noqa: TID252

#: So many queries an answer takes at most, however many rows it shows.
MOST = 12


def test_every_query_has_an_index_and_an_answer_takes_few(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A registry of 100 projects, 300 reports and 1,000 units, asked for everything once."""
    held = Holdings(100, 300, 1000)
    settings = ApiSettings(
        database_url=database_url,
        rpc_urls=("http://127.0.0.1:1",),
        chain_id=CHAIN_ID,
        documents=tmp_path / "documents",
        seal_key_file=tmp_path / "key",
        rate_reads="1000000/second",
    )
    app = create_app(settings)
    engine = app.state.registry.engine
    fill(engine, settings.documents, held)
    migrate(engine)
    asked: dict[str, list[Asked]] = {}

    async def ask() -> None:
        for name, path in questions(held, 1):
            with watched(engine) as seen:
                await answer_to(app, path)
            # Meanwhile another thread writes the audit log.
            asked[name] = [one for one in seen if "audit_" not in one[0]]

    asyncio.run(ask())
    assert len(asked) > 80
    # As if there were so many documents of a kind that they are not named one by one.
    few = {name: path for name, path in questions(held, 1) if _is_of_documents(path)}
    lists = {name: path for name, path in few.items() if path.startswith("/projects?")}
    for sort in SORTED:
        few |= {f"{name}, by {sort}": f"{path}&sort={sort}" for name, path in lists.items()}
    shown = asyncio.run(_shown(app, few))
    for room in (anchored, search):
        monkeypatch.setattr(room, "FEW", 2)
    with watched(engine) as seen:
        assert asyncio.run(_shown(app, few)) == shown
    asked["of many documents"] = [one for one in seen if "audit_" not in one[0]]
    assert len(few) > 5
    with engine.connect() as connection:
        wanting = {
            name: found
            for name, queries in asked.items()
            if (found := [table for one in queries for table in without_index(connection, one)])
        }
    app.state.registry.close()
    assert wanting == {}
    del asked["of many documents"]
    assert {name: len(queries) for name, queries in asked.items() if len(queries) > MOST} == {}


def _is_of_documents(path: str) -> bool:
    return any(f"{name}=" in path for name in ("q", "country", "bbox", "actor"))


async def _shown(app: FastAPI, paths: dict[str, str]) -> dict[str, Any]:
    """What the lists have, but for the moment of the answer."""
    found = {}
    for name, path in paths.items():
        content = orjson.loads(await answer_to(app, path))
        del content["timeStamp"]
        found[name] = content
    return found

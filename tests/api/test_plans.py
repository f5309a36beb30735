"""No query reads a table that may be large from end to end, and no answer takes many of them: what
readers ask, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, insert, select, update

from api.main import create_app
from api.migrations import migrate
from api.queries import anchored, listing, project_runs, search
from api.queries.among import among
from api.queries.statements import Footprints, Projects
from api.settings import ApiSettings
from indexer import database

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
    # As if there were so many of everything that a list is not read or sorted as a whole.
    with engine.begin() as connection:
        silent = Footprints.hash.like("%1") | Footprints.hash.like("%a")
        connection.execute(update(Footprints).where(silent).values(name=None, country=None))
        connection.execute(delete(Footprints).where(Footprints.hash.like("%2")))
    lists = [path for _, path in questions(held, 1) if _is_of_documents(path)]
    lists += list(_in_other_orders(lists))
    shown = asyncio.run(_shown(app, lists))
    for room, bound in ((anchored, "FEW"), (search, "FEW"), (listing, "FEW"), (listing, "NEAR")):
        monkeypatch.setattr(room, bound, 2)
    monkeypatch.setattr(listing, "FAR", 5)
    monkeypatch.setattr(project_runs, "SORTED_TOGETHER", 0)
    with watched(engine) as seen:
        for path, pages in asyncio.run(_shown(app, lists)).items():
            assert pages == shown[path], path
    asked["of a large registry"] = [one for one in seen if "audit_" not in one[0]]
    with engine.connect() as connection:
        wanting = {
            name: found
            for name, queries in asked.items()
            if (found := [table for one in queries for table in without_index(connection, one)])
        }
    app.state.registry.close()
    assert wanting == {}
    del asked["of a large registry"]
    assert {name: len(queries) for name, queries in asked.items() if len(queries) > MOST} == {}


def _is_of_documents(path: str) -> bool:
    return any(f"{name}=" in path for name in ("q", "country", "bbox", "actor"))


def _in_other_orders(lists: list[str]) -> Iterator[str]:
    """Of projects by what documents say; and from cursor to cursor, or far from their beginning."""
    few = "limit=30"
    for path in lists:
        if path.startswith("/projects?"):
            yield from (f"{path}&sort={sort}" for sort in SORTED)
    for sort in (*SORTED, "approved_at", "created_at"):
        for order in (sort, f"-{sort}"):
            yield from (f"/projects?{few}&sort={order}&{how}" for how in ("cursor=*", "offset=41"))
            yield f"/projects?{few}&sort={order}&as_of=17"
    yield from (f"/credits?{few}&sort={sort}&offset=777" for sort in ("id", "-owner", "status"))


async def _shown(app: FastAPI, paths: list[str]) -> dict[str, list[Any]]:
    """The pages of lists, but for the moment of the answer; by cursors, those that follow too."""
    found: dict[str, list[Any]] = {}
    for path in paths:
        following: str | None = path
        pages = found.setdefault(path, [])
        while following:
            content = orjson.loads(await answer_to(app, following))
            del content["timeStamp"]
            pages.append(content)
            links = {link["rel"]: urlsplit(link["href"]) for link in content["links"]}
            has_next = "cursor=" in path and "next" in links
            following = f"{links['next'].path}?{links['next'].query}" if has_next else None
    return found


def test_rows_are_found_by_their_keys_given_several(database_url: str) -> None:
    """SQLite compares what is true with 1 where it is not told not to, and then reads every row."""
    engine = database.engine(database_url)
    database.create_index_tables(engine)
    keys = [f"0x{number:064x}" for number in range(9)]
    rows = [{"project_id": key, "valid_from": 1} for key in keys]
    query = select(Projects.project_id).where(among(Projects.project_id, "keys"))
    with engine.begin() as connection, watched(engine) as seen:
        connection.execute(insert(Projects), rows)
        wanted = {"keys": [*keys[3:5], "none", keys[7]]}
        assert sorted(connection.scalars(query, wanted)) == [keys[3], keys[4], keys[7]]
        assert connection.scalars(query, {"keys": []}).all() == []
        statement, parameters = seen[0]
        if engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            assert str(plan.all()[0][3]).startswith("SEARCH project")
        assert without_index(connection, seen[0]) == []
    engine.dispose()

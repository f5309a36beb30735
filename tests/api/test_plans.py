"""No query reads a table that may be large from end to end, and no answer takes many of them: what
readers ask, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

from api.main import create_app
from api.migrations import migrate
from api.settings import ApiSettings

from ..benchmarks.holdings import CHAIN_ID, Holdings, fill  # noqa: TID252
from ..benchmarks.plans import Asked, watched, without_index  # noqa: TID252
from ..benchmarks.questions import questions  # noqa: TID252
from ..benchmarks.reading import answered  # noqa: TID252

#: So many queries an answer takes at most, however many rows it shows.
MOST = 12


def test_every_query_has_an_index_and_an_answer_takes_few(
    database_url: str, tmp_path: Path
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
                await answered(app, path)
            # Meanwhile another thread writes the audit log.
            asked[name] = [one for one in seen if "audit_" not in one[0]]

    asyncio.run(ask())
    assert len(asked) > 80
    with engine.connect() as connection:
        wanting = {
            name: found
            for name, queries in asked.items()
            if (found := [table for one in queries for table in without_index(connection, one)])
        }
    app.state.registry.close()
    assert wanting == {}
    assert {name: len(queries) for name, queries in asked.items() if len(queries) > MOST} == {}

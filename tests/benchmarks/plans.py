"""How a database means to answer: which queries read a table from end to end, without an index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

#: Tables of a registry that stay small however many projects there are: reading them whole is well.
SMALL = (
    *("checkpoint", "methodology", "retirement_reason", "feed_position", "scanned_block"),
    *("accreditation", "accreditation_withdrawal", "organisation", "alembic_version"),
    *("audit_head", "footprint_mark"),
)
_WHOLE = re.compile(r"SCAN (?:TABLE )?(\w+)(?: AS \w+)?$")
Asked = tuple[str, Any]


@contextmanager
def watched(engine: Engine) -> Iterator[list[Asked]]:
    """The queries that are asked meanwhile, each with its parameters."""
    seen: list[Asked] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if not many and statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def without_index(connection: Connection, asked: Asked) -> list[str]:
    """Tables that a query would read from end to end though they may be large.

    SQLite: a `SCAN` of a table, where one of an index says so, and the index that it would make for
    itself (`AUTOMATIC`). PostgreSQL reads a small table whole because that is quicker: it is asked
    with that forbidden (`enable_seqscan = off`), and does it then only for want of any index.
    """
    statement, parameters = asked
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        return [found for row in rows for found in _whole_in_sqlite(str(row[3]))]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    return list(_whole_in_postgresql(plan if isinstance(plan, list) else json.loads(plan)))


def _whole_in_sqlite(step: str) -> list[str]:
    if "AUTOMATIC" in step:
        return [step]
    found = _WHOLE.match(step)
    is_large = found is not None and not found[1].startswith("anon_") and found[1] not in SMALL
    return [found[1]] if found and is_large else []


def _whole_in_postgresql(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _whole_in_postgresql(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan" and plan["Relation Name"] not in SMALL:
            yield plan["Relation Name"]
        for part in plan.values():
            yield from _whole_in_postgresql(part)

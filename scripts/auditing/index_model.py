"""Comparison of an index database with the replay: every version of every row, both ways."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from indexer.database import engine, snapshot
from indexer.models import VERSIONED, Block, Checkpoint, Event, IndexTable, Versioned
from scripts.auditing.checks import Checks
from scripts.auditing.chronicle import Chronicle, Version
from scripts.auditing.documents import Source
from scripts.auditing.events import ChainEvent
from scripts.auditing.ground import compare_ground
from scripts.auditing.node import Node, NodeTrouble, Pin
from scripts.auditing.touched import Place

Rows = Iterable[dict[str, Any]]
MISSING = "nothing"


class IndexModel:
    """An index by its database URL; raises NodeTrouble when it cannot be read."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = engine(url)

    def position(self) -> tuple[int, str]:
        """Number and hash of the newest indexed block."""
        try:
            with self._engine.connect() as connection:
                rows = list(_rows(connection, Checkpoint))
        except SQLAlchemyError as error:
            raise NodeTrouble(
                f"The index cannot be read ({str(error).splitlines()[0]})."
            ) from error
        if not rows:
            raise NodeTrouble("The index holds no block yet: let the indexer catch up first.")
        return rows[0]["block_number"], rows[0]["block_hash"]

    def check(
        self,
        chronicle: Chronicle,
        events: Iterable[ChainEvent],
        node: Node,
        pin: Pin,
        source: Source,
        checks: Checks,
    ) -> None:
        """Compare versioned rows, events and blocks up to the pinned one, and all footprints."""
        with snapshot(self._engine) as session:
            connection = session.connection()
            for table in VERSIONED:
                found = _versions(_rows(connection, table), table, pin.number)
                _compare(str(table.__tablename__), found, chronicle, checks)
            _compare_events(_rows(connection, Event), events, pin.number, checks)
            _compare_blocks(list(_rows(connection, Block)), node, pin.number, checks)
            compare_ground(connection, source, checks)


def _rows(connection: Connection, table: type[IndexTable]) -> Iterator[dict[str, Any]]:
    # The auditor reads whole tables, history included, which no query of the registry does.
    yield from map(dict, connection.execute(table.__table__.select()).mappings())


def _versions(rows: Rows, table: type[Versioned], block: int) -> dict[Place, list[Version]]:
    found: dict[Place, list[Version]] = defaultdict(list)
    keys = table.key_columns()
    for row in sorted(rows, key=lambda row: row["valid_from"]):
        begins, ends = row.pop("valid_from"), row.pop("valid_to")
        if begins > block:
            continue
        key = tuple(row.pop(name) for name in keys)
        still = ends is None or ends > block
        version = Version(row, begins, None if still else ends)
        _append(found[str(table.__tablename__), key], version)
    return found


def _append(versions: list[Version], version: Version) -> None:
    """Add a version; one that repeats the last (an approval given twice) only lengthens it."""
    last = versions[-1] if versions else None
    if last is not None and (last.ends, last.row) == (version.begins, version.row):
        versions[-1] = Version(last.row, last.begins, version.ends)
    else:
        versions.append(version)


def _compare(
    table: str, found: dict[Place, list[Version]], chronicle: Chronicle, checks: Checks
) -> None:
    expected = {place: v for place, v in chronicle.versions.items() if place[0] == table}
    for place in sorted(expected.keys() | found.keys(), key=str):
        checks.saw("model")
        _compare_versions(place, expected.get(place, []), found.get(place, []), checks)


def _compare_versions(
    place: Place, expected: list[Version], found: list[Version], checks: Checks
) -> None:
    name = f"{place[0]} {' '.join(map(str, place[1]))}"
    if not found:
        if expected:
            checks.discrepancy("model", f"The index has no row of {name}, the events make one.")
        return
    if not expected:
        checks.discrepancy("model", f"The index has a row of {name}, no event makes one.")
        return
    spans = [(version.begins, version.ends) for version in expected]
    held = [(version.begins, version.ends) for version in found]
    if spans != held:
        sentence = f"The index has {name} valid for {_spans(held)}, the events for {_spans(spans)}."
        checks.discrepancy("model", sentence)
    held_at = {version.begins: version for version in found}
    for wanted in expected:
        version = held_at.get(wanted.begins, wanted)
        for column in sorted(wanted.row.keys() | version.row.keys()):
            said, value = wanted.row.get(column, MISSING), version.row.get(column, MISSING)
            checks.expect(
                said == value,
                "model",
                f"The index has {column} = {value!r} in {name} since block {version.begins}, "
                f"the events say {said!r}.",
            )


def _spans(spans: list[tuple[int, int | None]]) -> str:
    return ", ".join(f"{begins}-{'' if ends is None else ends}" for begins, ends in spans)


def _compare_events(rows: Rows, events: Iterable[ChainEvent], block: int, checks: Checks) -> None:
    expected = {(event.block, event.log_index): _as_stored(event) for event in events}
    found = {
        (row["block_number"], row["log_index"]): {name: row[name] for name in _EVENT_COLUMNS}
        for row in rows
        if row["block_number"] <= block
    }
    checks.saw("model", len(expected))
    for place in sorted(expected.keys() | found.keys()):
        said, held = expected.get(place, MISSING), found.get(place, MISSING)
        checks.expect(
            said == held,
            "model",
            f"The index has {held} as event of block {place[0]}, log {place[1]}, "
            f"the chain has {said}.",
        )


def _as_stored(event: ChainEvent) -> dict[str, Any]:
    return {
        "tx_hash": event.transaction,
        "address": event.address,
        "contract": event.contract,
        "name": event.name,
        "arguments": _textual(event.arguments),
    }


def _textual(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _textual(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_textual(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _compare_blocks(rows: list[dict[str, Any]], node: Node, block: int, checks: Checks) -> None:
    kept = [row for row in rows if row["number"] <= block]
    requests = [("eth_getBlockByNumber", (hex(row["number"]), False)) for row in kept]
    checks.saw("model", len(kept))
    for row, header in zip(kept, node.ask_all(requests), strict=True):
        chain = header and (header["hash"], header["parentHash"], int(header["timestamp"], 16))
        checks.expect(
            chain == (row["hash"], row["parent_hash"], row["timestamp"]),
            "model",
            f"The index has block {row['number']} as {row['hash']}, the chain has {chain}.",
        )


_EVENT_COLUMNS = ("tx_hash", "address", "contract", "name", "arguments")

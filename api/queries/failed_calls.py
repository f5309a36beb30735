"""Queries: calls that the contracts refused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import select

from api.filters import FailedCallFilters
from api.queries.order import between, count_of
from api.queries.statements import FailedCalls, ScannedBlocks
from api.snapshot import Snapshot
from indexer.models import FailedCall


def failed_calls(snapshot: Snapshot, filters: FailedCallFilters) -> tuple[int, list[FailedCall]]:
    """How many failed calls match, and one page of them, the newest first."""
    query = select(FailedCalls).where(*_conditions(snapshot, filters))
    total = count_of(snapshot.session, query)
    newest = (FailedCalls.block_number, FailedCalls.tx_index, FailedCalls.place)
    ordered = query.order_by(*(column.desc() for column in newest))
    page = ordered.offset(filters.offset).limit(filters.limit)
    return total, list(snapshot.session.exec(page))


def searched_to(snapshot: Snapshot) -> int | None:
    """The last block that was searched for failed calls, None where none is."""
    found: int | None = snapshot.session.exec(select(func.max(ScannedBlocks.block_number))).one()
    return found


def _conditions(snapshot: Snapshot, filters: FailedCallFilters) -> list[ColumnElement[bool]]:
    named: dict[Any, str | None] = {
        FailedCalls.contract: filters.contract,
        FailedCalls.function: filters.function,
        FailedCalls.error: filters.error,
        FailedCalls.sender: filters.sender and filters.sender.lower(),
        FailedCalls.tx_hash: filters.transaction and filters.transaction.lower(),
    }
    found = [column == value for column, value in named.items() if value]
    found += between(FailedCalls.timestamp, filters.since, filters.until)
    if snapshot.block is not None:
        found.append(FailedCalls.block_number <= snapshot.block)
    return found

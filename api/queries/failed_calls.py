"""Queries: calls that the contracts refused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import select

from api.filters import FailedCallFilters
from api.queries.order import SortKey, between
from api.queries.pages import Page, listed
from api.queries.statements import FailedCalls, ScannedBlocks
from api.snapshot import Snapshot
from indexer.models import FailedCall


def failed_calls(snapshot: Snapshot, filters: FailedCallFilters) -> Page[FailedCall]:
    """A page of the failed calls that match, the newest first."""
    query = select(FailedCalls).where(*_conditions(snapshot, filters))
    newest = (FailedCalls.block_number, FailedCalls.tx_index, FailedCalls.place)
    order = [SortKey(column, is_down=True) for column in newest]
    return listed(snapshot, query, filters, order).of(lambda row: row[0])


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

"""Anchors: where on the ledger a document's versions are, as answers show it."""

from __future__ import annotations

from typing import Any

from api.encoding import moment_text
from api.registry import Registry
from api.snapshot import Snapshot
from indexer.models import PDDVersion, ReportVersion


def ledger_reference(
    snapshot: Snapshot, transaction: str | None, block: int | None, seconds: int | None
) -> dict[str, Any] | None:
    """The published member `ledger_reference`; None when the index does not know it."""
    if transaction is None or block is None:
        return None
    return {
        "transaction_id": transaction,
        "block_number": block,
        "timestamp": moment_text(seconds),
        "ledger_id": f"eip155:{snapshot.position.chain_id}",
    }


def anchor_of(
    snapshot: Snapshot, version: PDDVersion | ReportVersion | None
) -> dict[str, Any] | None:
    """Where the version in force is anchored."""
    if version is None:
        return None
    return ledger_reference(snapshot, version.tx_hash, version.block_number, version.registered_at)


def version_entry(
    registry: Registry,
    snapshot: Snapshot,
    version: PDDVersion | ReportVersion,
    digest: str | None,
    path: str,
) -> dict[str, Any]:
    """A version in the history of a record: its hash, who, when, and in which transaction; `path`
    is that of the record."""
    return {
        "version": version.version,
        "content_hash": digest,
        "uri": version.uri,
        "registered_by": version.registered_by,
        "registered_at": moment_text(version.registered_at),
        "transaction_hash": version.tx_hash,
        "block_number": version.block_number,
        "finality": snapshot.position.finality_of(version.block_number),
        "href": registry.link(f"/documents/{digest}"),
        "version_href": registry.link(f"{path}/versions/{version.version}"),
    }

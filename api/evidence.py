"""Evidence: a record with all that proves it to whoever knows a block hash."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.errors import MissingError, UnavailableError
from api.node import Node
from api.queries.projects import ProjectRow
from api.queries.reports import ReportRow
from api.queries.units import UnitRow
from api.registry import Registry
from indexer.documents import DocumentCorrupt, DocumentMissing
from indexer.evidence import EvidenceError, header_bytes, proof_among, receipt_proof, slot_of
from indexer.transactions import transaction_bytes

FORMAT = "ogcr-evidence-1"


@dataclass(frozen=True)
class Slot:
    """A storage slot that says something of the record."""

    name: str
    number: int


@dataclass(frozen=True)
class Subject:
    """What is to be proven: the contract, the event that anchors it, and the slots that hold it.

    `topic` stands in one of the event's topics; `block` is that of the anchoring transaction.
    """

    kind: str
    name: str
    key: str
    contract: str
    events: tuple[str, ...]
    topic: str
    transaction: str | None
    block: int | None
    document_hash: str | None
    slots: tuple[Slot, ...]


def project_subject(row: ProjectRow) -> Subject:
    """A project: the hash of its PDD, in the event that anchored it and in storage."""
    project, version = row.project, row.version
    return Subject(
        "project",
        project.document_id or project.project_id,
        project.project_id,
        "ProjectRegistry",
        ("PDDRegistered", "PDDUpdated"),
        project.project_id,
        version.tx_hash if version else None,
        version.block_number if version else None,
        project.pdd_hash,
        project_slots(project.project_id),
    )


def report_subject(row: ReportRow) -> Subject:
    """A report: the hash of its document, in the event that anchored it and in storage."""
    report, version = row.report, row.version
    return Subject(
        "report",
        report.document_id or report.report_id,
        report.report_id,
        "MRVRegistry",
        ("MRVSubmitted",),
        "0x" + report.report_id[2:].ljust(64, "0"),
        version.tx_hash if version else None,
        version.block_number if version else None,
        report.report_hash,
        report_slots(report.report_id),
    )


def unit_subject(registry: Registry, row: UnitRow) -> Subject:
    """A unit: the last event that names it, and owner and status in storage. Its token id is its
    serial number: no document stands behind it but that of its report."""
    unit = row.unit
    return Subject(
        "unit",
        str(int(unit.token_id, 16)),
        unit.token_id,
        "CRU",
        tuple(event.name for event in registry.abi.events_of("CRU")),
        unit.token_id,
        unit.updated_tx,
        row.block_number,
        None,
        unit_slots(unit.token_id),
    )


def project_slots(project_id: str) -> tuple[Slot, ...]:
    """Where `ProjectRegistry` keeps the hash of a project's PDD."""
    key = bytes.fromhex(project_id[2:])
    return (Slot("pdd_hash", slot_of("ogcr.storage.ProjectRegistry", 0, key)),)


def report_slots(report_id: str) -> tuple[Slot, ...]:
    """Where `MRVRegistry` keeps the hash of a report; `bytes14` is padded on the right."""
    key = bytes.fromhex(report_id[2:]).ljust(32, b"\0")
    return (Slot("report_hash", slot_of("ogcr.storage.MRVRegistry", 5, key)),)


def unit_slots(token_id: str) -> tuple[Slot, ...]:
    """Where `CRU` keeps owner and status of a unit."""
    return (Slot("block", slot_of("ogcr.storage.CRU", 1, bytes.fromhex(token_id[2:]))),)


def bundle(registry: Registry, subject: Subject) -> dict[str, Any]:
    """Everything that proves a record; raises `MissingError` when its anchor is not known, and
    `UnavailableError` when the node cannot tell."""
    if subject.transaction is None or subject.block is None:
        raise MissingError("The index does not know which transaction anchors this.")
    address = registry.deployments.contracts[subject.contract].address
    try:
        anchor = _anchor(registry, subject, address)
        state = _state(registry.node, address, subject)
    except EvidenceError as error:
        raise UnavailableError(str(error)) from error
    return {
        "format": FORMAT,
        "kind": subject.kind,
        "id": subject.name,
        "key": subject.key,
        "chain_id": registry.chain_id,
        "contract": subject.contract,
        "address": address,
        "document": _document(registry, subject.document_hash),
        "anchor": anchor,
        "state": state,
    }


def _document(registry: Registry, digest: str | None) -> dict[str, Any] | None:
    if digest is None:
        return None
    try:
        content = registry.documents.get(digest)
    except (DocumentMissing, DocumentCorrupt):
        return {"content_hash": digest, "canonical": None}
    return {"content_hash": digest, "canonical": b64encode(content).decode()}


def _anchor(registry: Registry, subject: Subject, address: str) -> dict[str, Any]:
    block, receipts = registry.node.block_with_receipts(subject.block or 0)
    for index, receipt in enumerate(receipts):
        if receipt["transactionHash"].lower() == subject.transaction:
            place = _place(registry, subject, address, receipt["logs"])
            return {
                "block_number": int(block["number"], 16),
                "block_hash": block["hash"],
                "header": "0x" + header_bytes(block).hex(),
                "transaction_hash": subject.transaction,
                "transaction_index": index,
                "log_position": place,
                "transaction_proof": _transaction_proof(block["transactions"], index),
                "receipt_proof": ["0x" + node.hex() for node in receipt_proof(receipts, index)],
            }
    raise EvidenceError("The node has another block there by now; try again in a moment.")


def _transaction_proof(transactions: Sequence[dict[str, Any]], index: int) -> list[str] | None:
    """None where a block holds a kind of transaction whose form is not known here."""
    try:
        signed = [transaction_bytes(one) for one in transactions]
    except EvidenceError:
        return None
    return ["0x" + node.hex() for node in proof_among(signed, index)]


def _place(
    registry: Registry, subject: Subject, address: str, logs: Sequence[dict[str, Any]]
) -> int:
    known = registry.abi.events_of(subject.contract)
    wanted = {event.topic for event in known if event.name in subject.events}
    found = [
        place
        for place, log in enumerate(logs)
        if log["address"].lower() == address
        and log["topics"][0].lower() in wanted
        and subject.topic in [topic.lower() for topic in log["topics"]]
    ]
    if not found:
        raise EvidenceError("The transaction holds no event that anchors this.")
    return found[-1]


def _state(node: Node, address: str, subject: Subject) -> dict[str, Any]:
    """After the anchoring block where the node still knows that state, else after its newest."""
    numbers = [slot.number for slot in subject.slots]
    block, proof = node.proof(address, numbers, subject.block or 0)
    return {
        "block_number": int(block["number"], 16),
        "block_hash": block["hash"],
        "header": "0x" + header_bytes(block).hex(),
        "account_proof": proof["accountProof"],
        "slots": [
            {
                "name": slot.name,
                "slot": f"0x{slot.number:064x}",
                "value": f"0x{int(held['value'], 16):064x}",
                "proof": held["proof"],
            }
            for slot, held in zip(subject.slots, proof["storageProof"], strict=True)
        ],
    }

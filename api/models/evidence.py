"""Evidence: what proves a record without asking anybody."""

from __future__ import annotations

from typing import Literal

from api.models.answers import Answer


class EvidenceDocument(Answer):
    """A document: its content hash, and its canonical bytes in Base64 where they are held."""

    content_hash: str
    canonical: str | None


class EvidenceAnchor(Answer):
    """The anchoring log: the header of its block, and what proves the transaction and the receipt
    that holds it; a `transaction_proof` is missing where the chain has kinds not known here."""

    block_number: int
    block_hash: str
    header: str
    transaction_hash: str
    transaction_index: int
    transaction_proof: list[str] | None
    log_position: int
    receipt_proof: list[str]


class EvidenceSlot(Answer):
    """A storage slot, what stands in it, and what proves that."""

    name: str
    slot: str
    value: str
    proof: list[str]


class EvidenceState(Answer):
    """The contract's storage after a block."""

    block_number: int
    block_hash: str
    header: str
    account_proof: list[str]
    slots: list[EvidenceSlot]


class Evidence(Answer):
    """A record with what proves it to whoever knows the hash of a block."""

    format: Literal["ogcr-evidence-1"]
    kind: Literal["project", "report", "unit"]
    id: str
    key: str
    chain_id: int
    contract: str
    address: str
    document: EvidenceDocument | None
    anchor: EvidenceAnchor
    state: EvidenceState

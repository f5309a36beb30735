"""Anchoring: the head of the audit log as the data of a transaction, which nobody can take back.

The account sends it to itself. The data name the anchor before, so that whoever knows the newest
one finds all of them on the chain, whatever stands in this database.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from api.access.tables import AuditAnchor
from api.errors import ConflictError, UnavailableError
from api.queries.audit import anchors, head
from api.registry import Registry
from api.relay import hand_over
from api.relayer import Relayer
from indexer import database
from indexer.rpc import RpcError

_MARK = b"OGCR-AUDIT-1"
_LENGTH = len(_MARK) + 8 + 32 + 32
_FIRST = "0x" + "0" * 64


@dataclass(frozen=True)
class Anchored:
    """What the data of an anchor say: the digest of an entry, and the anchor before."""

    sequence: int
    digest: str
    previous: str

    def data(self) -> str:
        """As `0x…`."""
        parts = (_MARK, self.sequence.to_bytes(8), bytes.fromhex(self.digest))
        return "0x" + b"".join((*parts, bytes.fromhex(self.previous[2:]))).hex()

    @classmethod
    def read(cls, data: str) -> Anchored | None:
        """The inverse, None for what is no anchor."""
        raw = bytes.fromhex(data.removeprefix("0x"))
        if len(raw) != _LENGTH or not raw.startswith(_MARK):
            return None
        body = raw[len(_MARK) :]
        return cls(int.from_bytes(body[:8]), body[8:40].hex(), "0x" + body[40:].hex())

    @property
    def is_first(self) -> bool:
        """No anchor came before."""
        return self.previous == _FIRST


def anchor(registry: Registry, account: Relayer) -> AuditAnchor | None:
    """Send the head's digest to the chain; None when nothing was added since the last anchor.

    Raises `ConflictError` for the relayer's account, whose nonces the relayer gives away, and
    `UnavailableError` when the node refuses.
    """
    if registry.relayer is not None and registry.relayer.address == account.address:
        raise ConflictError("Anchor with an account of its own; the relayer's is busy.")
    with database.snapshot(registry.engine) as session:
        now, known = head(session), anchors(session)
    last = known[-1] if known else None
    if now.sequence == (last.sequence if last else 0):
        return None
    anchored = Anchored(now.sequence, now.digest, last.transaction_hash if last else _FIRST)
    raw, digest = account.sign(_transaction(registry, account.address, anchored.data()))
    row = AuditAnchor(
        transaction_hash=digest,
        sequence=now.sequence,
        digest=now.digest,
        sender=account.address,
        chain_id=registry.chain_id,
        at=time.time(),
    )
    # Kept before it is sent, as every transaction of this API; `verify` says if it never arrived.
    with registry.transaction() as session:
        session.add(row)
    refused = hand_over(registry, digest, raw)
    if refused is not None:
        with registry.transaction() as session:
            session.delete(row)
        raise UnavailableError(f"The node does not take the anchor: {refused.message}.")
    return row


def found_on_chain(registry: Registry, transaction_hash: str) -> tuple[str, Anchored, bool] | None:
    """The sender of an anchor, what it says, and whether it is in a block; None when the chain has
    no such anchor. Raises `TryLater` when the node does not answer."""
    found = registry.node.transaction(transaction_hash)
    if found is None:
        return None
    sender = str(found["from"]).lower()
    said = Anchored.read(str(found.get("input", "0x")))
    if said is None or str(found.get("to") or "").lower() != sender:
        return None
    return sender, said, found.get("blockHash") is not None


def _transaction(registry: Registry, address: str, data: str) -> dict[str, Any]:
    gas = registry.node.gas({"from": address, "to": address, "data": data})
    if isinstance(gas, RpcError):
        raise UnavailableError(f"The node refuses the anchor: {gas.message}.")
    fees = registry.node.fees()
    return {
        "chainId": registry.chain_id,
        "nonce": registry.node.account(address).next_nonce,
        "to": address,
        "data": data,
        "gas": gas * 6 // 5,
        "maxFeePerGas": fees.max_fee,
        "maxPriorityFeePerGas": fees.priority_fee,
    }

"""Verifying: whether the audit log is what was once written, link by link and on the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.access.anchoring import found_on_chain
from api.access.links import GENESIS, commitment, digest_of
from api.access.tables import AuditEntry, AuditMachine
from api.queries.audit import anchors, entry, every_entry, head
from api.registry import Registry
from indexer import database


@dataclass(frozen=True)
class Found:
    """How far the log was read, every fault (the first one first), and how many anchors hold it."""

    entries: int
    faults: tuple[str, ...]
    anchors: int = 0
    waiting: int = 0


def verify(registry: Registry, newest: str | None = None, by: str | None = None) -> Found:
    """Read the whole log and hold it against its head and its anchors.

    `newest` is the hash of an anchor that was kept elsewhere, `by` the account that anchors:
    with them even whoever rewrote this database whole is found out. Raises `TryLater` when the
    node does not answer.
    """
    links = _links(registry)
    if links.faults:
        return links
    known = _known(registry, newest)
    faults, waiting, senders = [], 0, set()
    digests = _digests(registry, {sequence for _, sequence, _ in known if sequence})
    for transaction, sequence, said in known:
        found = found_on_chain(registry, transaction)
        if found is None:
            faults.append(f"The chain has no anchor {transaction}.")
            continue
        sender, anchored, is_mined = found
        waiting += not is_mined
        senders.add(sender)
        here = digests.get(anchored.sequence) or _digest_at(registry, anchored.sequence)
        if here != anchored.digest or (sequence and (sequence, said) != (anchored.sequence, here)):
            faults.append(
                f"Entry {anchored.sequence} is not the one that the anchor {transaction} names."
            )
    if by is not None and senders - {by.lower()}:
        faults.append(f"An account other than {by} sent anchors: {', '.join(sorted(senders))}.")
    return Found(links.entries, tuple(faults), len(known), waiting)


def _links(registry: Registry) -> Found:
    """The chain of the entries alone; stops at the first one that is broken."""
    previous, sequence = GENESIS, 0
    with database.snapshot(registry.engine) as session:
        last = head(session)
    for row, machine in every_entry(registry.engine):
        if row.sequence > last.sequence:
            break
        fault = _fault(row, machine, sequence + 1, previous)
        if fault:
            return Found(sequence, (fault,))
        previous, sequence = row.digest, row.sequence
    if (sequence, previous) != (last.sequence, last.digest):
        return Found(sequence, (f"Entry {sequence + 1} is missing: the head is {last.sequence}.",))
    return Found(sequence, ())


def _fault(
    row: AuditEntry, machine: AuditMachine | None, expected: int, previous: str
) -> str | None:
    if row.sequence != expected:
        return f"Entry {expected} is missing; {row.sequence} follows."
    if digest_of(vars(row), previous) != row.digest:
        return f"Entry {row.sequence} was changed, or another one stood before it."
    if machine is not None:
        shown = commitment(machine.salt, machine.address, machine.agent)
        if shown != row.machine:
            return f"What is kept of the machine of entry {row.sequence} was changed."
    return None


def _known(registry: Registry, newest: str | None) -> list[tuple[str, int, str]]:
    """Every anchor that is kept here, and those that the chain's own anchors name before them."""
    with database.snapshot(registry.engine) as session:
        kept = [(row.transaction_hash, row.sequence, row.digest) for row in anchors(session)]
    named = {transaction for transaction, _, _ in kept}
    starts = [newest] if newest else [kept[-1][0]] if kept else []
    others = [t for start in starts for t in _before(registry, start) if t not in named]
    return [*kept, *((transaction, 0, "") for transaction in others)]


def _before(registry: Registry, transaction: str) -> Iterator[str]:
    """An anchor and all before it, as the chain tells."""
    while True:
        yield transaction
        found = found_on_chain(registry, transaction)
        if found is None or found[1].is_first:
            return
        transaction = found[1].previous


def _digests(registry: Registry, sequences: set[int]) -> dict[int, str]:
    return {sequence: _digest_at(registry, sequence) or "" for sequence in sequences}


def _digest_at(registry: Registry, sequence: int) -> str | None:
    with database.snapshot(registry.engine) as session:
        row = entry(session, sequence)
    return row.digest if row else None
